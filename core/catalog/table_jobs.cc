#include "core/catalog/table_jobs.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, RecoverTableRow& r) {
  v("tenant_id", r.tenant_id), v("job_id", r.job_id), v("initiator_tenant_id", r.initiator_tenant_id);
  v("initiator_job_id", r.initiator_job_id), v("start_us", r.start_us), v("finish_us", r.finish_us);
  v("status", r.status), v("aux_tenant_name", r.aux_tenant_name),
      v("target_tenant_name", r.target_tenant_name);
  v("import_all", r.import_all), v("db_list", r.db_list), v("table_list", r.table_list);
  v("restore_scn", r.restore_scn), v("restore_option", r.restore_option), v("backup_dest", r.backup_dest);
  v("backup_set_list", r.backup_set_list), v("backup_piece_list", r.backup_piece_list);
  v("remap_db_list", r.remap_db_list), v("remap_table_list", r.remap_table_list);
  v("remap_tablegroup_list", r.remap_tablegroup_list), v("remap_tablespace_list", r.remap_tablespace_list);
  v("result", r.result), v("comment", r.comment), v("description", r.description);
}

template <class V>
void fields(V& v, ImportTableJobRow& r) {
  v("tenant_id", r.tenant_id), v("job_id", r.job_id), v("initiator_tenant_id", r.initiator_tenant_id);
  v("initiator_job_id", r.initiator_job_id), v("start_us", r.start_us), v("finish_us", r.finish_us);
  v("src_tenant_name", r.src_tenant_name), v("src_tenant_id", r.src_tenant_id), v("status", r.status);
  v("import_all", r.import_all), v("db_list", r.db_list), v("table_list", r.table_list);
  v("remap_db_list", r.remap_db_list), v("remap_table_list", r.remap_table_list);
  v("remap_tablegroup_list", r.remap_tablegroup_list), v("remap_tablespace_list", r.remap_tablespace_list);
  v("total_table_count", r.total_table_count), v("finished_table_count", r.finished_table_count);
  v("failed_table_count", r.failed_table_count), v("result", r.result), v("comment", r.comment);
  v("description", r.description);
}

template <class V>
void fields(V& v, ImportTableTaskRow& r) {
  v("tenant_id", r.tenant_id), v("task_id", r.task_id), v("job_id", r.job_id),
      v("src_database", r.src_database);
  v("src_table", r.src_table), v("target_database", r.target_database), v("target_table", r.target_table);
  v("table_column", r.table_column), v("status", r.status), v("start_us", r.start_us);
  v("completion_us", r.completion_us), v("cumulative_ts", r.cumulative_ts);
  v("total_index_count", r.total_index_count), v("imported_index_count", r.imported_index_count);
  v("failed_index_count", r.failed_index_count), v("result", r.result), v("comment", r.comment);
}

Result<uint64_t> insert_recover_table(Transaction& tx, const RecoverTableRow& row) {
  RecoverTableRow job = row;
  SEABED_TRY(job.job_id, next_id(tx, "job", 1));
  if (!job.start_us) job.start_us = now_us();
  SEABED_CHECK(insert_row(tx, "recover_table_jobs", job));
  return job.job_id;
}

Result<uint64_t> insert_import_job(Transaction& tx, const ImportTableJobRow& row) {
  ImportTableJobRow job = row;
  SEABED_TRY(job.job_id, next_id(tx, "job", 1));
  if (!job.start_us) job.start_us = now_us();
  SEABED_CHECK(insert_row(tx, "import_table_jobs", job));
  return job.job_id;
}

Result<uint64_t> insert_import_task(Transaction& tx, const ImportTableTaskRow& row) {
  ImportTableTaskRow task = row;
  SEABED_TRY(task.task_id, next_id(tx, "import_task", 1));
  SEABED_CHECK(insert_row(tx, "import_table_tasks", task));
  return task.task_id;
}

Status update_recover_table(Transaction& tx, const RecoverTableRow& row, const std::string& expected) {
  return update_guarded(tx, "recover_table_jobs", row,
                        Where().eq("job_id", num(row.job_id)).eq("status", expected),
                        "table restore job " + std::to_string(row.job_id), expected);
}

Status update_import_job(Transaction& tx, const ImportTableJobRow& row) {
  return update_guarded(tx, "import_table_jobs", row, Where().eq("job_id", num(row.job_id)),
                        "import job " + std::to_string(row.job_id), "there");
}

Status update_import_task(Transaction& tx, const ImportTableTaskRow& row) {
  return update_guarded(tx, "import_table_tasks", row, Where().eq("task_id", num(row.task_id)),
                        "import task " + std::to_string(row.task_id), "there");
}

Result<std::optional<RecoverTableRow>> find_recover_table(Transaction& tx, uint64_t job_id) {
  return select_one<RecoverTableRow>(tx, "recover_table_jobs", Where().eq("job_id", num(job_id)));
}

Result<std::optional<RecoverTableRow>> recover_table_of(Transaction& tx, uint64_t sys_job_id) {
  return select_one<RecoverTableRow>(
      tx, "recover_table_jobs",
      Where().eq("initiator_job_id", num(sys_job_id)).cmp("tenant_id", "<>", num(1)));
}

Result<std::vector<RecoverTableRow>> list_recover_tables(Transaction& tx, size_t limit) {
  return select_rows<RecoverTableRow>(tx, "recover_table_jobs", Where().eq("tenant_id", num(1)),
                                      "ORDER BY job_id DESC LIMIT " + std::to_string(limit));
}

Result<std::vector<RecoverTableRow>> unfinished_recover_tables(Transaction& tx) {
  return select_rows<RecoverTableRow>(
      tx, "recover_table_jobs",
      Where().eq("tenant_id", num(1)).cmp("status", "<>", "COMPLETED").cmp("status", "<>", "FAILED"),
      "ORDER BY job_id");
}

Result<std::optional<ImportTableJobRow>> import_job_of(Transaction& tx, uint64_t user_job_id) {
  return select_one<ImportTableJobRow>(tx, "import_table_jobs",
                                       Where().eq("initiator_job_id", num(user_job_id)));
}

Result<std::optional<ImportTableTaskRow>> find_import_task(Transaction& tx, uint64_t task_id) {
  return select_one<ImportTableTaskRow>(tx, "import_table_tasks", Where().eq("task_id", num(task_id)));
}

Result<std::vector<ImportTableTaskRow>> import_tasks(Transaction& tx, uint64_t import_job_id) {
  return select_rows<ImportTableTaskRow>(tx, "import_table_tasks", Where().eq("job_id", num(import_job_id)),
                                         "ORDER BY task_id");
}

}  // namespace seabed::catalog
