// The life of a standby: recover, log source, activation, upgrade.
#include <nlohmann/json.hpp>

#include "core/base/child.h"
#include "core/engine/quick/data_mode.h"
#include "core/engine/standby/standby.h"
#include "tools/agent/calls.h"
#include "tools/agent/progress_json.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

constexpr std::chrono::minutes kOpenOnce{30};

Json view_json(Engine& engine, const StandbyView& v) {
  Json json = {{"tenant", v.tenant.name},
               {"tenant_id", v.tenant.tenant_id},
               {"role", v.tenant.role},
               {"directory", v.source.directory},
               {"sync_scn", v.synced},
               {"sync_display", v.synced_display},
               {"recovery_until_scn", v.source.recovery_until_scn},
               {"unlimited", v.source.recovery_until_scn == catalog::kUnlimitedScn},
               {"following", v.source.following},
               {"log_source", v.source.value},
               {"bound_ns", v.bound_ns >= kScnMax ? Json(nullptr) : Json(v.bound_ns)},
               {"sync_status", ""},
               {"comment", ""},
               {"progress", progress_json(standby_progress(engine, v.tenant.tenant_id))},
               {"streams", Json::array()}};
  for (const auto& s : v.streams) {
    json["streams"].push_back({{"ls_id", s.ls_id},
                               {"sync_scn", s.sync_scn},
                               {"sync_status", s.sync_status},
                               {"err_code", s.err_code},
                               {"comment", s.comment}});
    json["sync_status"] = s.sync_status;
    if (!s.comment.empty()) json["comment"] = s.comment;
  }
  return json;
}

Result<Json> status(Engine& engine, const Json& args) {
  SEABED_TRY(const auto views, standbys(engine.context(), args.value("tenant", "")));
  Json json = Json::array();
  for (const auto& view : views) json.push_back(view_json(engine, view));
  return json;
}

Result<Json> status_of(Engine& engine, const std::string& tenant) {
  SEABED_TRY(const auto views, standbys(engine.context(), tenant));
  if (views.empty()) return fail(Code::kNotFound, "tenant " + tenant, "is no standby");
  return view_json(engine, views.front());
}

Result<Json> recover(Engine& engine, const Json& args) {
  const std::string tenant = args.at("tenant");
  const Json& until = args.at("until");
  if (until == "cancel") {
    SEABED_CHECK(cancel_recovery(engine, tenant));
    return status_of(engine, tenant);
  }
  RestoreTargetPoint point;  // kLatest: UNLIMITED
  if (until.is_object() && until.contains("scn"))
    point = {RestoreTargetPoint::Kind::kScn, until.at("scn").get<uint64_t>(), {}};
  else if (until.is_object() && until.contains("time"))
    point = {RestoreTargetPoint::Kind::kTime, 0, until.at("time").get<std::string>()};
  else if (until != "unlimited")
    return fail(Code::kInvalidArgument, "until", "is no SCN, no time, and neither UNLIMITED nor CANCEL");
  SEABED_CHECK(recover_standby(engine, tenant, point));
  return status_of(engine, tenant);
}

Result<Json> set_source(Engine& engine, const Json& args) {
  KeyAccess keys;
  keys.key_uri = args.value("key_uri", ""), keys.key_password = args.value("key_password", "");
  SEABED_CHECK(set_log_source(engine, args.at("tenant"), args.value("value", ""), keys));
  return status_of(engine, args.at("tenant"));
}

Result<Json> activate(Engine& engine, const Json& args) {
  const std::string tenant = args.at("tenant");
  SEABED_TRY(const auto checks, check_activation(engine.context(), tenant));
  Json json = {{"tenant", tenant}, {"verify", args.value("verify", false)}, {"checks", Json::array()}};
  bool all = true;
  for (const ActivationCheck& check : checks) {
    all = all && check.good;
    json["checks"].push_back({{"good", check.good}, {"what", check.what}, {"next_step", check.next_step}});
  }
  json["possible"] = all;
  if (args.value("verify", false)) return json;
  SEABED_CHECK(activate_standby(engine, tenant, args.value("without_newer_streams", false)));
  json["role"] = "PRIMARY";
  json["next_step"] =
      "a new log life begins: put the tenant into the configuration, give it a new archive destination "
      "and take a full backup";
  return json;
}

Result<Json> discard(Engine& engine, const Json& args) {
  const bool dry = args.value("dry_run", false);
  SEABED_TRY(const auto parts, discard_standby(engine, args.at("tenant"), dry));
  return Json{{"tenant", args.at("tenant")}, {"removed", parts.removed}, {"left", parts.left}, {"dry_run", dry}};
}

/// The tenant that a directory belongs to, for verbs that are given the directory.
Result<Json> find(Engine& engine, const Json& args) {
  const std::string directory = args.at("directory");
  SEABED_TRY(const std::string tenant, standby_in(engine.context(), directory));
  if (args.value("hydrated", false)) quick::note_data_mode(engine.context(), directory);
  return Json{{"tenant", tenant}, {"directory", directory}};
}

/// In a process of its own: the library may abort on what it does not expect.
Status open_in_child(const std::string& engine, const std::string& directory) {
  CancelToken never;
  const auto done = run_child({"/proc/self/exe", "upgrade", "database", "--engine", engine, "--directory", directory},
                              "", never, kOpenOnce);
  if (done) return ok();
  Error error = done.error();
  error.object = directory;
  return fail(std::move(error));
}

Result<Json> upgrade(Engine& engine, const Json& args) {
  const auto tenants = args.at("tenants").get<std::vector<std::string>>();
  SEABED_TRY(const auto done, run_upgrade(engine.context(), tenants, open_in_child));
  Json json = Json::array();
  for (const UpgradeOutcome& one : done)
    json.push_back({{"tenant", one.tenant}, {"from", one.from}, {"to", one.to}, {"notes", one.notes}});
  return json;
}

}  // namespace

Calls standby_calls() {
  return {{"standby/status", status},
          {"standby/recover", recover},
          {"standby/set-log-source", set_source},
          {"standby/activate", activate},
          {"standby/discard", discard},
          {"standby/find", find},
          {"upgrade/run", upgrade}};
}

}  // namespace seabed
