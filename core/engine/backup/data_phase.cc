// BACKUP_DATA_MINOR, BACKUP_DATA_MAJOR: the streams' directories, with their retries.

#include <algorithm>
#include <random>

#include "core/base/log.h"
#include "core/engine/backup/backup_run.h"

namespace seabed::backup {
namespace {

uint64_t new_trace() {
  static std::random_device device;
  return static_cast<uint64_t>(device()) << 31 ^ device();
}

}  // namespace

Result<BackupRun::Outcome> BackupRun::copy_kinds(const std::vector<std::string>& kinds) {
  for (StreamDocument& stream : document_.streams)
    for (const std::string& kind : kinds) {
      const bool changed = std::ranges::find(changed_, stream.ls_id) != changed_.end();
      if (changed || stream.finished(kind).turn == stream.turn) continue;
      SEABED_TRY(Outcome outcome, copy(stream, kind));
      if (outcome == Outcome::kContentChanged) changed_.push_back(stream.ls_id);
    }
  return changed_.empty() ? Outcome::kDone : Outcome::kContentChanged;
}

/// Attempts until the directory is whole, the content has changed, or the error is for good.
Result<BackupRun::Outcome> BackupRun::copy(StreamDocument& stream, const std::string& kind) {
  LsAttempt at{stream.turn, 0, new_trace()};
  const RetryPolicy policy = retry_policy();
  while (true) {
    catalog::LsTaskRow task{.tenant_id = job_.tenant_id, .task_id = task_.task_id, .ls_id = stream.ls_id,
                            .data_type = kind, .turn = at.turn, .retry = at.retry, .trace_id = at.trace_id,
                            .status = std::string(name(LsState::kDoing))};
    task.start_us = context_.clock->read().now / 1000;
    SEABED_CHECK(put_attempt(task));
    SEABED_TRY(auto files, plan(stream, kind));
    const paths::LsData data{set_id_, stream.ls_id, kind, at.turn, at.retry};
    auto outcome = writer_->copy_ls_data(data, std::move(files), &counters_);
    if (outcome) {
      SEABED_CHECK(finish_directory(stream, kind, task, *outcome));
      return outcome->missing.empty() ? Outcome::kDone : Outcome::kContentChanged;
    }
    const Error& error = outcome.error().error;
    log::warn("backup: {}: {}", paths::ls_data_dir(data), error.message());
    if (error.code == Code::kCancelled) return fail(error);
    if (outcome.error().source) return Outcome::kContentChanged;
    if (!worth_another_attempt(error) || at.retry + 1 >= static_cast<uint32_t>(policy.attempts)) return fail(error);
    if (stop_.wait_for(policy.pause)) return fail(Code::kCancelled, dest_.tenant.name, "the backup was cancelled");
    at = on_event(LsState::kDoing, at, at, LsEvent::kCopierFailed, new_trace())->attempt;
  }
}

Status BackupRun::put_attempt(const catalog::LsTaskRow& task) {
  return context_.catalog->transact([&](Transaction& tx) { return catalog::put_ls_task(tx, task); });
}

/// The log stream's row and the set's memory of the directory change together. A directory that lacks files is kept
/// too: the next turn points into it.
Status BackupRun::finish_directory(StreamDocument& stream, const std::string& kind, catalog::LsTaskRow task,
                                   const LsDataOutcome& outcome) {
  const Attempt at{static_cast<uint32_t>(task.turn), static_cast<uint32_t>(task.retry)};
  document_.directories.push_back({stream.ls_id, kind, at, outcome.files});
  document_.input_bytes += outcome.input_bytes;
  document_.output_bytes += outcome.output_bytes;
  document_.blocks += outcome.blocks;
  document_.reused_bytes += outcome.reused_bytes;
  if (outcome.missing.empty()) stream.finished(kind) = at;
  else task.comment = std::to_string(outcome.missing.size()) + " files are gone, first " + outcome.missing[0];
  if (!task.comment.empty()) log::info("backup: log stream {}: {}: a new turn", stream.ls_id, task.comment);
  task.status = name(LsState::kFinish);
  task.end_us = context_.clock->read().now / 1000;
  task.input_bytes = outcome.input_bytes;
  task.output_bytes = outcome.output_bytes;
  task.macro_block_count = task.finish_macro_block_count = outcome.blocks;
  task.file_count = outcome.files.size();
  std::lock_guard lock(rows_mutex_);
  task_.state = encode_document(document_);
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::update_ls_task(tx, task, task.turn, task.retry, std::string(name(LsState::kDoing))));
    return catalog::update_set_task(tx, task_, task_.status);
  });
}

}  // namespace seabed::backup
