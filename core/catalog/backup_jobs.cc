#include "core/catalog/backup_jobs.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, BackupJobRow& r) {
  v("tenant_id", r.tenant_id), v("job_id", r.job_id), v("incarnation", r.incarnation);
  v("backup_set_id", r.backup_set_id), v("initiator_tenant_id", r.initiator_tenant_id);
  v("initiator_job_id", r.initiator_job_id), v("executor_tenant_id", r.executor_tenant_id);
  v("plus_archivelog", r.plus_archivelog), v("backup_type", r.backup_type), v("job_level", r.job_level);
  v("encryption_mode", r.encryption_mode), v("passwd", r.passwd), v("start_us", r.start_us),
      v("end_us", r.end_us);
  v("status", r.status), v("result", r.result), v("comment", r.comment), v("description", r.description);
  v("path", r.path), v("dest_id", r.dest_id), v("bridge", r.bridge);
}

template <class V>
void fields(V& v, SetTaskRow& r) {
  v("tenant_id", r.tenant_id), v("task_id", r.task_id), v("job_id", r.job_id),
      v("incarnation", r.incarnation);
  v("backup_set_id", r.backup_set_id), v("start_us", r.start_us), v("end_us", r.end_us),
      v("status", r.status);
  v("start_scn", r.start_scn), v("end_scn", r.end_scn), v("user_ls_start_scn", r.user_ls_start_scn);
  v("encryption_mode", r.encryption_mode), v("passwd", r.passwd), v("input_bytes", r.input_bytes);
  v("output_bytes", r.output_bytes), v("extra_meta_bytes", r.extra_meta_bytes),
      v("tablet_count", r.tablet_count);
  v("finish_tablet_count", r.finish_tablet_count), v("macro_block_count", r.macro_block_count);
  v("finish_macro_block_count", r.finish_macro_block_count), v("file_count", r.file_count);
  v("meta_turn_id", r.meta_turn_id), v("data_turn_id", r.data_turn_id), v("minor_turn_id", r.minor_turn_id);
  v("major_turn_id", r.major_turn_id), v("log_file_count", r.log_file_count);
  v("finish_log_file_count", r.finish_log_file_count), v("result", r.result), v("comment", r.comment);
  v("path", r.path), v("state", r.state);
}

namespace {

std::string job_name(uint64_t job_id) { return "backup job " + std::to_string(job_id); }

}  // namespace

Result<uint64_t> insert_backup_job(Transaction& tx, const BackupJobRow& row) {
  BackupJobRow job = row;
  SEABED_TRY(job.job_id, next_id(tx, "job", 1));
  if (!job.start_us) job.start_us = now_us();
  SEABED_CHECK(insert_row(tx, "backup_jobs", job));
  return job.job_id;
}

Status update_backup_job(Transaction& tx, const BackupJobRow& row, const std::string& expected) {
  return update_guarded(tx, "backup_jobs", row, Where().eq("job_id", num(row.job_id)).eq("status", expected),
                        job_name(row.job_id), expected);
}

Result<std::optional<BackupJobRow>> find_backup_job(Transaction& tx, uint64_t job_id) {
  return select_one<BackupJobRow>(tx, "backup_jobs", Where().eq("job_id", num(job_id)));
}

Result<std::vector<BackupJobRow>> unfinished_backup_jobs(Transaction& tx, uint64_t tenant_id) {
  Where where;
  tenant_id ? where.eq("tenant_id", num(tenant_id)) : where.cmp("tenant_id", "<>", 1LL);
  where.cmp("status", "<>", "COMPLETED").cmp("status", "<>", "FAILED").cmp("status", "<>", "CANCELED");
  return select_rows<BackupJobRow>(tx, "backup_jobs", where, "ORDER BY job_id");
}

Result<std::vector<BackupJobRow>> child_backup_jobs(Transaction& tx, uint64_t parent_id) {
  return select_rows<BackupJobRow>(tx, "backup_jobs", Where().eq("initiator_job_id", num(parent_id)), "ORDER BY job_id");
}

Result<std::vector<BackupJobRow>> list_backup_jobs(Transaction& tx, uint64_t tenant_id, size_t limit) {
  return select_rows<BackupJobRow>(tx, "backup_jobs", Where().eq("tenant_id", num(tenant_id)),
                                   "ORDER BY job_id DESC LIMIT " + std::to_string(limit));
}

Result<std::vector<LastBackupEnd>> last_backup_ends(Transaction& tx, uint64_t tenant_id) {
  SEABED_TRY(const auto raw,
             query(tx,
                   "SELECT backup_type, status, MAX(end_us) FROM backup_jobs WHERE tenant_id = ? AND status IN "
                   "('COMPLETED', 'FAILED', 'CANCELED') GROUP BY backup_type, status",
                   {num(tenant_id)}, {std::string(), std::string(), 0LL}));
  std::vector<LastBackupEnd> ends;
  for (const RawRow& row : raw)
    ends.push_back({std::get<std::string>(row[0]), std::get<std::string>(row[1]),
                    static_cast<uint64_t>(std::get<long long>(row[2]))});
  return ends;
}

Status request_backup_cancel(Transaction& tx, uint64_t job_id) {
  SEABED_TRY(
      long long found,
      execute(tx,
              "UPDATE backup_jobs SET status = 'CANCELING' WHERE job_id = ? AND status IN ('INIT', 'DOING')",
              {num(job_id)}));
  if (found == 1) return ok();
  return fail(
      Error{Code::kConflict, job_name(job_id), "does not run, or is being cancelled already", "", 0, 9049});
}

Result<uint64_t> insert_set_task(Transaction& tx, const SetTaskRow& row) {
  SetTaskRow task = row;
  SEABED_TRY(task.task_id, next_id(tx, "task", 1));
  if (!task.start_us) task.start_us = now_us();
  SEABED_CHECK(insert_row(tx, "set_tasks", task));
  return task.task_id;
}

Status update_set_task(Transaction& tx, const SetTaskRow& row, const std::string& expected) {
  return update_guarded(tx, "set_tasks", row, Where().eq("task_id", num(row.task_id)).eq("status", expected),
                        "backup task " + std::to_string(row.task_id), expected);
}

Result<std::optional<SetTaskRow>> find_set_task(Transaction& tx, uint64_t job_id) {
  return select_one<SetTaskRow>(tx, "set_tasks", Where().eq("job_id", num(job_id)),
                                "ORDER BY task_id DESC LIMIT 1");
}

}  // namespace seabed::catalog
