#pragma once
// Cleanup jobs and their tasks: rows of OB_BACKUP_DELETE_JOBS and _TASKS; finished ones are the _HISTORY
// views. A task is one set or piece. And what cleanup remembers of the clock.

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct DeleteJobRow {
  uint64_t tenant_id = 0, job_id = 0, incarnation = 1;
  uint64_t initiator_tenant_id = 1, initiator_job_id = 0;
  std::string executor_tenant_id;
  std::string type = "DELETE OBSOLETE BACKUP";  // DELETE BACKUP SET, DELETE BACKUP PIECE
  std::string parameter;                        // policy and expiry time, or the ids, as the view shows them
  std::string job_level = "USER_TENANT";
  uint64_t start_us = 0, end_us = 0;
  std::string status = "INIT";  // INIT, DOING, COMPLETED, FAILED, CANCELING, CANCELED
  uint64_t task_count = 0, success_task_count = 0;
  int64_t result = 0;  // 0 or an error number (ob_error, else 4000 + Code)
  std::string comment, description;
  std::string ids;  // of a deletion by id: "3,4"
};

/// Gives and returns job_id. kConflict 9044 while the tenant has an unfinished one.
Result<uint64_t> insert_delete_job(Transaction& tx, const DeleteJobRow& row);
/// The whole row, if it is in status `expected`; else kConflict.
Status update_delete_job(Transaction& tx, const DeleteJobRow& row, const std::string& expected);
Result<std::optional<DeleteJobRow>> find_delete_job(Transaction& tx, uint64_t job_id);
/// INIT, DOING and CANCELING; tenant 0: of all.
Result<std::vector<DeleteJobRow>> unfinished_delete_jobs(Transaction& tx, uint64_t tenant_id = 0);
/// Newest first; tenant 0: of all.
Result<std::vector<DeleteJobRow>> list_delete_jobs(Transaction& tx, uint64_t tenant_id, size_t limit = 1000);
/// INIT or DOING to CANCELING; kConflict 9053 when none runs. Returns the job.
Result<uint64_t> request_delete_cancel(Transaction& tx, uint64_t tenant_id);

struct DeleteTaskRow {
  uint64_t tenant_id = 0, task_id = 0, incarnation = 1, job_id = 0;
  std::string task_type = "BACKUP SET";  // BACKUP SET, BACKUP PIECE
  uint64_t id = 0, round_id = 0, dest_id = 0;
  uint64_t start_us = 0, end_us = 0;
  std::string status = "INIT";  // INIT, DOING, COMPLETED, FAILED, CANCELED
  uint64_t total_ls_count = 0, finish_ls_count = 0, total_bytes = 0, delete_bytes = 0;
  uint64_t total_files_count = 0, delete_files_count = 0;
  int64_t result = 0;
  std::string comment, path;
};

/// Gives and returns task_id.
Result<uint64_t> insert_delete_task(Transaction& tx, const DeleteTaskRow& row);
Status update_delete_task(Transaction& tx, const DeleteTaskRow& row, const std::string& expected);
/// In the order of deletion.
Result<std::vector<DeleteTaskRow>> list_delete_tasks(Transaction& tx, uint64_t job_id);

/// Of a frozen piece; kConflict when there is none.
Status set_piece_file_status(Transaction& tx, uint64_t tenant_id, uint64_t dest_id, uint64_t round_id,
                             uint64_t piece_id, const std::string& file_status);
/// Adds to the round's DELETED_INPUT_BYTES and DELETED_OUTPUT_BYTES; no such round is a success.
Status count_deleted_bytes(Transaction& tx, uint64_t tenant_id, uint64_t dest_id, uint64_t round_id,
                           uint64_t input, uint64_t output);

/// Both clocks at one moment of one boot.
struct ClockMark {
  std::string boot_id;
  uint64_t boot_ns = 0, wall_ns = 0;
};
/// The newest; of `boot_id`, if there is one.
Result<std::optional<ClockMark>> find_clock_mark(Transaction& tx, const std::string& boot_id);
Result<std::optional<ClockMark>> newest_clock_mark(Transaction& tx);
Status put_clock_mark(Transaction& tx, const ClockMark& mark);

}  // namespace seabed::catalog
