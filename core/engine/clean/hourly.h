#pragma once
// The agent's own cleanups.

#include "core/engine/clean/clean_job.h"
#include "core/engine/job/background.h"

namespace seabed::clean {

/// Work of one tenant in the background: "clean/<tenant>". One at a time.
std::string clean_key(uint64_t tenant_id);
/// Runs a job in the background. kConflict 9044 while the tenant's work runs.
Status start_clean(EngineContext& context, Background& background, uint64_t tenant_id, uint64_t job_id);
/// CANCEL DELETE BACKUP: the tenant's job becomes CANCELING and its end is written, now when nobody runs it, else when the
/// tenant's work is over (the hourly look may be on, and not have it yet). Returns the job. 9053: none runs.
Result<uint64_t> cancel_running(EngineContext& context, Background& background, uint64_t tenant_id);
/// At the agent's start: unfinished jobs go on now; then each tenant of the configuration has its turn every
/// limits.clean_interval.
Status start_hourly(EngineContext& context, Background& background);

}  // namespace seabed::clean
