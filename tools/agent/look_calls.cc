#include <nlohmann/json.hpp>

#include "core/engine/mark_damage.h"
#include "tools/agent/calls.h"
#include "tools/agent/rows_json.h"
#include "tools/agent/verified_json.h"

namespace seabed {
namespace {

Result<Json> doctor(Engine& engine, const Json& args) {
  SEABED_TRY(auto findings, engine.doctor(args.at("tenant")));
  Json json = Json::array();
  for (const auto& finding : findings) json.push_back(finding_json(finding));
  return json;
}

Result<Json> select(Engine& engine, const Json& args, const Caller& caller) {
  catalog::SelectScope scope;
  if (!caller.sys) {
    SEABED_TRY(auto tenant, engine.tenant(caller.tenant));
    scope.tenant_id = tenant.tenant_id;
  }
  SEABED_TRY(auto table, engine.select(args.at("sql"), scope));
  Json rows = Json::array();
  for (const auto& row : table.rows) {
    Json cells = Json::array();
    for (const auto& cell : row) cells.push_back(cell ? Json(*cell) : Json(nullptr));
    rows.push_back(std::move(cells));
  }
  return Json{{"columns", table.columns}, {"rows", rows}};
}

/// The end of a `seabed verify --tenant`: its reading was done by the caller.
Result<Json> mark_verified(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  std::vector<VerifiedDestination> verified;
  for (const Json& one : args.at("destinations")) verified.push_back(read_verified(one));
  SEABED_TRY(const auto changes, mark_damage(engine.context(), tenant.tenant_id, verified));
  return Json{{"tenant", tenant.name}, {"marked", changes}};
}

}  // namespace

Calls look_calls() { return {{"doctor", doctor}, {"sql", select}, {"verify/mark", mark_verified}}; }

}  // namespace seabed
