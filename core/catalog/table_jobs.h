#pragma once
// RECOVER TABLE: the sys row and the target tenant's row, the import job, a task a table (views:
// OB_RECOVER_TABLE_JOBS, OB_IMPORT_TABLE_JOBS, OB_IMPORT_TABLE_TASKS). What a job was asked for is kept
// sealed (restore_jobs.h).

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

/// tenant_id 1: the sys row; else the target tenant's, whose initiator is the sys row.
struct RecoverTableRow {
  uint64_t tenant_id = 0, job_id = 0, initiator_tenant_id = 0, initiator_job_id = 0, start_us = 0,
           finish_us = 0;
  std::string status = "PREPARE";  // COMPLETED and FAILED are final
  std::string aux_tenant_name, target_tenant_name;
  bool import_all = false;
  std::string db_list, table_list;
  uint64_t restore_scn = 0;
  std::string restore_option, backup_dest, backup_set_list,
      backup_piece_list;  // backup_dest: without secrets
  std::string remap_db_list, remap_table_list, remap_tablegroup_list, remap_tablespace_list;
  std::string result, comment, description;

  bool is_sys() const { return tenant_id == 1; }
  bool over() const { return status == "COMPLETED" || status == "FAILED"; }
};

struct ImportTableJobRow {
  uint64_t tenant_id = 0, job_id = 0, initiator_tenant_id = 0, initiator_job_id = 0, start_us = 0,
           finish_us = 0;
  std::string src_tenant_name;
  uint64_t src_tenant_id = 0;
  std::string status = "INIT";  // IMPORT_FINISH is final
  bool import_all = false;
  std::string db_list, table_list;
  std::string remap_db_list, remap_table_list, remap_tablegroup_list, remap_tablespace_list;
  uint64_t total_table_count = 0, finished_table_count = 0, failed_table_count = 0;
  std::string result, comment, description;
};

struct ImportTableTaskRow {
  uint64_t tenant_id = 0, task_id = 0, job_id = 0;
  std::string src_database, src_table, target_database, target_table;  // target empty: not remapped
  uint64_t table_column = 0;
  std::string status = "INIT";  // DOING, FINISH
  uint64_t start_us = 0, completion_us = 0, cumulative_ts = 0;
  uint64_t total_index_count = 0, imported_index_count = 0, failed_index_count = 0;
  std::string result, comment;  // result: SUCCESS or FAILED
};

/// Gives and returns job_id (task_id).
Result<uint64_t> insert_recover_table(Transaction& tx, const RecoverTableRow& row);
Result<uint64_t> insert_import_job(Transaction& tx, const ImportTableJobRow& row);
Result<uint64_t> insert_import_task(Transaction& tx, const ImportTableTaskRow& row);
/// kConflict when it is in another status by now.
Status update_recover_table(Transaction& tx, const RecoverTableRow& row, const std::string& expected);
Status update_import_job(Transaction& tx, const ImportTableJobRow& row);
Status update_import_task(Transaction& tx, const ImportTableTaskRow& row);

Result<std::optional<RecoverTableRow>> find_recover_table(Transaction& tx, uint64_t job_id);
/// The target tenant's row of a sys row.
Result<std::optional<RecoverTableRow>> recover_table_of(Transaction& tx, uint64_t sys_job_id);
/// Sys rows, newest first.
Result<std::vector<RecoverTableRow>> list_recover_tables(Transaction& tx, size_t limit = 1000);
/// Sys rows that are not over, oldest first.
Result<std::vector<RecoverTableRow>> unfinished_recover_tables(Transaction& tx);
/// The import job of a target tenant's row.
Result<std::optional<ImportTableJobRow>> import_job_of(Transaction& tx, uint64_t user_job_id);
Result<std::vector<ImportTableTaskRow>> import_tasks(Transaction& tx, uint64_t import_job_id);
Result<std::optional<ImportTableTaskRow>> find_import_task(Transaction& tx, uint64_t task_id);

}  // namespace seabed::catalog
