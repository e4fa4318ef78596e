#pragma once
// A drill: the backup is restored to a scratch place as if it were needed, opened, read to the last row, and
// a signed report says what was found (docs/drill.md).

#include <string>

#include "core/catalog/drills.h"
#include "core/catalog/tenants.h"
#include "core/engine/job/context.h"

namespace seabed {

struct DrillRequest {
  uint64_t tenant_id = 0;
  std::string moment = "latest";  // "latest", "random" (of the window), an SCN, a time of the tenant's zone
  bool full = false;              // every data file is fetched first; else data files are read where they are
  bool scheduled = false;
};

/// Writes the row; the drill itself is run_drill's. No drill of the tenant runs. kConflict without a data
/// destination.
Result<catalog::DrillRow> submit_drill(EngineContext& context, const DrillRequest& request);
/// Runs a submitted drill to its end in this thread. The row, the report and the scratch place are in order
/// whatever happens; the error is that of the drill.
Status run_drill(EngineContext& context, uint64_t drill_id, const CancelToken& cancel);
/// Drills that a killed process left: FAILED in the catalog, their scratch places removed.
Status end_lost_drills(EngineContext& context);
/// "<state directory>/drill-reports/<tenant>-<drill id>.json".
std::string drill_report_path(const EngineContext& context, const std::string& tenant, uint64_t drill_id);
std::string drill_scratch_root(const EngineContext& context);
/// When the tenant is next drilled by itself, as microseconds since the epoch; 0: never. Pure.
uint64_t next_drill_us(const DrillSettings& settings, const TenantConfig& tenant, uint64_t last_start_us,
                       uint64_t agent_start_us);

/// Reads every stream of a restored tenant in this process: what EngineContext::scan_tenant does in a child.
Result<TenantScan> scan_tenant_here(EngineContext& context, const TenantScanRequest& request,
                                    const ScanProgressFn& progress, const CancelToken& cancel);

}  // namespace seabed
