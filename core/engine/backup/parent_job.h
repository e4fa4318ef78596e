#pragma once
// BACKUP from sys: a parent row of the tenant 1 (set id 0) over one job a tenant. The parent does nothing itself: it is
// settled whenever one of its children ends, and at the agent's start (reference: state machines, section 3).

#include <optional>
#include <string>
#include <vector>

#include "core/catalog/backup_jobs.h"
#include "core/engine/backup/backup_job.h"
#include "core/engine/backup/transition.h"

namespace seabed {

namespace backup {

enum class ParentEvent { kStarted, kCancelRequested, kEndedWell, kEndedBadly };   // the last two: every child has ended

/// nullopt: nothing changes.
std::optional<JobState> parent_after(JobState state, ParentEvent event);
/// What the children say; nullopt while one of them runs. None at all have ended badly.
std::optional<ParentEvent> children_event(const std::vector<JobState>& children);

}  // namespace backup

/// May this tenant be backed up now? As submit_backup, and nothing is written.
Status check_backup(EngineContext& context, const BackupRequest& request);

/// INIT. `tenant_ids`: who is to run it; `listed`: sys named them (SYS_TENANT, else CLUSTER).
Result<uint64_t> insert_parent_backup(EngineContext& context, const BackupRequest& request,
                                      const std::vector<uint64_t>& tenant_ids, bool listed, const std::string& comment);
/// Every child that could be submitted is; `failed`: those that could not, in words (empty: none).
Status parent_started(EngineContext& context, uint64_t parent_id, const std::string& failed);
/// Every parent that runs becomes CANCELING; their ids. Its children are cancelled by the caller.
Result<std::vector<uint64_t>> cancel_parents(EngineContext& context);
/// Looks at the children of every unfinished parent and ends those whose children have ended. One whose children are still
/// being submitted is left alone. Cheap when there is none.
Status settle_parents(EngineContext& context);
/// The same when no process submits: what an earlier one did not begin never will be.
Status settle_parents_at_start(EngineContext& context);

}  // namespace seabed
