#pragma once
// Cleanup of one tenant: by its policy, or of sets or pieces by id. A job row is in the catalog before
// anything else happens; whoever runs the job goes on from the state it finds.

#include <set>

#include "core/catalog/delete_jobs.h"
#include "core/engine/clean/clean_look.h"
#include "core/engine/job/context.h"

namespace seabed::clean {

struct CleanRequest {
  uint64_t tenant_id = 0;
  enum class What { kObsolete, kSets, kPieces } what = What::kObsolete;
  std::set<uint64_t> ids;  // of kSets, kPieces
  std::string description;
  uint64_t initiator_tenant_id = 0;  // who asked: 1 is sys; 0: the tenant itself, or its policy
};

/// Prechecks and inserts the job row; returns its id. ob_error 9044 while another cleanup of the tenant is
/// not finished; of a deletion by id 9045, 9046, 9069, 9070 (manual_rules.h). kConflict when the media or the
/// clock speak against it.
Result<uint64_t> submit_clean(EngineContext& context, const CleanRequest& request,
                              const CleanTools& tools = {});
/// Runs, or goes on with, a job to its end. Blocking. Cancelling `cancel` interrupts: the job stays as it is,
/// unless the operator cancelled it. The catalog holds the outcome too.
Status run_clean(EngineContext& context, uint64_t job_id, const ProgressFn& progress,
                 const CancelToken& cancel, const CleanTools& tools = {});
/// The tenant's running job becomes CANCELING; whoever runs it sees that, or the next run_clean. 9053: none
/// runs.
Result<uint64_t> cancel_clean(EngineContext& context, uint64_t tenant_id);
/// What a run would do, and why. Touches nothing. Errors as submit_clean for a deletion by id.
Result<CleanDecision> explain_clean(EngineContext& context, const CleanRequest& request,
                                    const CancelToken& cancel, const CleanTools& tools = {});
/// One tenant's turn of the hourly run: an unfinished job goes on; else, with a policy, a job when something
/// would go or something speaks against it. Stale uploads and leases that ran out long ago are removed in any
/// case.
Status run_hourly_clean(EngineContext& context, uint64_t tenant_id, const CancelToken& cancel,
                        const CleanTools& tools = {});

}  // namespace seabed::clean
