// Cleanup: policies, and what a run would delete. Nothing is deleted by this version.
#include <nlohmann/json.hpp>

#include "core/catalog/delete_policies.h"
#include "core/engine/clean/clean_facts.h"
#include "tools/agent/calls.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

Json policy_json(const catalog::DeletePolicyRow& row, const std::string& tenant) {
  return {{"tenant", tenant}, {"policy", row.policy_name}, {"recovery_window", row.recovery_window}};
}

Result<Json> add_policy(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  const catalog::DeletePolicyRow row{tenant.tenant_id, args.value("policy", "default"),
                                     args.value("recovery_window", "")};
  SEABED_CHECK(engine.context().catalog->transact(
      [&](Transaction& tx) { return catalog::add_delete_policy(tx, row); }));
  return policy_json(row, tenant.name);
}

Result<Json> drop_policy(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  const std::string name = args.value("policy", "default");
  SEABED_CHECK(engine.context().catalog->transact(
      [&](Transaction& tx) { return catalog::drop_delete_policy(tx, tenant.tenant_id, name); }));
  return Json{{"tenant", tenant.name}, {"policy", name}};
}

Result<Json> policies(Engine& engine, const Json& args) {
  uint64_t only = 0;
  if (args.contains("tenant")) {
    SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
    only = tenant.tenant_id;
  }
  SEABED_TRY(const auto tenants, engine.tenants());
  SEABED_TRY(const auto rows, engine.context().catalog->get<std::vector<catalog::DeletePolicyRow>>(
                                  [&](Transaction& tx) { return catalog::list_delete_policies(tx, only); }));
  Json json = Json::array();
  for (const auto& row : rows)
    for (const auto& tenant : tenants)
      if (tenant.tenant_id == row.tenant_id) json.push_back(policy_json(row, tenant.name));
  return json;
}

Json item_json(const clean::CleanItem& item) {
  const bool set = item.kind == clean::CleanItem::Kind::kSet;
  Json json = {{"kind", set ? "set" : "piece"}, {"id", item.id}, {"dest_id", item.dest_id}};
  if (!set) json["round_id"] = item.round_id;
  json["action"] = item.remove ? "delete" : "keep";
  json["bytes"] = item.bytes, json["reason"] = item.reason, json["path"] = item.path;
  return json;
}

Result<Json> run(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  if (!args.value("dry_run", false))
    return fail(Code::kUnsupported, "clean run", "deleting is not supported yet",
                "use --dry-run to see what would go");
  SEABED_TRY(const auto facts, clean::read_clean_facts(engine.context(), tenant.tenant_id));
  const auto decision = clean::decide_cleanup(facts);
  Json json = {{"tenant", tenant.name}, {"dry_run", true}, {"policy", facts.policy}};
  json["expired_point_display"] = display(decision.expired_point_us * 1000, tenant);
  json["clean_point_set"] = decision.clean_point ? Json(*decision.clean_point) : Json(nullptr);
  json["summary"] = decision.summary;
  json["items"] = Json::array();
  for (const auto& item : decision.items) json["items"].push_back(item_json(item));
  return json;
}

}  // namespace

Calls clean_calls() {
  return {{"clean/add-policy", add_policy},
          {"clean/drop-policy", drop_policy},
          {"clean/policies", policies},
          {"clean/run", run}};
}

}  // namespace seabed
