#include "core/engine/job_runner.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/base/log_context.h"
#include "core/catalog/backup_jobs.h"
#include "core/engine/backup/backup_run.h"
#include "core/engine/backup/parent_job.h"
#include "core/engine/job/standby_tenants.h"
#include "core/engine/rebuild/rebuild.h"

namespace seabed {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kLook = std::chrono::milliseconds(20);

bool is_ready(TenantArchiver& archiver, const TenantConfig& tenant) {
  const std::string status = archiver.status().status;
  if (status == "" || status == "PREPARE" || status == "BEGINNING") return false;
  if (status != "DOING") return true;  // it will not become so: the job's checks say it
  return std::all_of(tenant.streams.begin(), tenant.streams.end(),
                     [&](const LogStreamConfig& ls) { return archiver.source(ls.ls_id) != nullptr; });
}

/// Right after a start the catalog says DOING while the streams are still being attached. A job that is not
/// ready in time runs anyway: its own checks say what is missing.
Status wait_ready(EngineContext& context, TenantArchiver& archiver, uint64_t job_id,
                  const CancelToken& cancel) {
  SEABED_TRY(auto job, context.catalog->get<std::optional<catalog::BackupJobRow>>(
                           [&](auto& tx) { return catalog::find_backup_job(tx, job_id); }));
  const auto deadline = after(kPatience);
  const TenantConfig* tenant = job ? find_tenant_config(context, job->tenant_id) : nullptr;
  while (tenant && !is_ready(archiver, *tenant) && std::chrono::steady_clock::now() < deadline)
    if (cancel.wait_for(kLook)) break;
  return ok();
}

Status set_comment(EngineContext& context, uint64_t job_id, const std::string& comment) {
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto job, catalog::find_backup_job(tx, job_id));
    if (!job) return ok();
    job->comment = comment;
    return catalog::update_backup_job(tx, *job, job->status);
  });
}

/// A job of an older copy of the catalog may have ended long ago, and its set be whole: one that was begun goes on only
/// when the medium was asked, however long that takes; ended without it, it might contradict what lies there. A new job
/// has nothing there yet; a medium that is away is told by its run.
Status follow_medium(EngineContext& context, uint64_t job_id, const CancelToken& cancel) {
  auto job = context.catalog->get<std::optional<catalog::BackupJobRow>>(
      [&](auto& tx) { return catalog::find_backup_job(tx, job_id); });
  if (!job || !*job || (*job)->tenant_id <= 1) return ok();
  const auto follow = [&]() -> Status {
    const auto changes = bring_forward(context, (*job)->tenant_id, MediaKind::kData, cancel);
    return changes ? ok() : fail(changes.error());
  };
  if ((*job)->status == "INIT") return (void)follow(), ok();
  for (bool waited = false;; waited = true) {
    const Status followed = follow();
    if (followed) return waited ? set_comment(context, job_id, "") : ok();
    if (!waited && !cancel.cancelled())
      SEABED_CHECK(set_comment(context, job_id, "waits for the medium: " + followed.error().message()));
    if (cancel.wait_for(backup::retry_policy().pause)) return ok();  // its run ends it, or leaves it to the next process
  }
}

/// For the log: a job that is not found is told by the run itself.
std::string tenant_of_job(EngineContext& context, uint64_t job_id) {
  auto job = context.catalog->get<std::optional<catalog::BackupJobRow>>(
      [&](auto& tx) { return catalog::find_backup_job(tx, job_id); });
  const TenantConfig* tenant = job && *job ? find_tenant_config(context, (*job)->tenant_id) : nullptr;
  return tenant ? tenant->name : std::string();
}

}  // namespace

void JobRunner::add_tenant(uint64_t tenant_id, TenantArchiver& archiver) {
  std::lock_guard lock(mutex_);
  Lane& lane = lanes_[tenant_id];
  if (lane.archiver) return;
  lane.archiver = &archiver;
  lane.thread = std::thread([this, &lane] { work(lane); });
}

bool JobRunner::submit(uint64_t tenant_id, uint64_t job_id) {
  std::lock_guard lock(mutex_);
  auto lane = lanes_.find(tenant_id);
  if (lane == lanes_.end() || stopping_) return false;
  lane->second.waiting.push_back(job_id);
  wake_.notify_all();
  return true;
}

void JobRunner::cancel(uint64_t job_id) {
  std::lock_guard lock(mutex_);
  auto found = running_.find(job_id);
  if (found != running_.end()) found->second->cancel.cancel();
}

std::optional<ProgressView> JobRunner::progress(uint64_t job_id) {
  std::lock_guard lock(mutex_);
  auto found = running_.find(job_id);
  if (found == running_.end()) return std::nullopt;
  return found->second->progress;
}

void JobRunner::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [id, running] : running_) running->cancel.cancel();
    wake_.notify_all();
  }
  for (auto& [id, lane] : lanes_)
    if (lane.thread.joinable()) lane.thread.join();
}

void JobRunner::work(Lane& lane) {
  for (;;) {
    uint64_t job_id = 0;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !lane.waiting.empty(); });
      if (stopping_) return;
      job_id = lane.waiting.front();
      lane.waiting.pop_front();
    }
    (void)run_tracked(*lane.archiver, job_id);  // told and kept in the catalog
  }
}

Status JobRunner::run_tracked(TenantArchiver& archiver, uint64_t job_id) {
  const log::Scope scope({.tenant = tenant_of_job(context_, job_id), .job = std::to_string(job_id)});
  auto running = std::make_shared<Running>();
  {
    std::lock_guard lock(mutex_);
    running_[job_id] = running;
    if (stopping_) running->cancel.cancel();
  }
  auto keep = [&](const Progress& progress) {
    std::lock_guard lock(mutex_);
    running->progress = running->meter.update(progress, std::chrono::steady_clock::now());
  };
  Status status = run_here(archiver, job_id, keep, running->cancel);
  if (status)
    log::info("backup job {} ended well", job_id);
  else
    log::error("backup job {}: {}", job_id, status.error().message());
  std::lock_guard lock(mutex_);
  running_.erase(job_id);
  return status;
}

Status JobRunner::run_here(TenantArchiver& archiver, uint64_t job_id, const ProgressFn& progress,
                           const CancelToken& cancel) {
  SEABED_CHECK(follow_medium(context_, job_id, cancel));
  SEABED_CHECK(wait_ready(context_, archiver, job_id, cancel));
  const Status done = run_backup(context_, archiver, job_id, progress, cancel);
  if (const Status settled = settle_parents(context_); !settled)
    log::warn("a parent backup job is not settled yet: {}", settled.error().message());   // the next start does it
  return done;
}

}  // namespace seabed
