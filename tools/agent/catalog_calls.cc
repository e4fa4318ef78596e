#include <nlohmann/json.hpp>

#include "core/engine/rebuild/rebuild.h"
#include "tools/agent/calls.h"

namespace seabed {
namespace {

Result<Json> rebuild(Engine& engine, const Json& args) {
  RebuildRequest request;
  request.tenant = args.value("tenant", "");
  request.uris = args.value("uris", std::vector<std::string>());
  request.dry_run = args.value("dry_run", false);
  request.archiving_here = engine.started();
  const CancelToken never;
  SEABED_TRY(auto report, rebuild_catalog(engine.context(), request, never));
  Json json = Json::array();
  for (const auto& t : report.tenants)
    json.push_back({{"tenant", t.name},
                    {"tenant_id", t.tenant_id},
                    {"dry_run", request.dry_run},
                    {"changes", t.changes},
                    {"problems", t.problems}});
  return json;
}

}  // namespace

Calls catalog_calls() { return {{"catalog/rebuild", rebuild}}; }

}  // namespace seabed
