// Staged tenants that are served before they are activated.
#include <nlohmann/json.hpp>

#include "core/engine/quick/hydrate.h"
#include "core/engine/quick/restored_tenants.h"
#include "tools/agent/calls.h"
#include "tools/agent/progress_json.h"

namespace seabed {
namespace {

Json tenant_json(const quick::RestoredTenant& tenant) {
  return {{"tenant", tenant.name},
          {"directory", tenant.directory},
          {"restore_data_mode", tenant.state.remote ? "REMOTE" : "NORMAL"},
          {"data_destination", tenant.state.remote ? Json(tenant.state.data_destination) : Json(nullptr)}};
}

Result<Json> find(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, quick::find_restored(engine.context(), args.at("tenant")));
  return tenant_json(tenant);
}

Result<Json> status(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenants, quick::restored_tenants(engine.context()));
  Json json = Json::array();
  for (const auto& tenant : tenants)
    if (!args.contains("tenant") || args["tenant"] == tenant.name) {
      json.push_back(tenant_json(tenant));
      const std::string key = quick::hydration_key(tenant.directory);
      json.back()["hydrating"] = engine.background().running(key);
      json.back()["progress"] = progress_json(engine.background().progress(key));
    }
  return json;
}

Result<Json> hydrate(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, quick::find_restored(engine.context(), args.at("tenant")));
  Json json = tenant_json(tenant);
  if (tenant.state.remote)
    SEABED_CHECK(quick::start_hydration(engine.context(), engine.background(), {tenant.directory}));
  json["hydrating"] = tenant.state.remote;
  return json;
}

}  // namespace

Calls quick_calls() { return {{"quick/find", find}, {"quick/status", status}, {"quick/hydrate", hydrate}}; }

}  // namespace seabed
