// Beside the work: looks for a cancel, tells the progress.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdlib>

#include "core/engine/backup/backup_run.h"
#include "core/flow/macroblock.h"

namespace seabed::backup {
namespace {
constexpr std::chrono::milliseconds kTick{100};
constexpr int kTicksBetweenCatalogLooks = 5;
}  // namespace

/// SEABED_TEST_RETRY_MS makes the pauses of tests short.
StepRetry retry_policy() {
  StepRetry policy;
  if (const char* text = std::getenv("SEABED_TEST_RETRY_MS")) {
    policy.pause = std::chrono::milliseconds(std::strtoul(text, nullptr, 10));
    policy.attempts = 4;
  }
  return policy;
}

void BackupRun::watch() {
  for (int tick = 0; !stop_.wait_for(kTick); ++tick) {
    if (cancel_.cancelled()) stop_.cancel();
    if (tick % kTicksBetweenCatalogLooks == 0) look_for_cancel();
    report(false);
  }
  report(true);
}

/// A short job may be over before the watcher's next tick: each new state looks as well.
void BackupRun::look_for_cancel() {
  if (cancel_.cancelled() || cancel_requested()) stop_.cancel();
}

bool BackupRun::cancel_requested() {
  auto job = context_.catalog->get<std::optional<catalog::BackupJobRow>>(
      [&](Transaction& tx) { return catalog::find_backup_job(tx, job_id_); });
  return job && *job && (*job)->status == "CANCELING";
}

Progress BackupRun::progress_now() const {
  Progress out;
  out.done_bytes = counters_.bytes + reused_bytes_ + log_bytes_;
  out.total_bytes = std::max<uint64_t>(total_bytes_, out.done_bytes);
  out.done_items = counters_.blocks;
  out.total_items = std::max<uint64_t>(total_bytes_ / kMacroblockSize, out.done_items);
  std::lock_guard lock(rows_mutex_);
  out.phase = task_.status;
  return out;
}

/// For people who look at the task: "105.3 MB/s, 40 s left".
std::string rate_text(const ProgressView& view) {
  std::string out = fmt::format("{:.1f} MB/s", view.bytes_per_second / 1e6);
  if (view.left_known && view.left.count() > 0) out += fmt::format(", {} s left", view.left.count());
  return out;
}

/// What the set knows of itself so far, for its row. On the run's thread, under rows_mutex_: it reads the document.
void BackupRun::describe_task() {
  task_.state = encode_document(document_);
  task_.tablet_count = task_.finish_tablet_count = 0;
  task_.start_scn = task_.user_ls_start_scn = 0;
  for (const StreamDocument& stream : document_.streams) {
    task_.tablet_count += stream.tablets;
    if (stream.complete()) task_.finish_tablet_count += stream.tablets;
    const Scn start = stream.start_replay_scn;
    if (start != 0 && (task_.start_scn == 0 || start < task_.start_scn)) task_.start_scn = start;
    if (stream.ls_id != 1) task_.user_ls_start_scn = std::max<uint64_t>(task_.user_ls_start_scn, stream.taken_scn);
  }
  task_.file_count = document_.meta_files.size() + document_.data_files.size() + document_.table_files.size() +
                     document_.log_files.size();
  for (const DirectoryDocument& directory : document_.directories) task_.file_count += directory.files.size();
  task_.output_bytes = std::max(task_.output_bytes, document_.output_bytes + document_.log_bytes);
}

/// The callback each time; the catalog's row at most once a second.
void BackupRun::report(bool last) {
  const Progress now = progress_now();
  if (progress_) progress_(now);
  if (last || !meter_.due(std::chrono::steady_clock::now())) return;
  std::lock_guard lock(rows_mutex_);
  if (task_.task_id == 0 || is_final(*set_state(task_.status)) || task_.status == "COMPLETED") return;
  task_.comment = rate_text(meter_.update(now, std::chrono::steady_clock::now()));
  task_.input_bytes = now.done_bytes;
  task_.output_bytes = std::max<uint64_t>(task_.output_bytes, counters_.stored + log_bytes_);
  task_.macro_block_count = now.total_items;
  task_.finish_macro_block_count = now.done_items;
  task_.log_file_count = log_total_;
  task_.finish_log_file_count = log_done_;
  // A row that has moved on meanwhile is not this thread's to judge.
  (void)context_.catalog->transact([&](Transaction& tx) { return catalog::update_set_task(tx, task_, task_.status); });
}

}  // namespace seabed::backup
