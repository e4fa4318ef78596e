// BACKUP: the prechecks, then the job row. Nothing is written to the medium before that row is durable.

#include <algorithm>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/rounds.h"
#include "core/engine/backup/backup_job.h"
#include "core/engine/backup/destination.h"
#include "core/engine/backup/parent.h"
#include "core/engine/backup/parent_job.h"
#include "core/engine/job/tenant_ready.h"
#include "core/engine/keys/writing_keys.h"
#include "core/engine/standby/standby_archive.h"

namespace seabed {
namespace {

using backup::DataDestination;

tl::unexpected<Error> refuse(int ob_error, std::string object, std::string reason, std::string next_step) {
  return fail(Error{Code::kConflict, std::move(object), std::move(reason), std::move(next_step), 0, ob_error});
}

Status check_catalog(Transaction& tx, uint64_t tenant_id, const std::string& tenant) {
  SEABED_TRY(auto running, catalog::unfinished_backup_jobs(tx, tenant_id));
  if (!running.empty())
    return refuse(9036, tenant, "backup job " + std::to_string(running[0].job_id) + " is running",
                  "wait for it, or cancel it");
  SEABED_TRY(auto round, catalog::newest_round(tx, tenant_id));
  if (!round || round->status != "DOING")
    return refuse(9040, tenant, "archive status is not doing" + (round ? " but " + round->status : std::string()),
                  "start log archiving and wait until it is DOING");
  return ok();
}

/// CANCEL BACKUP from sys may come between two children: no more of them are begun.
Status check_parent(Transaction& tx, uint64_t parent_id, const std::string& tenant) {
  if (!parent_id) return ok();
  SEABED_TRY(const auto parent, catalog::find_backup_job(tx, parent_id));
  if (parent && parent->status == "INIT") return ok();
  return refuse(9041, tenant, "the backup of all tenants was cancelled before its own was begun", "");
}

struct Found {
  std::optional<backup::Parent> parent;
  uint64_t largest_id = 0;
};

Result<Found> look_at_medium(EngineContext& context, const DataDestination& dest, bool incremental) {
  SEABED_TRY(auto reader, BackupReader::open(Medium{dest.store, nullptr, context.limits.request_deadline}));
  SEABED_CHECK(reader.load());
  Found out;
  out.largest_id = backup::largest_set_id(reader);
  if (!incremental) return out;
  SEABED_TRY(auto rows, context.catalog->get<std::vector<catalog::BackupSetRow>>(
                            [&](Transaction& tx) { return catalog::list_backup_sets(tx, dest.row.tenant_id); }));
  out.parent = backup::choose_parent(reader, rows, dest.row.tenant_id, dest.tenant.incarnation);
  return out;
}

catalog::BackupJobRow job_row(const BackupRequest& request, const DataDestination& dest, const Found& found) {
  catalog::BackupJobRow job;
  job.tenant_id = request.tenant_id;
  job.initiator_tenant_id = request.parent_job_id ? 1 : request.tenant_id;
  job.initiator_job_id = request.parent_job_id;
  job.incarnation = dest.tenant.incarnation;
  job.executor_tenant_id = std::to_string(request.tenant_id);
  job.plus_archivelog = request.plus_archivelog ? "ON" : "OFF";
  job.backup_type = found.parent ? "I" : "D";
  job.comment = request.incremental && !found.parent ? "no usable parent set on this path: a full backup instead" : "";
  job.description = request.description;
  job.path = dest.row.path;
  job.dest_id = dest.row.dest_id;
  job.bridge = request.bridge;
  return job;
}

/// A standby that cannot be backed up says why, whether or not it has a destination.
Result<DataDestination> ready_destination(EngineContext& context, uint64_t tenant_id) {
  SEABED_TRY(const auto tenant, context.catalog->get<std::optional<catalog::TenantRow>>(
                                    [&](Transaction& tx) { return catalog::find_tenant(tx, tenant_id); }));
  if (tenant) SEABED_CHECK(check_tenant_ready(*tenant, 9040));
  if (tenant) SEABED_CHECK(standby::check_ready(context, *tenant, 9040));
  return backup::find_data_destination(context, tenant_id);
}

}  // namespace

Status check_backup(EngineContext& context, const BackupRequest& request) {
  SEABED_TRY(auto dest, ready_destination(context, request.tenant_id));
  SEABED_CHECK(context.catalog->transact(
      [&](Transaction& tx) { return check_catalog(tx, request.tenant_id, dest.tenant.name); }));
  return backup::open_data_destination(context, &dest);
}

Result<uint64_t> submit_backup(EngineContext& context, const BackupRequest& request) {
  SEABED_TRY(auto dest, ready_destination(context, request.tenant_id));
  auto check = [&](Transaction& tx) { return check_catalog(tx, request.tenant_id, dest.tenant.name); };
  SEABED_CHECK(context.catalog->transact(check));
  SEABED_CHECK(backup::open_data_destination(context, &dest));
  SEABED_TRY(Found found, look_at_medium(context, dest, request.incremental));
  catalog::BackupJobRow job = job_row(request, dest, found);
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(check(tx));   // again: another request may have come meanwhile
    SEABED_CHECK(check_parent(tx, request.parent_job_id, dest.tenant.name));
    SEABED_TRY(job.backup_set_id, catalog::next_backup_set_id(tx, request.tenant_id, found.largest_id));
    SEABED_TRY(const auto key, make_set_key(tx, context.cluster_id, request.tenant_id, job.backup_set_id, request.encryption_password));
    if (key) {
      SEABED_CHECK(catalog::insert_set_key(tx, *key));
      job.encryption_mode = request.encryption_password.empty() ? "TRANSPARENT_ENCRYPTION" : "PASSWORD";
      SEABED_TRY(const StorageForm form, storage_form(tx, request.tenant_id));
      if (request.plus_archivelog && !form.encrypt)
        job.comment += std::string(job.comment.empty() ? "" : "; ") + "the log in the set is in clear: tde_method is none";
    }
    SEABED_TRY(job.job_id, catalog::insert_backup_job(tx, job));
    return ok();
  }));
  context.at_state("backup/INIT");
  return job.job_id;
}

}  // namespace seabed
