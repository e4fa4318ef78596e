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
  /// `leased`: reading_leases.h holds what a quick tenant will read, too.
  RestoreRun(EngineContext& context, const RestoreRequest& request, const Media& media, Plan plan,
             const ProgressFn& progress, const CancelToken& cancel, bool leased);
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
  void fill_row(catalog::RestoreJobRow* row) const;
  Status move_parent(Transaction& tx, const catalog::RestoreJobRow& child);
  void recovered(const StreamPlan& stream, Scn scn);
  RestoreOutcome outcome() const;
  bool own_log() const;
  bool finished(const StreamPlan& stream) const;
  std::string place(const StreamPlan& stream) const;
  void tell(const std::string& phase);

  EngineContext& context_;
  const RestoreRequest& request_;
  const Media& media_;
  const Plan plan_;
  const ProgressFn& progress_;
  const CancelToken& cancel_;
  const bool leased_;
  RestoreState state_;
  std::optional<catalog::RestoreJobRow> job_;
  std::map<uint64_t, std::unique_ptr<RestoreTarget>> targets_;  // begun in this process
  std::map<uint64_t, StreamResult> replayed_;
  std::atomic<uint64_t> done_bytes_ = 0, done_blocks_ = 0;
  std::map<uint64_t, Scn> recovered_;  // by stream; the job's thread
  std::atomic<Scn> recover_scn_ = 0;
  uint64_t total_bytes_ = 0, total_blocks_ = 0;
  std::mutex tell_mutex_;
  std::string phase_;
  std::chrono::steady_clock::time_point row_saved_ = std::chrono::steady_clock::now();
};

/// Whatever is there besides our own state and staged streams belongs to someone: kConflict.
Status refuse_used_directory(const std::string& directory);
/// A quick tenant is read by this host's library.
Status check_own_library(const RestoreRequest& request);
/// nullopt: begin anew. kConflict when something else is, or was, restored there.
Result<std::optional<RestoreState>> unfinished_restore(const RestoreRequest& request, const Media& media);
/// Auxiliary files below the tenant's directory, by the adapter that knows them; false: there is none.
Result<bool> put_auxiliary(EngineContext& context, const RestoreState& state, const std::string& directory,
                           const std::map<std::string, std::string>& files);
/// Files beside the streams as a standby's own records say at its cut, after a step that ended before. Its source is not
/// asked. kUnsupported: it keeps no records.
Status finish_auxiliary(EngineContext& context, const std::string& directory, RestoreState* state);
/// Names that do not stay inside the directory are passed over.
Status remove_auxiliary(const std::string& directory, const std::vector<std::string>& files);
/// Held while a restore or an activation works in the directory; kConflict when another process does.
Result<Fd> lock_directory(const std::string& directory);

}  // namespace seabed::restore
