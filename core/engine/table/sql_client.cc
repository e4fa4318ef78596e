#include "core/engine/table/sql_client.h"

#include <sys/stat.h>

#include "core/base/bytes.h"
#include "core/base/child.h"

namespace seabed::table {
namespace {

constexpr auto kLongest = std::chrono::hours(24);

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(at, begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

SqlClient SqlClient::of_socket(const std::string& socket) {
  SqlClient out;
  out.options_ = {"--no-defaults", "--socket=" + socket, "--user=root"};
  out.name_ = "the auxiliary server";
  return out;
}

Result<SqlClient> SqlClient::of_options(const std::string& file) {
  struct stat st {};
  if (file.empty() || file[0] != '/')
    return fail(Code::kInvalidArgument, "option file '" + file + "'", "is no absolute path",
                "write sql/<tenant>.cnf beside the configuration, with [client] socket, user and password, "
                "mode 0600");
  if (::stat(file.c_str(), &st) != 0) {
    Error e =
        fail_errno(file, "says how the target's server is reached, and cannot be looked at", errno).value();
    e.next_step = "write it, with [client] socket, user and password, mode 0600";
    return fail(e);
  }
  if (!S_ISREG(st.st_mode) || (st.st_mode & 0027) != 0)
    return fail(Code::kPermissionDenied, file, "is no regular file, or others may read or write it",
                "chmod 600 it");
  SqlClient out;
  out.options_ = {"--defaults-file=" + file};
  out.name_ = "the target server of " + file;
  return out;
}

std::vector<std::string> SqlClient::command(const std::string& program) const {
  std::vector<std::string> out = {program};
  out.insert(out.end(), options_.begin(), options_.end());
  return out;
}

Result<std::vector<std::vector<std::string>>> SqlClient::run(const std::string& sql,
                                                             const CancelToken& cancel) const {
  std::vector<std::string> words = command("mariadb");
  words.insert(words.end(),
               {"--batch", "--skip-column-names", "--skip-reconnect", "--default-character-set=utf8mb4"});
  auto text = run_child(words, sql + "\n", cancel, kLongest, 64u << 20);
  if (!text) return fail(sql_error(name_, text.error()));
  std::vector<std::vector<std::string>> rows;
  if (text->empty()) return rows;
  if (text->back() == '\n') text->pop_back();
  for (const std::string& line : split(*text, '\n')) rows.push_back(split(line, '\t'));
  return rows;
}

Result<std::string> SqlClient::value(const std::string& sql, const CancelToken& cancel) const {
  SEABED_TRY(const auto rows, run(sql, cancel));
  return rows.empty() || rows[0].empty() ? std::string() : rows[0][0];
}

std::string quote_name(const std::string& name) {
  std::string out = "`";
  for (const char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

std::string quote_text(const std::string& text) { return "CONVERT(x'" + to_hex(text) + "' USING utf8mb4)"; }

Error sql_error(const std::string& object, const Error& error) {
  Error out = error;
  out.object = object;
  if (error.code != Code::kIo) return out;
  for (const char* gone : {"ERROR 2002", "ERROR 2003", "ERROR 2006", "ERROR 2013", "ERROR 2026", "ERROR 1927",
                           "ERROR 1053", "server has gone away", "Lost connection"})
    if (error.reason.find(gone) != std::string::npos) {
      out.code = Code::kUnavailable;
      out.next_step = "start it; the table is loaded again from the beginning";
    }
  if (error.reason.find("ERROR 1050") != std::string::npos) out.code = Code::kAlreadyExists;
  if (error.reason.find("ERROR 1045") != std::string::npos ||
      error.reason.find("ERROR 1044") != std::string::npos ||
      error.reason.find("ERROR 1142") != std::string::npos)
    out.code = Code::kPermissionDenied;
  return out;
}

}  // namespace seabed::table
