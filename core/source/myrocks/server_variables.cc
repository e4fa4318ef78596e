#include "core/source/myrocks/server_variables.h"

#include <sys/stat.h>

#include <cerrno>

#include "core/base/batch_text.h"
#include "core/base/child.h"

namespace seabed::myrocks {
namespace {

constexpr size_t kMostOutput = 4 << 20;

/// An option file holds a password: its owner's alone.
Status check_private(const std::string& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) return fail_errno(path, "the client's option file", errno);
  if (!S_ISREG(st.st_mode)) return fail(Code::kPermissionDenied, path, "is no regular file");
  if (st.st_mode & (S_IRWXO | S_IWGRP))
    return fail(Code::kPermissionDenied, path, "can be read by others", "chmod 0640, or 0600");
  return ok();
}

/// A server that cannot be asked is said so; its own words may name the account.
Result<std::string> run_client(const std::string& client_file, std::chrono::milliseconds patience) {
  CancelToken never;
  auto out = run_child({"mariadb", "--defaults-file=" + client_file, "--batch", "--skip-column-names",
                        "--connect-timeout=3", "--execute=SHOW GLOBAL VARIABLES"},
                       "", never, patience, kMostOutput, true);
  if (out || out.error().code != Code::kIo) return out;
  return fail(Code::kUnavailable, "mariadb", "the server could not be asked", "try the option file by hand: " + client_file);
}

bool may_be_secret(const std::string& name) {
  for (const char* word : {"password", "secret", "_key_file", "ssl_key", "token"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

}  // namespace

std::string client_file_of(const std::string& data_directory) { return data_directory + ".seabed-client.cnf"; }

std::map<std::string, std::string> parse_variables(const std::string& text) {
  std::map<std::string, std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t tab = text.find('\t', at);
    if (tab < end && tab > at) {
      const std::string name = text.substr(at, tab - at);
      if (!may_be_secret(name)) out[name] = unescape_batch(text.substr(tab + 1, end - tab - 1));
    }
    at = end + 1;
  }
  return out;
}

Result<std::map<std::string, std::string>> ask_variables(const std::string& client_file,
                                                         std::chrono::milliseconds patience) {
  SEABED_CHECK(check_private(client_file));
  SEABED_TRY(const std::string text, run_client(client_file, patience));
  auto out = parse_variables(text);
  if (out.empty()) return fail(Code::kUnavailable, "mariadb", "told no variables");
  return out;
}

}  // namespace seabed::myrocks
