// INIT: the set's rows, then its start placeholder.

#include "core/base/log.h"
#include "core/catalog/rounds.h"
#include "core/engine/backup/backup_run.h"
#include "core/engine/backup/backup_event.h"
#include "core/engine/backup/parent.h"

namespace seabed::backup {

/// Job INIT -> DOING, with the set and its task, in one transaction.
Status BackupRun::start() {
  Parent parent;
  const bool incremental = job_.backup_type == "I";
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    if (incremental) {
      SEABED_TRY(auto rows, catalog::list_backup_sets(tx, job_.tenant_id));
      const auto found = choose_parent(*reader_, rows, job_.tenant_id, job_.incarnation);
      if (!found) return fail(Code::kConflict, dest_.tenant.name, "the parent set is gone", "take a full backup");
      parent = *found;
    }
    SEABED_TRY(auto round, catalog::newest_round(tx, job_.tenant_id));
    if (!round || round->status != "DOING")
      return fail(Error{Code::kConflict, dest_.tenant.name, "archive status is not doing", "", 0, 9040});
    set_.tenant_id = task_.tenant_id = job_.tenant_id;
    set_.backup_set_id = task_.backup_set_id = job_.backup_set_id;
    set_.incarnation = task_.incarnation = job_.incarnation;
    set_.path = task_.path = job_.path;
    set_.dest_id = job_.dest_id;
    set_.backup_type = job_.backup_type;
    set_.description = job_.description;
    set_.plus_archivelog = job_.plus_archivelog;
    set_.encryption_mode = task_.encryption_mode = job_.encryption_mode;
    set_.prev_full_backup_set_id = parent.full_set_id;
    set_.prev_inc_backup_set_id = parent.set_id;
    set_.start_us = task_.start_us = context_.clock->read().now / 1000;
    set_.archive_dest_id = round->dest_id;
    set_.archive_round_id = round->round_id;
    task_.job_id = job_id_;
    task_.state = encode_document(document_);
    catalog::BackupJobRow job = job_;
    job.status = name(JobState::kDoing);
    SEABED_CHECK(catalog::update_backup_job(tx, job, job_.status));
    SEABED_CHECK(catalog::insert_backup_set(tx, set_));
    SEABED_TRY(task_.task_id, catalog::insert_set_task(tx, task_));
    SEABED_CHECK(catalog::record_event(tx, backup_event(dest_.tenant.name, job, "backup_start")));
    job_ = std::move(job);
    return ok();
  }));
  at_state("DOING");
  return ok();
}

Status BackupRun::write_start() {
  meta::Placeholder start;
  start.set_id(set_.backup_set_id);
  start.set_dest_id(set_.dest_id);
  start.set_scn(set_.start_us * 1000);
  SEABED_CHECK(writer_->put(paths::set_start(set_id_), FileType::kPlaceholder, start));
  return ok();
}

/// Uploads that an earlier process left open below this set, but for those that are gone on with.
Status BackupRun::abort_leftovers() { return abort_uploads(paths::set_dir(set_id_), uploads_to_go_on(), io()); }

Status BackupRun::abort_uploads(const std::string& prefix, const std::set<std::string>& spared, const IoContext& io) {
  if (!dest_.store->capabilities().list_uploads) return ok();
  SEABED_TRY(auto uploads, dest_.store->list_uploads(prefix, io));
  for (const auto& upload : uploads) {
    if (spared.contains(upload.upload_id)) continue;
    auto gone = dest_.store->abort_upload(upload.key, upload.upload_id, io);
    if (!gone && gone.error().code != Code::kNotFound) return gone;
    log::info("backup: an unfinished upload of {} was removed", upload.key);
  }
  return ok();
}

}  // namespace seabed::backup
