#pragma once
// The executor of a restore: does what the transitions say, one state after the other, each persisted before
// its work.

#include <sys/file.h>

#include <chrono>

#include "core/base/fd.h"
#include "core/catalog/restore_jobs.h"
#include "core/engine/restore/restore_dictionary.h"
#include "core/engine/restore/restore_state.h"

namespace seabed::restore {

class RestoreRun {
 public:
  RestoreRun(EngineContext& context, const RestoreRequest& request, const Media& media, Plan plan,
             const ProgressFn& progress, const CancelToken& cancel);
  /// `earlier`: of an unfinished restore of the same plan in the same directory.
  Result<RestoreOutcome> run(std::optional<RestoreState> earlier);

 private:
  Status perform(Action action);
  Status take_directory();
  Status name_streams();
  Status copy_all();
  Status copy_stream(const StreamPlan& stream);
  Status replay_all();
  Status replay_stream(const StreamPlan& stream);
  Status finish_stream(const StreamPlan& stream, StreamResult result);
  Status report();
  Status restore_auxiliary();
  Status persist();
  Status persist_job();
  RestoreOutcome outcome() const;
  bool finished(const StreamPlan& stream) const;
  std::string place(const StreamPlan& stream) const;
  void tell(const std::string& phase);

  EngineContext& context_;
  const RestoreRequest& request_;
  const Media& media_;
  const Plan plan_;
  const ProgressFn& progress_;
  const CancelToken& cancel_;
  RestoreState state_;
  std::optional<catalog::RestoreJobRow> job_;
  std::map<uint64_t, std::unique_ptr<RestoreTarget>> targets_;  // begun in this process
  std::map<uint64_t, StreamResult> replayed_;
  std::atomic<uint64_t> done_bytes_ = 0, done_blocks_ = 0;
  uint64_t total_bytes_ = 0, total_blocks_ = 0;
  std::mutex tell_mutex_;
  std::string phase_;
  std::chrono::steady_clock::time_point row_saved_ = std::chrono::steady_clock::now();
};

/// Held while a restore or an activation works in the directory; kConflict when another process does.
Result<Fd> lock_directory(const std::string& directory);

}  // namespace seabed::restore
