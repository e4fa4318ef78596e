#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "core/engine/drill/drill.h"
#include "tools/agent/calls.h"
#include "tools/agent/drill_schedule.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

uint64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

/// Null: not known.
Json seconds_left(const catalog::DrillRow& row) {
  if (row.over() || !row.done || row.total <= row.done) return nullptr;
  const double spent = double(now_us() - std::min(row.phase_us, now_us())) / 1e6;
  return static_cast<uint64_t>(spent / double(row.done) * double(row.total - row.done) + 1);
}

Json drill_json(const catalog::DrillRow& row, const catalog::TenantRow& tenant) {
  return {{"drill_id", row.drill_id},
          {"tenant", tenant.name},
          {"status", row.status},
          {"moment", row.moment},
          {"method", row.method},
          {"scheduled", row.scheduled},
          {"start_display", display(row.start_us * 1000, tenant)},
          {"end_display", display(row.end_us * 1000, tenant)},
          {"start_us", row.start_us},
          {"end_us", row.end_us},
          {"target_scn", row.target_scn},
          {"target_scn_display", display(row.target_scn, tenant)},
          {"done", row.done},
          {"total", row.total},
          {"seconds_left", seconds_left(row)},
          {"rows", row.rows},
          {"result", row.result},
          {"report", row.report},
          {"comment", row.comment}};
}

Result<Json> run(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  DrillRequest request{.tenant_id = tenant.tenant_id};
  request.moment = args.value("moment", "latest");
  request.full = args.value("full", false);
  SEABED_TRY(const auto row, start_drill(engine, tenant.name, request));
  return drill_json(row, tenant);
}

Result<Json> status(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenants, engine.tenants());
  uint64_t only = 0;
  if (args.contains("tenant")) {
    SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
    only = tenant.tenant_id;
  }
  SEABED_TRY(const auto rows, engine.context().catalog->get<std::vector<catalog::DrillRow>>(
                                  [&](Transaction& tx) { return catalog::list_drills(tx, only); }));
  Json json = Json::array();
  for (const auto& row : rows)
    for (const auto& tenant : tenants)
      if (tenant.tenant_id == row.tenant_id && args.value("drill_id", row.drill_id) == row.drill_id)
        json.push_back(drill_json(row, tenant));
  return json;
}

Result<Json> cancel(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  if (!engine.background().cancel(drill_key(tenant.name)))
    return fail(Code::kConflict, "tenant " + tenant.name, "no drill of it runs", "`seabed drill status`");
  return Json{{"tenant", tenant.name}};
}

}  // namespace

Calls drill_calls() { return {{"drill/run", run}, {"drill/status", status}, {"drill/cancel", cancel}}; }

}  // namespace seabed
