#pragma once
// The agent's own cleanups.

#include "core/engine/clean/clean_job.h"
#include "core/engine/job/background.h"

namespace seabed::clean {

/// Work of one tenant in the background: "clean/<tenant>". One at a time.
std::string clean_key(uint64_t tenant_id);
/// Runs a job in the background. kConflict 9044 while the tenant's work runs.
Status start_clean(EngineContext& context, Background& background, uint64_t tenant_id, uint64_t job_id);
/// At the agent's start: unfinished jobs go on now; then each tenant of the configuration has its turn every
/// limits.clean_interval.
Status start_hourly(EngineContext& context, Background& background);

}  // namespace seabed::clean
