// BACKUP_DATA_MINOR, BACKUP_DATA_MAJOR: the streams' directories, with their retries. Small directories cost syncs and
// round trips, not bytes: they are written side by side. A large one has all threads and buffers for itself.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <random>

#include "core/base/log.h"
#include "core/engine/backup/directory_job.h"
#include "core/flow/lanes.h"

namespace seabed::backup {
namespace {

constexpr uint64_t kSmallDirectory = 8ull << 20;
constexpr uint32_t kSmallAtATime = 4;

}  // namespace

uint64_t new_trace() {
  static std::random_device device;
  return static_cast<uint64_t>(device()) << 31 ^ device();
}

Result<BackupRun::Outcome> BackupRun::copy_kinds(const std::vector<std::string>& kinds) {
  SEABED_CHECK(take_covering(false));   // a gap ends the job before its data is copied
  SEABED_CHECK(finish_interrupted(kinds));
  SEABED_TRY(auto jobs, directory_jobs(kinds));
  std::vector<DirectoryJob*> small;
  for (auto& job : jobs)
    if (job.new_bytes() < kSmallDirectory) small.push_back(&job);
  SEABED_CHECK(copy_side_by_side(small, kSmallAtATime));
  for (auto& job : jobs)
    if (std::ranges::find(small, &job) == small.end()) SEABED_CHECK(copy_side_by_side({&job}, 1));
  for (const auto& job : jobs)
    if (job.changed) changed_.push_back(job.stream->ls_id);
  return changed_.empty() ? Outcome::kDone : Outcome::kContentChanged;
}

/// What is not finished yet in the streams' present turns.
Result<std::vector<BackupRun::DirectoryJob>> BackupRun::directory_jobs(const std::vector<std::string>& kinds) {
  std::vector<DirectoryJob> out;
  for (StreamDocument& stream : document_.streams)
    for (const std::string& kind : kinds) {
      if (stream.finished(kind).turn == stream.turn) continue;
      SEABED_TRY(auto files, plan(stream, kind));
      out.push_back({.stream = &stream, .kind = kind, .files = std::move(files), .at = {stream.turn, 0, new_trace()},
                     .started_us = context_.clock->read().now / 1000});
    }
  known_.clear();   // each plan has what it needs of it; one that is made again reads the indexes again
  return out;
}

Status BackupRun::copy_side_by_side(std::vector<DirectoryJob*> jobs, uint32_t lanes) {
  if (jobs.empty()) return ok();
  SEABED_CHECK(put_attempts(jobs));
  std::atomic<size_t> next = 0;
  auto lane = [&](uint32_t) -> Status {
    for (size_t i; (i = next++) < jobs.size();) SEABED_CHECK(copy(*jobs[i]));
    return ok();
  };
  SEABED_CHECK(run_lanes(std::min<uint32_t>(lanes, static_cast<uint32_t>(jobs.size())), lane,
                         [&] { next = jobs.size(); }));
  return finish_directories(jobs);
}

/// Attempts until the directory is whole, the content has changed, or the error is for good.
Status BackupRun::copy(DirectoryJob& job) {
  const StepRetry policy = retry_policy();
  while (true) {
    const paths::LsData data{set_id_, job.stream->ls_id, job.kind, job.at.turn, job.at.retry};
    const std::string journal = journal_of(job);
    auto outcome = writer_->copy_ls_data(data, std::move(job.files), &counters_, journal);
    if (outcome) {
      job.changed = !outcome->missing.empty();
      job.outcome = std::move(*outcome);
      return ok();
    }
    const Error& error = outcome.error().error;
    log::warn("backup: {}: {}", paths::ls_data_dir(data), error.message());
    if (error.code == Code::kCancelled) return fail(error);
    if (!journal.empty()) std::filesystem::remove(journal);   // its uploads are aborted
    job.changed = outcome.error().source;
    if (job.changed) return ok();
    if (!worth_another_attempt(error) || job.at.retry + 1 >= static_cast<uint32_t>(policy.attempts)) return fail(error);
    if (stop_.wait_for(policy.pause)) return fail(Code::kCancelled, dest_.tenant.name, "the backup was cancelled");
    job.at = on_event(LsState::kDoing, job.at, job.at, LsEvent::kCopierFailed, new_trace())->attempt;
    SEABED_CHECK(put_attempts({&job}));
    SEABED_TRY(job.files, plan(*job.stream, job.kind));
  }
}

/// Before the first byte: a directory that no row knows is never written.
Status BackupRun::put_attempts(const std::vector<DirectoryJob*>& jobs) {
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    for (const DirectoryJob* job : jobs)
      SEABED_CHECK(catalog::put_ls_task(tx, job->row(job_.tenant_id, task_.task_id, LsState::kDoing)));
    return ok();
  });
}

/// The set's memory of a directory that is whole. One that lacks files is kept too: the next turn points into it.
void BackupRun::remember(DirectoryJob& job) {
  const Attempt at{job.at.turn, job.at.retry};
  LsDataOutcome& outcome = *job.outcome;
  document_.directories.push_back({job.stream->ls_id, job.kind, at, std::move(outcome.files)});
  document_.input_bytes += outcome.input_bytes;
  document_.output_bytes += outcome.output_bytes;
  document_.blocks += outcome.blocks;
  document_.reused_bytes += outcome.reused_bytes;
  if (job.earlier)
    log::info("backup: log stream {}: {} of turn {} is whole, without {} files that are gone", job.stream->ls_id, job.kind,
              at.turn, outcome.missing.size());
  else if (!job.changed) job.stream->finished(job.kind) = at;
  else
    log::info("backup: log stream {}: {} files are gone, first {}: a new turn", job.stream->ls_id,
              outcome.missing.size(), outcome.missing[0]);
}

/// The log streams' rows and the set's memory change together.
Status BackupRun::finish_directories(const std::vector<DirectoryJob*>& jobs) {
  std::vector<catalog::LsTaskRow> rows;
  for (DirectoryJob* job : jobs) {
    if (!job->outcome) continue;
    auto row = job->row(job_.tenant_id, task_.task_id, LsState::kFinish);
    row.end_us = context_.clock->read().now / 1000;
    row.input_bytes = job->outcome->input_bytes;
    row.output_bytes = job->outcome->output_bytes;
    row.macro_block_count = row.finish_macro_block_count = job->outcome->blocks;
    row.file_count = job->outcome->files.size();
    if (job->changed) row.comment = std::to_string(job->outcome->missing.size()) + " files are gone";
    rows.push_back(std::move(row));
    remember(*job);
  }
  std::lock_guard lock(rows_mutex_);
  describe_task();
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    for (const auto& row : rows)
      SEABED_CHECK(catalog::update_ls_task(tx, row, row.turn, row.retry, std::string(name(LsState::kDoing))));
    return catalog::update_set_task(tx, task_, task_.status);
  }));
  std::error_code none;
  for (const DirectoryJob* job : jobs)
    if (job->outcome && !journals().empty()) std::filesystem::remove(journal_path(*job), none);
  return ok();
}

}  // namespace seabed::backup
