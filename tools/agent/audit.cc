#include "tools/agent/audit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/fd.h"
#include "core/base/log.h"
#include "core/base/uri.h"

namespace seabed {
namespace {

constexpr size_t kMaxSql = 1000;

struct File {
  std::mutex mutex;
  std::string path;
  Fd fd;
};
File& file() {
  static File one;
  return one;
}

Result<Fd> open_private(const std::string& path) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600));
  if (!fd) return fail_errno("audit file " + path, "cannot open", errno);
  struct stat st;
  if (::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode))
    return fail(Code::kConflict, "audit file " + path, "is no regular file", "give another [audit] file");
  if ((st.st_mode & 077) && ::fchmod(fd.get(), 0600) != 0)
    return fail_errno("audit file " + path, "is open to others and cannot be made private", errno);
  return fd;
}

/// With the mutex held.
Status open_it(File& audit) {
  if (audit.path.empty() || audit.fd) return ok();
  SEABED_TRY(Fd fd, open_private(audit.path));
  audit.fd = std::move(fd);
  return ok();
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  char text[40];
  std::tm tm{};
  ::gmtime_r(&seconds, &tm);
  const size_t n = std::strftime(text, sizeof text, "%FT%T", &tm);
  std::snprintf(text + n, sizeof text - n, ".%03dZ", static_cast<int>(ms));
  return text;
}

std::string shown_uri(const Json& uri) {
  if (!uri.is_string()) return "(not shown)";
  auto parsed = parse_uri(uri.get<std::string>());
  return parsed ? parsed->redacted() : "(no uri)";
}

Json shown_uris(const Json& uris) {
  Json out = Json::array();
  for (const Json& uri : uris) out.push_back(shown_uri(uri));
  return out;
}

/// "LOCATION=uri"; SERVICE= with its user and password is not for Seabed.
std::string shown_source(const Json& source) {
  const std::string text = source.is_string() ? source.get<std::string>() : "";
  const size_t uri = text.starts_with("LOCATION=") ? std::strlen("LOCATION=") : 0;
  return text.empty() ? "" : text.substr(0, uri) + shown_uri(text.substr(uri));
}

/// A SELECT without what is in quotes: the operator's own words may stand there.
std::string shown_sql(const Json& sql) {
  if (!sql.is_string()) return "(not shown)";
  std::string out;
  char quote = 0;
  for (const char c : sql.get<std::string>().substr(0, kMaxSql)) {
    const bool opens = !quote && (c == '\'' || c == '"' || c == '`');
    if (!quote && !opens) out += c;
    if (opens) out += std::string(1, c) + "…" + c;
    quote = opens ? c : c == quote ? 0 : quote;
  }
  return out;
}

bool is_plain_parameter(const Json& arguments) {
  if (!arguments.contains("name") || !arguments["name"].is_string()) return false;
  std::string name = arguments["name"];
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name != "external_kms_info" && !is_secret_key(name);
}

/// Only what is known to hold no secret.
Json shown(const std::string& call, const Json& arguments) {
  static const std::set<std::string> kPlain = {"name",
                                               "binding",
                                               "piece_switch_interval",
                                               "incremental",
                                               "plus_archivelog",
                                               "description",
                                               "policy",
                                               "recovery_window",
                                               "dry_run",
                                               "accept_clock",
                                               "ids",
                                               "until",
                                               "directory",
                                               "options",
                                               "tables",
                                               "remap_tables",
                                               "remap_tablegroups",
                                               "remap_tablespaces",
                                               "verify",
                                               "job_id",
                                               "tenants"};
  Json out = Json::object();
  for (const auto& [key, value] : arguments.items()) {
    if (kPlain.count(key)) out[key] = value;
    if (key == "uri" || key == "path" || key == "key_uri") out[key] = shown_uri(value);
    if (key == "uris") out[key] = shown_uris(value);
    if (key == "sql") out[key] = shown_sql(value);
    if (key == "access_info") out[key] = "***";
  }
  if (!arguments.contains("value")) return out;
  if (call == "standby/set-log-source")
    out["value"] = shown_source(arguments["value"]);
  else if (is_plain_parameter(arguments))
    out["value"] = arguments["value"];
  return out;
}

Json line_of(const Caller& caller, const std::string& call, const Json& arguments, const Result<Json>& result,
             std::chrono::steady_clock::duration took) {
  const Json tenant = arguments.contains("tenant") ? arguments["tenant"]
                      : caller.sys                 ? Json(nullptr)
                                                   : Json(caller.tenant);
  Json line{{"time", utc_now()},
            {"user", caller.user},
            {"uid", caller.uid},
            {"pid", caller.pid},
            {"role", caller.sys ? "sys" : "admin of " + caller.tenant},
            {"tenant", tenant},
            {"call", call}};
  if (!caller.statement.empty()) line["statement"] = caller.statement;
  if (Json some = shown(call, arguments); !some.empty()) line["arguments"] = std::move(some);
  line["result"] = result ? "ok" : std::string(code_name(result.error().code));
  if (!result) {
    if (result.error().ob_error) line["ob_error"] = result.error().ob_error;
    line["reason"] = result.error().message();
  }
  line["ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  return line;
}

}  // namespace

void set_up_audit(const std::string& path) {
  File& audit = file();
  std::lock_guard lock(audit.mutex);
  if (audit.path != path) audit.fd = Fd();
  audit.path = path;
}

Result<std::function<void()>> prepare_audit(const std::string& path) {
  auto opened = std::make_shared<Fd>();  // what std::function holds can be copied
  if (!path.empty()) {
    SEABED_TRY(*opened, open_private(path));
  }
  return [opened, path] {
    File& audit = file();
    std::lock_guard lock(audit.mutex);
    audit.path = path, audit.fd = std::move(*opened);
  };
}

Status audit_ready() {
  File& audit = file();
  std::lock_guard lock(audit.mutex);
  return open_it(audit);
}

void audit_call(const Caller& caller, const std::string& call, const Json& arguments,
                const Result<Json>& result, std::chrono::steady_clock::duration took) {
  File& audit = file();
  const std::string line =
      line_of(caller, call, arguments, result, took).dump(-1, ' ', false, Json::error_handler_t::replace) +
      "\n";
  std::lock_guard lock(audit.mutex);
  if (audit.path.empty()) return;
  if (auto opened = open_it(audit); !opened) return log::error("{}", opened.error().message());
  const ssize_t n = ::write(audit.fd.get(), line.data(), line.size());  // one write: lines never mix
  if (n != static_cast<ssize_t>(line.size()))
    log::error("audit file {}: cannot write ({}): {}", audit.path, n < 0 ? std::strerror(errno) : "short",
               line);
}

}  // namespace seabed
