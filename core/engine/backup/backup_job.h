#pragma once
// Data backup of one tenant: one set. The job row exists in the catalog before anything is written to the medium.

#include "core/engine/archive/archiver.h"
#include "core/engine/job/context.h"

namespace seabed {

struct BackupRequest {
  uint64_t tenant_id = 0;
  bool incremental = false;        // without a usable parent on this path: becomes a full one
  bool plus_archivelog = false;
  std::string description;
  bool bridge = false;             // started by the archiver to close a hole
  uint64_t parent_job_id = 0;      // of sys (parent_job.h); 0: none
  std::string encryption_password; // SET ENCRYPTION: the set opens with it alone; kept sealed in the catalog while the job runs
};

/// Prechecks and inserts the job row; returns its id. kConflict with ob_error 9040 (archiving is not DOING, no
/// destination …), 9036 (a backup is running).
Result<uint64_t> submit_backup(EngineContext& context, const BackupRequest& request);
/// Runs (or, after a crash, goes on with) a job to its end. Blocking. The catalog holds the outcome too.
Status run_backup(EngineContext& context, TenantArchiver& archiver, uint64_t job_id, const ProgressFn& progress,
                  const CancelToken& cancel);

}  // namespace seabed
