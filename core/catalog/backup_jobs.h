#pragma once
// Backup jobs (one BACKUP command and tenant) and their set tasks: rows of OB_BACKUP_JOBS and OB_BACKUP_TASKS. Finished
// rows are the _HISTORY views.

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct BackupJobRow {
  uint64_t tenant_id = 0, job_id = 0, incarnation = 1, backup_set_id = 0;
  uint64_t initiator_tenant_id = 1, initiator_job_id = 0;
  std::string executor_tenant_id;
  std::string plus_archivelog = "OFF";       // ON, OFF
  std::string backup_type = "D";             // D full, I incremental
  std::string job_level = "USER_TENANT";
  std::string encryption_mode = "NONE", passwd;
  uint64_t start_us = 0, end_us = 0;
  std::string status = "INIT";               // INIT, DOING, COMPLETED, FAILED, CANCELING, CANCELED
  int64_t result = 0;                        // 0 or an error number (ob_error, else 4000 + Code)
  std::string comment, description, path;
  uint64_t dest_id = 0;
  bool bridge = false;                       // started by the archiver to close a hole
};

/// Gives and returns job_id (row.job_id is ignored).
Result<uint64_t> insert_backup_job(Transaction& tx, const BackupJobRow& row);
/// The whole row, if it is in status `expected`; else kConflict.
Status update_backup_job(Transaction& tx, const BackupJobRow& row, const std::string& expected);
Result<std::optional<BackupJobRow>> find_backup_job(Transaction& tx, uint64_t job_id);
/// INIT, DOING and CANCELING, oldest first; tenant_id 0: of all user tenants, 1: the parents of sys.
Result<std::vector<BackupJobRow>> unfinished_backup_jobs(Transaction& tx, uint64_t tenant_id = 0);
/// Those that a parent of sys began, oldest first.
Result<std::vector<BackupJobRow>> child_backup_jobs(Transaction& tx, uint64_t parent_id);
/// Newest first.
Result<std::vector<BackupJobRow>> list_backup_jobs(Transaction& tx, uint64_t tenant_id, size_t limit = 1000);
/// When the newest job of a type (D, I) that came to that end ended; of all that there ever were.
struct LastBackupEnd {
  std::string backup_type, status;           // COMPLETED, FAILED, CANCELED
  uint64_t end_us = 0;
};
Result<std::vector<LastBackupEnd>> last_backup_ends(Transaction& tx, uint64_t tenant_id);
/// INIT or DOING to CANCELING; kConflict 9049 when it runs no more.
Status request_backup_cancel(Transaction& tx, uint64_t job_id);

struct SetTaskRow {
  uint64_t tenant_id = 0, task_id = 0, job_id = 0, incarnation = 1, backup_set_id = 0;
  uint64_t start_us = 0, end_us = 0;
  std::string status = "INIT";   // reference: views section 9, "Backup task STATUS"
  uint64_t start_scn = 0, end_scn = 0, user_ls_start_scn = 0;
  std::string encryption_mode = "NONE", passwd;
  uint64_t input_bytes = 0, output_bytes = 0, extra_meta_bytes = 0;
  uint64_t tablet_count = 0, finish_tablet_count = 0, macro_block_count = 0, finish_macro_block_count = 0;
  uint64_t file_count = 0;
  uint64_t meta_turn_id = 0, data_turn_id = 0, minor_turn_id = 0, major_turn_id = 0;
  uint64_t log_file_count = 0, finish_log_file_count = 0;
  int64_t result = 0;
  std::string comment, path;
  std::string state;             // the executor's own, JSON; opaque here
};

/// Gives and returns task_id.
Result<uint64_t> insert_set_task(Transaction& tx, const SetTaskRow& row);
Status update_set_task(Transaction& tx, const SetTaskRow& row, const std::string& expected);
Result<std::optional<SetTaskRow>> find_set_task(Transaction& tx, uint64_t job_id);

/// One row per stream and data type; an answer of an older attempt is dropped by the guard (turn, retry, status).
struct LsTaskRow {
  uint64_t tenant_id = 0, task_id = 0, ls_id = 0;
  std::string data_type;         // meta, sys, minor, major
  uint64_t turn = 1, retry = 0, trace_id = 0;
  std::string status = "INIT";   // INIT, PENDING, DOING, FINISH
  int64_t result = 0;
  uint64_t input_bytes = 0, output_bytes = 0, macro_block_count = 0, finish_macro_block_count = 0, file_count = 0;
  uint64_t start_us = 0, end_us = 0;
  std::string comment;
  std::string state;             // the executor's own, JSON; opaque here
};

/// Insert or replace by (task, ls, data type): the start of an attempt.
Status put_ls_task(Transaction& tx, const LsTaskRow& row);
/// Writes `row` if the stored (turn, retry, status) are as given; else kConflict.
Status update_ls_task(Transaction& tx, const LsTaskRow& row, uint64_t turn, uint64_t retry,
                      const std::string& expected);
Result<std::vector<LsTaskRow>> list_ls_tasks(Transaction& tx, uint64_t task_id);

}  // namespace seabed::catalog
