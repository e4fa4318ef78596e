#pragma once
// One drill at work: choose the moment, restore, scan, report.

#include <chrono>

#include "core/engine/drill/drill.h"
#include "core/engine/drill/report.h"
#include "core/engine/drill/scratch.h"
#include "core/engine/restore/restore_job.h"
#include "core/media/reader_lease.h"

namespace seabed::drill {

class DrillRun {
 public:
  DrillRun(EngineContext& context, catalog::DrillRow row, catalog::TenantRow tenant,
           const CancelToken& cancel);
  /// To the end, the report written and the row final.
  Status run();

 private:
  Status work();
  Status find_sources();
  /// Cleanup of any cluster leaves alone what is read, until this ends.
  Status hold_leases();
  Status narrow_leases();
  Result<RestoreTargetPoint> choose_moment();
  Status restore(const RestoreTargetPoint& until, const std::string& directory);
  Status scan(const std::string& directory);
  Status finish(const Status& result);
  Status write_report();
  Status enter(const std::string& status);
  /// The row moves at most once a second.
  void tell(uint64_t done, uint64_t total);
  Status save();

  EngineContext& context_;
  EngineContext without_catalog_;  // a drill is no restore that an operator sees
  catalog::DrillRow row_;
  const catalog::TenantRow tenant_;
  const CancelToken& cancel_;
  std::vector<std::string> uris_;  // with secrets; data first
  std::unique_ptr<ReaderLeaseKeeper> leases_;
  Report report_;
  std::mutex mutex_;  // of row_ while others tell
  std::chrono::steady_clock::time_point saved_{};
};

}  // namespace seabed::drill
