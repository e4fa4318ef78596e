// The other ends: a failure, a cancel, or only this process that stops.

#include "core/base/log.h"
#include "core/engine/backup/backup_event.h"
#include "core/engine/backup/backup_run.h"

namespace seabed::backup {
namespace {

constexpr std::chrono::seconds kLastWords{20};   // for the end_failed placeholder, on a medium that may be dead

int64_t result_number(const Error& error) {
  if (error.ob_error != 0) return error.ob_error;
  return error.code == Code::kNoSpace ? 9082 : 4000 + static_cast<int64_t>(error.code);
}

}  // namespace

/// Returns the error of the job; the rows say the same. Only when the process is told to stop and no operator has
/// cancelled, the job stays as it is, to be gone on with.
Status BackupRun::stop(Error why) {
  auto job = context_.catalog->get<std::optional<catalog::BackupJobRow>>(
      [&](Transaction& tx) { return catalog::find_backup_job(tx, job_id_); });
  if (!job || !*job) return fail(std::move(why));
  const auto state = job_state((*job)->status);
  if (!state || is_final(*state)) return fail(std::move(why));
  const bool cancelled = *state == JobState::kCanceling;
  if (!cancelled && cancel_.cancelled()) return fail(std::move(why));
  snapshots_.clear();
  if (ended_) return fail(std::move(why));   // a good set lies there; the next run writes it into the catalog
  const auto step = on_event(*state, cancelled ? JobEvent::kSetStopped : JobEvent::kSetFailed);
  if (cancelled) why = Error{Code::kCancelled, dest_.tenant.name, "the backup was cancelled", "", 0, 0};
  log::error("backup: job {} ends as {}: {}", job_id_, name(step->next), why.message());
  if (task_.task_id != 0 && writer_ != nullptr) write_end_failed(why);
  forget_interrupted();
  SEABED_CHECK(mark_failed(why, step->next));
  at_state(name(step->next));
  return fail(std::move(why));
}

/// Best effort: a full or dead medium cannot take it, and the catalog knows without it.
void BackupRun::write_end_failed(const Error& why) {
  IoContext io;
  io.deadline = after(kLastWords);
  const Scn now = context_.clock->read().now;
  auto when = tag(now);
  if (!when) return;
  meta::Placeholder end;
  end.set_id(set_.backup_set_id);
  end.set_dest_id(set_.dest_id);
  end.set_scn(now);
  end.set_text(std::string(code_name(why.code)));
  const auto object = frame_message(paths::set_end(set_id_, false, *when), FileType::kPlaceholder, end);
  if (auto written = put_once(*dest_.store, object.key, object.bytes, io); !written)
    log::warn("backup: the failure could not be noted on the medium: {}", written.error().message());
}

Status BackupRun::mark_failed(const Error& why, JobState next) {
  std::lock_guard lock(rows_mutex_);
  const uint64_t now_us = context_.clock->read().now / 1000;
  const std::string comment = std::string(code_name(why.code)) + ": " + why.message();
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto job, catalog::find_backup_job(tx, job_id_));
    const std::string before = job->status;
    job->status = name(next);
    job->comment = comment;
    job->result = result_number(why);
    job->end_us = now_us;
    SEABED_CHECK(catalog::update_backup_job(tx, *job, before));
    SEABED_CHECK(catalog::record_event(tx, backup_event(dest_.tenant.name, *job, "backup_end")));
    SEABED_CHECK(catalog::forget_data_key(tx, job->tenant_id, job->backup_set_id));
    if (task_.task_id == 0) return ok();
    const std::string task_before = task_.status;
    task_.status = name(next == JobState::kCanceled ? SetState::kCanceled : SetState::kFailed);
    task_.comment = comment;
    task_.result = job->result;
    task_.end_us = now_us;
    SEABED_CHECK(catalog::update_set_task(tx, task_, task_before));
    set_.input_bytes = task_.input_bytes, set_.output_bytes = task_.output_bytes;  // how far it came
    set_.tablet_count = task_.tablet_count, set_.finish_tablet_count = task_.finish_tablet_count;
    set_.macro_block_count = task_.macro_block_count;
    set_.finish_macro_block_count = task_.finish_macro_block_count;
    set_.file_count = task_.file_count;
    set_.status = "FAILED";
    set_.file_status = "BROKEN";
    set_.comment = comment;
    set_.result = job->result;
    set_.end_us = now_us;
    return catalog::update_backup_set(tx, set_, "DOING");
  });
}

}  // namespace seabed::backup
