// A job from the state that the catalog has to its end.

#include "core/engine/clean/clean_run.h"

#include "core/base/log.h"

namespace seabed::clean {

Status run_clean(EngineContext& context, uint64_t job_id, const ProgressFn& progress,
                 const CancelToken& cancel, const CleanTools& tools) {
  return CleanRun(context, job_id, progress, cancel, tools).execute();
}

int64_t result_number(const Error& error) {
  return error.ob_error != 0 ? error.ob_error : 4000 + static_cast<int64_t>(error.code);
}

void CleanRun::at_state(const std::string& name) {
  log::info("cleanup: job {} of {}: {}", job_id_, look_.tenant.name, name);
  context_.at_state("clean/" + name);
}

Status CleanRun::load() {
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto job, catalog::find_delete_job(tx, job_id_));
    if (!job) return fail(Code::kNotFound, "cleanup job " + std::to_string(job_id_), "is not in the catalog");
    job_ = *job;
    SEABED_TRY(tasks_, catalog::list_delete_tasks(tx, job_id_));
    SEABED_TRY(const auto tenant, catalog::find_tenant(tx, job_.tenant_id));
    if (tenant) look_.tenant = *tenant;
    return ok();
  });
}

Status CleanRun::execute() {
  SEABED_CHECK(load());
  const auto state = job_state(job_.status);
  if (!state)
    return fail(Code::kCorruption, "cleanup job " + std::to_string(job_id_), "unknown status " + job_.status);
  if (*state == JobState::kCompleted) return ok();
  if (is_final(*state))
    return fail(Code::kConflict, "cleanup job " + std::to_string(job_id_), "has ended: " + job_.comment);
  Status done = check_going_on();
  if (done && *state == JobState::kInit) done = plan();
  if (done) done = delete_items();
  if (!done) return stop(done.error());
  return end(JobEvent::kTasksDone, std::nullopt);
}

/// Between any two steps: the process stops, or the operator has cancelled.
Status CleanRun::check_going_on() {
  SEABED_TRY(const auto job, context_.catalog->get<std::optional<catalog::DeleteJobRow>>(
                                 [&](Transaction& tx) { return catalog::find_delete_job(tx, job_id_); }));
  if (job && job->status == "CANCELING") {
    job_.status = job->status;
    return fail(Code::kCancelled, look_.tenant.name, "the cleanup was cancelled");
  }
  if (cancel_.cancelled()) return fail(Code::kCancelled, look_.tenant.name, "the cleanup was interrupted");
  return ok();
}

/// Only when the process is told to stop and no operator has cancelled, the job stays as it is, to be gone on
/// with.
Status CleanRun::stop(Error why) {
  const auto job = context_.catalog->get<std::optional<catalog::DeleteJobRow>>(
      [&](Transaction& tx) { return catalog::find_delete_job(tx, job_id_); });
  if (!job || !*job) return fail(std::move(why));
  job_.status = (*job)->status;
  const bool cancelled = job_.status == "CANCELING";
  if (!cancelled && cancel_.cancelled()) return fail(std::move(why));
  if (cancelled) why = Error{Code::kCancelled, look_.tenant.name, "the cleanup was cancelled", "", 0, 0};
  SEABED_CHECK(end(cancelled ? JobEvent::kStopped : JobEvent::kFailed, why));
  return fail(std::move(why));
}

Status CleanRun::end(JobEvent event, const std::optional<Error>& why) {
  const auto state = job_state(job_.status);
  const auto step = state ? on_event(*state, event) : std::nullopt;
  if (!step)
    return fail(Code::kInternal, "cleanup job " + std::to_string(job_id_), "no way on from " + job_.status);
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto stored, catalog::find_delete_job(tx, job_id_));
    catalog::DeleteJobRow row = stored.value_or(job_);
    const std::string before = row.status;
    const auto now = job_state(before);
    const auto allowed = now ? on_event(*now, event) : std::nullopt;  // a cancel may have come in between
    if (!allowed)
      return fail(Code::kInternal, "cleanup job " + std::to_string(job_id_), "no way on from " + before);
    row.status = name(allowed->next);
    row.end_us = now_us();
    if (why) row.result = result_number(*why), row.comment = why->message();
    SEABED_CHECK(catalog::update_delete_job(tx, row, before));
    job_ = row;
    for (auto& task : tasks_) {
      const auto task_now = task_state(task.status);
      if (!task_now || is_final(*task_now)) continue;
      const std::string task_before = task.status;
      const bool failed = allowed->next == JobState::kFailed && *task_now == TaskState::kDoing;
      const auto task_step = on_event(*task_now, failed ? TaskEvent::kFailed : TaskEvent::kStopped);
      task.status = name(task_step->next);
      task.end_us = row.end_us;
      if (failed && why) task.result = result_number(*why), task.comment = why->message();
      SEABED_CHECK(catalog::update_delete_task(tx, task, task_before));
    }
    return ok();
  }));
  at_state(job_.status);
  tell();
  return ok();
}

void CleanRun::tell() {
  if (!progress_) return;
  Progress p;
  p.phase = job_.status;
  for (const auto& task : tasks_) {
    p.total_bytes += std::max(task.total_bytes, task.delete_bytes), p.done_bytes += task.delete_bytes;
    ++p.total_items, p.done_items += task.status == "COMPLETED";
  }
  progress_(p);
}

}  // namespace seabed::clean
