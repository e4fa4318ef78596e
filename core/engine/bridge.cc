#include "core/engine/bridge.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/destinations.h"

namespace seabed {
namespace {

tl::unexpected<Error> impossible(uint64_t tenant_id, const std::string& reason,
                                 const std::string& next_step) {
  return fail(Code::kConflict, "tenant " + std::to_string(tenant_id),
              "its log has a hole and " + reason + ": targets behind the hole are refused", next_step);
}

Status check_base(Transaction& tx, uint64_t tenant_id) {
  SEABED_TRY(auto dest, catalog::current_destination(tx, tenant_id, catalog::DestinationKind::kData));
  if (!dest)
    return impossible(tenant_id, "there is no data destination",
                      "`seabed backup set-dest`, `seabed backup start`");
  SEABED_TRY(auto sets, catalog::list_backup_sets(tx, tenant_id, dest->dest_id));
  bool base = std::any_of(sets.begin(), sets.end(), [](auto& set) { return set.status == "SUCCESS"; });
  return base ? ok() : impossible(tenant_id, "there is no base yet", "`seabed backup start`");
}

Result<bool> backup_runs(Catalog& catalog, uint64_t tenant_id) {
  SEABED_TRY(auto jobs, catalog.get<std::vector<catalog::BackupJobRow>>(
                            [&](auto& tx) { return catalog::unfinished_backup_jobs(tx, tenant_id); }));
  return !jobs.empty();
}

}  // namespace

Status bridge_hole(EngineContext& context, JobRunner& runner, TenantArchiver& archiver, uint64_t tenant_id,
                   const CancelToken& cancel) {
  for (bool waited = false;; waited = true) {
    SEABED_TRY(bool runs, backup_runs(*context.catalog, tenant_id));
    if (!runs && waited) return ok();
    if (!runs) break;
    if (cancel.wait_for(std::chrono::milliseconds(200)))
      return fail(Code::kCancelled, "bridge", "the agent stops");
  }
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) { return check_base(tx, tenant_id); }));
  BackupRequest request{.tenant_id = tenant_id, .incremental = true};
  request.description = "bridges a hole in the log";
  request.bridge = true;
  SEABED_TRY(uint64_t job_id, submit_backup(context, request));
  log::info("tenant {}: backup job {} bridges a hole in the log", tenant_id, job_id);
  return runner.run_tracked(archiver, job_id);
}

}  // namespace seabed
