// Restores, standbys, tables, cleanup (reference: statements, sections 6 to 10).
#include <nlohmann/json.hpp>

#include "tools/agent/call_rights.h"
#include "tools/agent/statement_run.h"

namespace seabed {
namespace {

Json until_json(const statement::Until& until) {
  using Kind = statement::Until::Kind;
  if (until.kind == Kind::kTime) return {{"time", until.time}};
  if (until.kind == Kind::kScn) return {{"scn", until.scn}};
  return until.kind == Kind::kUnlimited ? "unlimited" : "cancel";
}

Json options_json(const std::map<std::string, std::string>& options) {
  Json json = Json::object();
  for (const auto& [key, value] : options)
    if (key == "concurrency")
      json[key] = std::stoull(value);
    else if (key != "directory")
      json[key] = value;
  return json;
}

/// What RESTORE and RECOVER TABLE have in common.
Json source_json(StatementRun& run, const statement::RestoreFrom& from) {
  Json json{{"uris", from.uris}, {"options", options_json(from.options)}, {"description", from.description}};
  if (from.until.kind != statement::Until::Kind::kLatest) json["until"] = until_json(from.until);
  if (from.options.count("directory")) json["directory"] = from.options.at("directory");
  if (!from.key_uri.empty()) json["key_uri"] = from.key_uri, json["key_password"] = from.key_password;
  if (!run.session().decryption_passwords.empty()) json["passwords"] = run.session().decryption_passwords;
  return json;
}

/// The reference's columns, a row for each set and each piece; and, which it has not, the bytes there.
Json preview_rows(const Json& answer) {
  Json rows = Json::array();
  for (const Json& part : answer.value("parts", Json::array()))
    rows.push_back({{"backup_type", part["type"]},
                    {"backup_id", part["id"]},
                    {"backup_dest", part["destination"]},
                    {"description", part["description"]},
                    {"bytes", part["bytes"]}});
  return rows;
}

}  // namespace

Result<Json> run(StatementRun& run, const statement::Restore& s) {
  SEABED_CHECK(check_rights(run.caller(), "restore/start", {{"tenant", s.tenant}}));
  if (!s.from.options.count("directory"))
    return fail(Code::kInvalidArgument, run.name(),
                "needs WITH 'directory=/new/directory': where the databases go",
                "add the option; pool_list, locality and primary_zone may be left out");
  Json arguments = source_json(run, s.from);
  arguments["tenant"] = s.tenant;
  return run.once("restore/start", arguments);
}

Result<Json> run(StatementRun& run, const statement::RestorePreview& s) {
  Json arguments{{"uris", s.from.uris}, {"until", until_json(s.from.until)}};
  if (!run.session().decryption_passwords.empty())
    arguments["passwords"] = run.session().decryption_passwords;
  SEABED_CHECK(run.call("restore/preview", arguments));
  run.session().preview = arguments.dump(-1, ' ', false, Json::error_handler_t::replace);
  return statement_result(run.name(), Json::array());
}

Result<Json> run(StatementRun& run, const statement::ShowRestorePreview&) {
  if (run.session().preview.empty())
    return fail(Code::kConflict, run.name(), "this session has no preview",
                "ALTER SYSTEM RESTORE FROM … PREVIEW comes first, in the same session");
  SEABED_TRY(const Json answer, run.call("restore/preview", Json::parse(run.session().preview)));
  return statement_result(run.name(), preview_rows(answer));
}

Result<Json> run(StatementRun& run, const statement::CancelRestore& s) {
  return run.once("restore/cancel", {{"tenant", s.tenant}});
}

Result<Json> run(StatementRun& run, const statement::RecoverTable& s) {
  Json arguments = source_json(run, s.from);
  arguments["tenant"] = s.tenant;
  arguments["tables"] = s.tables;
  arguments["remap_tables"] = s.remap_tables;
  arguments["remap_tablegroups"] = s.remap_tablegroups;
  arguments["remap_tablespaces"] = s.remap_tablespaces;
  return run.once("table/recover", arguments);
}

Result<Json> run(StatementRun& run, const statement::CancelRecoverTable& s) {
  return run.once("table/cancel", {{"tenant", s.tenant}});
}

Result<Json> run(StatementRun& run, const statement::SetLogRestoreSource& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  return run.once("standby/set-log-source", {{"tenant", tenant}, {"value", s.value}});
}

Result<Json> run(StatementRun& run, const statement::RecoverStandby& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  return run.once("standby/recover", {{"tenant", tenant}, {"until", until_json(s.until)}});
}

Result<Json> run(StatementRun& run, const statement::ActivateStandby& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  return run.once("standby/activate", {{"tenant", tenant}, {"verify", s.verify}});
}

Result<Json> run(StatementRun& run, const statement::RunUpgrade& s) {
  SEABED_CHECK(check_rights(run.caller(), "upgrade/run", Json::object()));
  SEABED_TRY(const auto tenants, run.names(s.tenants));
  return run.once("upgrade/run", {{"tenants", tenants}});
}

Result<Json> run(StatementRun& run, const statement::AddDeletePolicy& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  return run.once("clean/add-policy",
                  {{"tenant", tenant}, {"policy", s.name}, {"recovery_window", s.recovery_window}});
}

Result<Json> run(StatementRun& run, const statement::DropDeletePolicy& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  return run.once("clean/drop-policy", {{"tenant", tenant}, {"policy", s.name}});
}

Result<Json> run(StatementRun& run, const statement::CancelDelete& s) {
  return run.each("clean/cancel", s.tenants, Json::object(), 9053);
}

Result<Json> run(StatementRun& run, const statement::Delete& s) {
  SEABED_TRY(const auto tenant, run.one_name(s.tenant));
  return run.once(s.pieces ? "clean/delete-pieces" : "clean/delete-sets",
                  {{"tenant", tenant}, {"ids", s.ids}, {"description", s.description}, {"dry_run", false}});
}

}  // namespace seabed
