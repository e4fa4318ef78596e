#pragma once
// Executor of one backup job: does the work of each state of transition.h and persists the next one. The phases are
// beside this file: prepare, meta_phase, data_phase, index_phase, finish_phase, stop. One object runs one job once, on
// the caller's thread; a watcher thread looks for cancels and writes the progress.

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/holes.h"
#include "core/catalog/keys.h"
#include "core/engine/backup/backup_job.h"
#include "core/engine/backup/destination.h"
#include "core/engine/backup/set_document.h"
#include "core/engine/backup/transition.h"
#include "core/engine/job/progress_meter.h"
#include "core/engine/job/retry_policy.h"
#include "core/media/backup_reader.h"
#include "core/media/backup_writer.h"

namespace seabed::backup {

class BackupRun {
 public:
  BackupRun(EngineContext& context, TenantArchiver& archiver, uint64_t job_id, const ProgressFn& progress,
            const CancelToken& cancel);
  ~BackupRun();
  /// The job's outcome: ok() when the set is a success, else why not (kCancelled after a cancel).
  Status execute();

 private:
  enum class Outcome { kDone, kContentChanged };

  // run.cc
  Status open();
  Status load_rows();
  Status load_keys(BackupWriterOptions* options);
  Status run_set();
  Result<Outcome> work(const std::vector<SetAction>& actions);
  Result<Outcome> act(SetAction action);
  Status persist(SetState next);
  Status save_document();
  void at_state(std::string_view name);
  IoContext io() const;

  // prepare.cc
  Status start();
  Status write_start();
  Status abort_leftovers();
  Status abort_uploads(const std::string& prefix, const std::set<std::string>& spared, const IoContext& io);

  // meta_phase.cc
  void next_turn();
  Status take_snapshots();
  Status take_snapshot(StreamDocument& stream);
  Result<std::unique_ptr<Snapshot>> look(uint64_t ls_id);
  RoundRef round() const { return {set_.archive_dest_id, set_.archive_round_id}; }
  Status stamp_snapshots();
  Status stamp_snapshot(StreamDocument& stream);
  Status take_covering(bool wait);
  Status wait_covered();
  Status write_stream_meta();
  std::vector<FramedObject> stream_meta(const StreamDocument& stream, const Snapshot& snapshot) const;
  meta::LsMetaInfo ls_meta(const StreamDocument& stream, const Snapshot& snapshot) const;
  meta::LsAttrInfo ls_attributes() const;
  Status merge_meta();

  // data_phase.cc
  Result<Outcome> copy_kinds(const std::vector<std::string>& kinds);
  struct DirectoryJob;
  Result<std::vector<DirectoryJob>> directory_jobs(const std::vector<std::string>& kinds);
  Status copy_side_by_side(std::vector<DirectoryJob*> jobs, uint32_t lanes);
  Status copy(DirectoryJob& job);
  Status put_attempts(const std::vector<DirectoryJob*>& jobs);
  Status finish_directories(const std::vector<DirectoryJob*>& jobs);
  void remember(DirectoryJob& job);

  // interrupted.cc
  /// The journal of a copy that did not come to its end.
  struct Interrupted {
    uint64_t ls_id = 0;
    std::string kind;
    Attempt at;
    std::string path;
  };
  std::string journals() const;
  std::string journal_path(const DirectoryJob& job) const;
  std::string journal_of(const DirectoryJob& job) const;
  std::vector<Interrupted> interrupted() const;
  std::set<std::string> uploads_to_go_on() const;
  Status finish_interrupted(const std::vector<std::string>& kinds);
  Status finish(const Interrupted& left);
  void forget_interrupted();

  // plan.cc
  Result<std::vector<CopyFile>> plan(const StreamDocument& stream, const std::string& kind);
  std::vector<CopyFile> plan_again(const CopyMemory& memory, const Snapshot& snapshot) const;
  CopyFile plan_file(const StreamDocument& stream, Snapshot& snapshot, size_t index);
  const meta::FileMeta* proved_copy(uint64_t ls_id, const SnapshotFile& file);
  Status load_known(uint64_t ls_id, const Snapshot& snapshot);
  // set_keys.cc
  bool may_refer_to(uint64_t holder_set_id);
  const Secret* hash_key_of(uint64_t holder_set_id);
  Result<Secret> find_hash_key(const SetFacts& holder);

  // index_phase.cc
  Status each_tablet(const std::function<void(uint64_t ls_id, const meta::TabletInfo::Tablet&)>& visit) const;
  Status merge_index(const std::string& kind);
  Status write_table_list();

  // log_phase.cc
  bool plus_archivelog() const { return job_.plus_archivelog == "ON"; }
  Status open_archive();
  Result<bool> plan_log_now();
  Status plan_log();
  Status copy_log();
  Status copy_log_files(ComplementWriter& writer);
  Result<std::string> log_keys();
  Status save_log_progress(meta::FileEntry entry);

  // close_holes.cc
  Result<std::vector<catalog::HoleRow>> covered_holes() const;
  Status close_holes(Transaction& tx, const std::vector<catalog::HoleRow>& covered) const;

  // finish_phase.cc
  Status write_descriptor();
  meta::BackupSetDescriptor descriptor() const;
  meta::LocalityInfo locality() const;
  Result<meta::Parameters> parameters();
  Result<meta::TenantBackupSetInfos> set_infos(const meta::BackupSetDescriptor& mine) const;
  Status complete();
  Result<std::string> tag(Scn scn) const;
  Scn min_restore_scn() const;
  Scn start_replay_scn() const;

  // stop.cc
  Status stop(Error why);
  void write_end_failed(const Error& why);
  Status mark_failed(const Error& why, JobState job_state);

  // watch.cc
  void watch();
  void report(bool last);
  void describe_task();
  void look_for_cancel();
  bool cancel_requested();
  Progress progress_now() const;

  EngineContext& context_;
  TenantArchiver& archiver_;
  const uint64_t job_id_;
  const ProgressFn progress_;
  const CancelToken& cancel_;
  CancelToken stop_;                         // what every blocking call of this job looks at

  mutable std::mutex rows_mutex_;            // task_ and its row: also written by the watcher
  catalog::BackupJobRow job_;
  catalog::SetTaskRow task_;
  catalog::BackupSetRow set_;
  SetDocument document_;
  DataDestination dest_;
  paths::SetId set_id_;
  std::optional<catalog::SetKeyRow> key_;    // the set is encrypted
  std::string encryption_mode_ = "NONE";
  std::map<uint64_t, std::optional<Secret>> hash_keys_;   // of sets whose files may be referred to; nullopt: not known
  std::unique_ptr<BackupSetWriter> writer_;
  std::unique_ptr<BackupReader> reader_;     // of the parents, for incrementals and later turns
  std::map<uint64_t, std::unique_ptr<Snapshot>> snapshots_;
  std::map<uint64_t, std::map<std::string, meta::FileMeta>> known_;   // files already on the medium, by stream
  std::vector<uint64_t> changed_;            // streams whose files are gone: they need another turn
  CopyCounters counters_;
  std::atomic<uint64_t> total_bytes_{0}, reused_bytes_{0}, log_bytes_{0};
  std::atomic<uint64_t> log_total_{0}, log_done_{0};   // files
  std::unique_ptr<ArchiveReader> archive_;   // PLUS ARCHIVELOG
  std::chrono::steady_clock::time_point log_saved_{};
  bool ended_ = false;                       // the end_success placeholder is on the medium
  ProgressMeter meter_;
  std::jthread watcher_;
  std::future<Result<Scn>> covering_;        // moves the round's checkpoint beside the copy, up to its answer; joined after stop_
  Scn covered_ = 0;                          // the set's round has a checkpoint at or behind it
};

/// The streams of a tenant, stream 1 first.
std::vector<uint64_t> stream_ids(const EngineContext& context, uint64_t tenant_id);
const TenantConfig* tenant_config(const EngineContext& context, uint64_t tenant_id);
StepRetry retry_policy();

}  // namespace seabed::backup
