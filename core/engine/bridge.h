#pragma once
// A bridging incremental: a hole in the log closes once a base behind it exists (rocksdb-attach.md section 2). When it is
// due is the archiver's (BridgeFn); this is what it starts.

#include "core/engine/job_runner.h"

namespace seabed {

/// Submits and runs one, to its end. While another backup of the tenant runs, waits for that instead. kConflict, said
/// loudly by the caller: there is no data destination, or no base yet.
Status bridge_hole(EngineContext& context, JobRunner& runner, TenantArchiver& archiver, uint64_t tenant_id,
                   const CancelToken& cancel);

}  // namespace seabed
