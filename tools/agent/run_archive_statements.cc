// Destinations, parameters, the archive switch, backups, keys, SELECT (reference: statements, sections 3 to
// 5).
#include <nlohmann/json.hpp>

#include "tools/agent/statement_run.h"

namespace seabed {
namespace {

/// SQL's LIKE, any case, % and _ only.
bool like(std::string_view text, std::string_view pattern) {
  size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  auto small = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%')
      star = p++, mark = t;
    else if (p < pattern.size() && (pattern[p] == '_' || small(pattern[p]) == small(text[t])))
      ++p, ++t;
    else if (star != std::string_view::npos)
      p = star + 1, t = ++mark;
    else
      return false;
  }
  return pattern.find_first_not_of('%', p) == std::string_view::npos;
}

Json empty_result(const StatementRun& run) { return statement_result(run.name(), Json::array()); }

}  // namespace

Result<Json> run(StatementRun& run, const statement::SetArchiveDest& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  if (s.location.empty()) return run.once("archive/clear-dest", {{"tenant", tenant}});
  return run.once("archive/set-dest", {{"tenant", tenant},
                                       {"uri", s.location},
                                       {"binding", s.binding},
                                       {"piece_switch_interval", s.piece_switch_interval}});
}

Result<Json> run(StatementRun& run, const statement::SetArchiveState& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  return run.once(s.enable ? "archive/enable" : "archive/defer", {{"tenant", tenant}});
}

Result<Json> run(StatementRun& run, const statement::SetDataDest& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  if (s.uri.empty()) return run.once("backup/clear-dest", {{"tenant", tenant}});
  return run.once("backup/set-dest", {{"tenant", tenant}, {"uri", s.uri}});
}

/// Without TENANT it is a cluster parameter, as sys.
Result<Json> run(StatementRun& run, const statement::SetParameter& s) {
  const Json arguments{{"name", s.name}, {"value", s.value}};
  if (run.caller().sys && !s.tenants.given) return run.once("cluster/set-parameter", arguments);
  return run.each("parameter/set", s.tenants, arguments);
}

Result<Json> run(StatementRun& run, const statement::ShowParameters& s) {
  Json rows;
  if (run.caller().sys && !s.tenant.given) {
    SEABED_TRY(rows, run.call("cluster/parameters", Json::object()));
  } else {
    SEABED_TRY(const auto tenant, run.one_name(s.tenant));
    SEABED_TRY(rows, run.call("parameter/show", {{"tenant", tenant}}));
  }
  Json kept = Json::array();
  for (const Json& row : rows)
    if (s.like.empty() || like(row["name"].get<std::string>(), s.like)) kept.push_back(row);
  return statement_result(run.name(), kept);
}

Result<Json> run(StatementRun& run, const statement::ArchiveLog& s) {
  return run.each(s.on ? "archive/start" : "archive/stop", s.tenants, Json::object(), s.on ? 9091 : 9092);
}

Result<Json> run(StatementRun& run, const statement::Backup& s) {
  Json arguments{
      {"incremental", s.incremental}, {"plus_archivelog", s.plus_archivelog}, {"description", s.description}};
  if (const auto& password = run.session().encryption_password; !password.empty())
    arguments["encryption_password"] = password;
  if (!run.caller().sys) return run.each("backup/start", s.tenants, arguments, 9040);
  if (!s.tenants.names.empty()) {
    SEABED_TRY(arguments["tenants"], run.names(s.tenants));
  }
  SEABED_TRY(const Json answer, run.call("backup/start-all", arguments));
  return statement_result(run.name(), answer["jobs"]);
}

Result<Json> run(StatementRun& run, const statement::CancelBackup& s) {
  if (run.caller().sys && s.tenants.names.empty()) return run.once("backup/cancel-all", Json::object());
  return run.each("backup/cancel", s.tenants, Json::object(), 9049);
}

Result<Json> run(StatementRun& run, const statement::BackupClusterParameters& s) {
  return run.once("cluster/backup-parameters", {{"uri", s.uri}});
}

Result<Json> run(StatementRun& run, const statement::BackupKey& s) {
  const Json arguments{{"uri", s.uri}, {"password", s.password}};
  return run.each("key/backup", s.tenants, arguments, StatementRun::kNotFound);  // those that have no keys
}

Result<Json> run(StatementRun& run, const statement::SetEncryption& s) {
  run.session().encryption_password = s.password;
  return empty_result(run);
}

Result<Json> run(StatementRun& run, const statement::SetDecryption& s) {
  run.session().decryption_passwords = s.passwords;
  return empty_result(run);
}

Result<Json> run(StatementRun& run, const statement::ChangeStorage& s) {
  if (run.caller().sys)
    return fail(Code::kPermissionDenied, run.name(), "is a tenant admin's statement: sys has no destinations",
                "in a session of the tenant: `seabed sql --tenant NAME`");
  Json arguments{{"tenant", run.caller().tenant}, {"path", s.path}};
  if (!s.attribute.empty()) arguments["attribute"] = s.attribute;
  if (!s.access_info.empty()) arguments["access_info"] = s.access_info;
  return run.once("storage/change", arguments);
}

Result<Json> run(StatementRun& run, const statement::Select& s) { return run.call("sql", {{"sql", s.sql}}); }

Result<Json> run(StatementRun&, const statement::Refused& s) {
  return fail(Code::kUnsupported, s.name, s.reason, s.next_step);
}

}  // namespace seabed
