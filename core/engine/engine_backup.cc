// Data backup verbs (reference: statements, sections 3 and 5).
#include "core/engine/engine_impl.h"
#include "core/engine/set_destination.h"

namespace seabed {
namespace {

using catalog::BackupJobRow;
using catalog::DestinationKind;
using catalog::DestinationRow;

tl::unexpected<Error> refused(const std::string& tenant, std::string reason, std::string next_step,
                              int ob_error) {
  return fail(
      Error{Code::kConflict, "tenant " + tenant, std::move(reason), std::move(next_step), 0, ob_error});
}

Status check_no_backup_runs(Catalog& catalog, const catalog::TenantRow& tenant) {
  SEABED_TRY(auto jobs, catalog.get<std::vector<BackupJobRow>>(
                            [&](auto& tx) { return catalog::unfinished_backup_jobs(tx, tenant.tenant_id); }));
  if (jobs.empty()) return ok();
  return refused(tenant.name, "backup job " + std::to_string(jobs[0].job_id) + " is " + jobs[0].status,
                 "wait for it, or `seabed backup cancel`", 9036);
}

}  // namespace

Result<DestinationRow> EngineImpl::set_data_dest(const std::string& name, const std::string& uri) {
  SEABED_TRY(auto row, tenant(name));
  SEABED_CHECK(check_no_backup_runs(*context_.catalog, row));
  DestinationRow wanted;
  wanted.kind = DestinationKind::kData, wanted.uri = uri;
  return set_destination(context_, row, wanted);
}

Status EngineImpl::clear_data_dest(const std::string& name) {
  SEABED_TRY(auto row, tenant(name));
  SEABED_CHECK(check_no_backup_runs(*context_.catalog, row));
  return context_.catalog->transact(
      [&](Transaction& tx) { return catalog::clear_destination(tx, row.tenant_id, DestinationKind::kData); });
}

Result<std::vector<DestinationRow>> EngineImpl::destinations(const std::string& name) {
  SEABED_TRY(auto row, tenant(name));
  return context_.catalog->get<std::vector<DestinationRow>>(
      [&](auto& tx) { return catalog::list_destinations(tx, row.tenant_id); });
}

Result<uint64_t> EngineImpl::start_backup(const BackupRequest& request) {
  SEABED_TRY(uint64_t job_id, submit_backup(context_, request));
  if (started_) runner_.submit(request.tenant_id, job_id);
  return job_id;
}

Status EngineImpl::run_backup_here(uint64_t job_id, const ProgressFn& progress, const CancelToken& cancel) {
  SEABED_TRY(auto view, backup_job(job_id));
  SEABED_CHECK(start_archiver(view.job.tenant_id));
  return runner_.run_here(*archiver(view.job.tenant_id), job_id, progress, cancel);
}

Result<BackupView> EngineImpl::view_of(const BackupJobRow& job) {
  BackupView view{.job = job};
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(view.task, catalog::find_set_task(tx, job.job_id));
    SEABED_TRY(view.set, catalog::find_backup_set(tx, job.tenant_id, job.backup_set_id));
    return ok();
  }));
  if (auto progress = runner_.progress(job.job_id)) view.progress = *progress, view.running_here = true;
  return view;
}

Result<BackupView> EngineImpl::backup_job(uint64_t job_id) {
  SEABED_TRY(auto job, context_.catalog->get<std::optional<BackupJobRow>>(
                           [&](auto& tx) { return catalog::find_backup_job(tx, job_id); }));
  if (!job) return fail(Code::kNotFound, "backup job " + std::to_string(job_id), "is unknown");
  return view_of(*job);
}

Result<std::vector<BackupView>> EngineImpl::backup_jobs(const std::string& name) {
  SEABED_TRY(auto row, tenant(name));
  SEABED_TRY(auto jobs, context_.catalog->get<std::vector<BackupJobRow>>(
                            [&](auto& tx) { return catalog::list_backup_jobs(tx, row.tenant_id, 100); }));
  std::vector<BackupView> views;
  for (const auto& job : jobs) {
    SEABED_TRY(auto view, view_of(job));
    views.push_back(std::move(view));
  }
  return views;
}

Result<std::vector<catalog::BackupSetRow>> EngineImpl::backup_sets(const std::string& name) {
  SEABED_TRY(auto row, tenant(name));
  return context_.catalog->get<std::vector<catalog::BackupSetRow>>(
      [&](auto& tx) { return catalog::list_backup_sets(tx, row.tenant_id); });
}

Result<std::vector<uint64_t>> EngineImpl::cancel_backup(const std::string& name) {
  SEABED_TRY(auto row, tenant(name));
  std::vector<uint64_t> cancelled;
  bool again = false;
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto jobs, catalog::unfinished_backup_jobs(tx, row.tenant_id));
    for (const auto& job : jobs) {
      if (job.status == "CANCELING") {
        again = true;
        continue;
      }
      SEABED_CHECK(catalog::request_backup_cancel(tx, job.job_id));
      cancelled.push_back(job.job_id);
    }
    return ok();
  }));
  if (cancelled.empty() && again)
    return refused(name, "its backup is being cancelled already", "wait for its end", 9041);
  if (cancelled.empty()) return refused(name, "no backup runs", "", 9049);
  for (uint64_t id : cancelled) runner_.cancel(id);
  return cancelled;
}

}  // namespace seabed
