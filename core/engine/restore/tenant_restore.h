#pragma once
// RESTORE as a job: a new tenant in the catalog, in role RESTORE until its files and its log are there, then
// STANDBY (reference: state-machines.md section 4). The parent's row drives: what an agent began the next one
// goes on with.

#include "core/catalog/restore_jobs.h"
#include "core/engine/engine.h"
#include "core/engine/restore/restore_job.h"

namespace seabed {

struct TenantRestoreRequest {
  RestoreRequest restore;           // tenant_name and directory must be given
  std::string option, description;  // WITH text as it was given; kept for the views
};

/// What of the parent and the tenant's rows; and, where it runs, how fast.
struct TenantRestoreView {
  catalog::RestoreJobRow parent;
  std::optional<catalog::RestoreJobRow> tenant;  // none once its job is history of another tenant
};

/// Checks everything that can be known before a byte is written, makes the rows, and returns the parent's job
/// id. 9014: a tenant or a running restore of that name is there. kConflict: the target is impossible, or the
/// directory is in use.
Result<uint64_t> submit_restore(EngineContext& context, const TenantRestoreRequest& request);
/// Runs a submitted job to its end. kCancelled while its row is not final: stopped, the next run goes on.
Status run_restore_job(EngineContext& context, uint64_t job_id, const ProgressFn& progress,
                       const CancelToken& cancel);
/// In the background of the agent.
/// nullopt: it does not run in this process.
std::optional<ProgressView> restore_progress(Engine& engine, uint64_t job_id);
Status run_restore_in_background(Engine& engine, uint64_t job_id);
/// What an earlier agent left unfinished.
Status resume_restores(Engine& engine);
/// The job of that name ends as RESTORE_FAIL, nothing of it stays. kNotFound: none runs. Waits until it is
/// done.
Status cancel_restore(Engine& engine, const std::string& tenant);
/// Newest first; `tenant` empty: all.
Result<std::vector<TenantRestoreView>> restore_views(EngineContext& context, const std::string& tenant);

}  // namespace seabed
