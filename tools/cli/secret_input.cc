#include "tools/cli/secret_input.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <sstream>

#include "core/base/fd.h"
#include "tools/cli/invocation.h"
#include "tools/cli/terminal.h"

namespace seabed {
namespace {

constexpr size_t kMaxSecret = 4096;
constexpr size_t kMaxFile = 1 << 20;

Status check_secret(const std::string& secret, const std::string& what) {
  if (secret.empty()) return fail(Code::kInvalidArgument, what, "is empty");
  if (secret.size() > kMaxSecret)
    return fail(Code::kInvalidArgument, what, "is longer than " + std::to_string(kMaxSecret) + " bytes");
  if (secret.find('\0') != std::string::npos) return fail(Code::kInvalidArgument, what, "holds a NUL byte");
  return ok();
}

/// A file of one's own; what everyone can read is no secret.
Status check_private(const std::string& file, const std::string& option) {
  struct stat st;
  if (::stat(file.c_str(), &st) != 0 || !S_ISREG(st.st_mode) || !(st.st_mode & S_IROTH)) return ok();
  return fail(Code::kPermissionDenied, option + " " + file, "everyone on this machine may read it",
              "chmod 600 it");
}

Result<std::string> content_of(const std::string& file, const std::string& option) {
  if (file != "-") {
    SEABED_CHECK(check_private(file, option));
    return read_file(file, kMaxFile);
  }
  std::string text(kMaxFile, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::cin.gcount()));
  return text;
}

void chop(std::string* line) {
  if (!line->empty() && line->back() == '\r') line->pop_back();
}

}  // namespace

std::vector<OptionSpec> secret_options(const std::string& name, const std::string& help) {
  return {{OptionSpec::kText, name + "-file", "FILE",
           help + " from a file of mode 0600 (-: standard input); without it the terminal is asked"}};
}

bool has_secret_option(const Invocation& invocation, const std::string& name) {
  return invocation.has(name + "-file");
}

Result<std::string> read_secret_file(const std::string& file, const std::string& option) {
  if (file == "-") {  // one line only: what follows may be somebody else's input
    std::string line;
    std::getline(std::cin, line);
    chop(&line);
    SEABED_CHECK(check_secret(line, option));
    return line;
  }
  SEABED_TRY(std::string text, content_of(file, option));
  std::string line = text.substr(0, text.find('\n'));
  wipe(&text);
  chop(&line);
  SEABED_CHECK(check_secret(line, option));
  return line;
}

Result<std::vector<std::string>> read_secret_lines(const std::string& file, const std::string& option) {
  SEABED_TRY(std::string text, content_of(file, option));
  std::vector<std::string> out;
  std::istringstream in(text);
  wipe(&text);
  for (std::string line; std::getline(in, line);) {
    chop(&line);
    if (line.empty()) continue;
    SEABED_CHECK(check_secret(line, option));
    out.push_back(line);
  }
  if (out.empty()) return fail(Code::kInvalidArgument, option, "holds no line");
  return out;
}

Result<std::string> ask_secret(const std::string& prompt, bool confirm) {
  SEABED_TRY(auto terminal, Terminal::open());
  SEABED_TRY(std::string first, terminal.ask(prompt + ": ", kMaxSecret));
  SEABED_CHECK(check_secret(first, prompt));
  if (!confirm) return first;
  SEABED_TRY(std::string second, terminal.ask("again: ", kMaxSecret));
  const bool same = first == second;
  wipe(&second);
  if (same) return first;
  wipe(&first);
  return fail(Code::kInvalidArgument, prompt, "the two answers differ");
}

Result<std::string> read_secret(const Invocation& invocation, const std::string& name,
                                const std::string& prompt, bool confirm) {
  const std::string option = name + "-file";
  if (invocation.has(option)) return read_secret_file(invocation.text(option), "--" + option);
  return ask_secret(prompt, confirm).map_error([&](Error error) {
    if (error.next_step.empty())
      error.next_step = "give it by --" + option + " FILE, or - and standard input";
    return error;
  });
}

void wipe(std::string* secret) {
  if (!secret->empty()) ::explicit_bzero(secret->data(), secret->size());
  secret->clear();
}

}  // namespace seabed
