// The entries: a row first, then the work; and what a killed process left.

#include "core/engine/drill/drill.h"

#include "core/catalog/destinations.h"
#include "core/engine/drill/choose_moment.h"
#include "core/engine/drill/drill_run.h"
#include "core/engine/drill/scratch.h"

namespace seabed {
namespace {

/// Rows without an end that no drill of this process has: this process owns the catalog, so theirs is gone.
Status end_rows(Transaction& tx, EngineContext& context, uint64_t tenant_id) {
  SEABED_TRY(auto rows, catalog::unfinished_drills(tx));
  for (catalog::DrillRow& row : rows) {
    if (tenant_id != 0 && row.tenant_id != tenant_id) continue;
    row.comment = "the process that drilled ended while it was " + row.status;
    row.status = "FAILED";
    row.result = 4000 + static_cast<int>(Code::kCancelled);
    row.end_us = context.clock->read().now / 1000;  // now, so that it is told
    SEABED_CHECK(catalog::update_drill(tx, row));
  }
  return ok();
}

}  // namespace

std::string drill_report_path(const EngineContext& context, const std::string& tenant, uint64_t drill_id) {
  return context.state_directory + "/drill-reports/" + tenant + "-" + std::to_string(drill_id) + ".json";
}

std::string drill_scratch_root(const EngineContext& context) {
  const std::string& given = context.drill.scratch_directory;
  return given.empty() ? context.state_directory + "/drill-scratch" : given;
}

uint64_t next_drill_us(const DrillSettings& settings, const TenantConfig& tenant, uint64_t last_start_us,
                       uint64_t agent_start_us) {
  const auto every = tenant.drill_every.value_or(settings.every);
  if (every.count() <= 0) return 0;
  const auto pause = static_cast<uint64_t>(every.count()) * 1000;
  return (last_start_us ? last_start_us : agent_start_us) + pause;
}

Result<catalog::DrillRow> submit_drill(EngineContext& context, const DrillRequest& request) {
  catalog::DrillRow row;
  row.tenant_id = request.tenant_id;
  row.moment = request.moment.empty() ? "latest" : request.moment;
  row.method = request.full ? "full" : "quick";
  row.scheduled = request.scheduled;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto tenant, catalog::find_tenant(tx, request.tenant_id));
    const std::string name = tenant ? tenant->name : std::to_string(request.tenant_id);
    SEABED_TRY(const auto data,
               catalog::current_destination(tx, request.tenant_id, catalog::DestinationKind::kData));
    if (!data)
      return fail(Code::kConflict, "tenant " + name,
                  "has no backup destination: there is nothing to drill with",
                  "`seabed backup set-dest`, `seabed backup start`");
    SEABED_CHECK(end_rows(tx, context, request.tenant_id));
    SEABED_TRY(row.drill_id, catalog::insert_drill(tx, row));
    return ok();
  }));
  return row;
}

Status run_drill(EngineContext& context, uint64_t drill_id, const CancelToken& cancel) {
  catalog::DrillRow row;
  catalog::TenantRow tenant;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto found, catalog::find_drill(tx, drill_id));
    if (!found) return fail(Code::kNotFound, "drill " + std::to_string(drill_id), "is not in the catalog");
    row = *found;
    SEABED_TRY(const auto owner, catalog::find_tenant(tx, row.tenant_id));
    if (!owner) return fail(Code::kNotFound, "tenant " + std::to_string(row.tenant_id), "is not known");
    tenant = *owner;
    return ok();
  }));
  return drill::DrillRun(context, row, tenant, cancel).run();
}

Status end_lost_drills(EngineContext& context) {
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) { return end_rows(tx, context, 0); }));
  return drill::sweep(drill_scratch_root(context));
}

}  // namespace seabed
