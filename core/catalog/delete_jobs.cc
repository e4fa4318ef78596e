#include "core/catalog/delete_jobs.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, DeleteJobRow& r) {
  v("tenant_id", r.tenant_id), v("job_id", r.job_id), v("incarnation", r.incarnation);
  v("initiator_tenant_id", r.initiator_tenant_id), v("initiator_job_id", r.initiator_job_id);
  v("executor_tenant_id", r.executor_tenant_id), v("type", r.type), v("parameter", r.parameter);
  v("job_level", r.job_level), v("start_us", r.start_us), v("end_us", r.end_us), v("status", r.status);
  v("task_count", r.task_count), v("success_task_count", r.success_task_count), v("result", r.result);
  v("comment", r.comment), v("description", r.description), v("ids", r.ids);
}

template <class V>
void fields(V& v, DeleteTaskRow& r) {
  v("tenant_id", r.tenant_id), v("task_id", r.task_id), v("incarnation", r.incarnation),
      v("job_id", r.job_id);
  v("task_type", r.task_type), v("id", r.id), v("round_id", r.round_id), v("dest_id", r.dest_id);
  v("start_us", r.start_us), v("end_us", r.end_us), v("status", r.status);
  v("total_ls_count", r.total_ls_count), v("finish_ls_count", r.finish_ls_count);
  v("total_bytes", r.total_bytes), v("delete_bytes", r.delete_bytes);
  v("total_files_count", r.total_files_count), v("delete_files_count", r.delete_files_count);
  v("result", r.result), v("comment", r.comment), v("path", r.path);
}

template <class V>
void fields(V& v, ClockMark& m) {
  v("boot_id", m.boot_id), v("boot_ns", m.boot_ns), v("wall_ns", m.wall_ns);
}

namespace {
constexpr char kUnfinished[] = "status IN ('INIT', 'DOING', 'CANCELING')";

Where job_key(uint64_t job_id) { return Where().eq("job_id", num(job_id)); }
std::string job_name(uint64_t job_id) { return "cleanup job " + std::to_string(job_id); }
}  // namespace

Result<uint64_t> insert_delete_job(Transaction& tx, const DeleteJobRow& row) {
  SEABED_TRY(const auto running, unfinished_delete_jobs(tx, row.tenant_id));
  if (!running.empty())
    return fail(Error{Code::kConflict, job_name(running.front().job_id),
                      "is " + running.front().status + " for this tenant",
                      "wait for its end, or `seabed clean cancel`", 0, 9044});
  DeleteJobRow job = row;
  SEABED_TRY(job.job_id, next_id(tx, "delete_job", 1));
  if (!job.start_us) job.start_us = now_us();
  SEABED_CHECK(insert_row(tx, "delete_jobs", job));
  return job.job_id;
}

Status update_delete_job(Transaction& tx, const DeleteJobRow& row, const std::string& expected) {
  return update_guarded(tx, "delete_jobs", row, job_key(row.job_id).eq("status", expected),
                        job_name(row.job_id), expected);
}

Result<std::optional<DeleteJobRow>> find_delete_job(Transaction& tx, uint64_t job_id) {
  return select_one<DeleteJobRow>(tx, "delete_jobs", job_key(job_id));
}

Result<std::vector<DeleteJobRow>> unfinished_delete_jobs(Transaction& tx, uint64_t tenant_id) {
  Where where;
  where.text = kUnfinished;
  if (tenant_id) where.eq("tenant_id", num(tenant_id));
  return select_rows<DeleteJobRow>(tx, "delete_jobs", where, "ORDER BY job_id");
}

Result<std::vector<DeleteJobRow>> list_delete_jobs(Transaction& tx, uint64_t tenant_id, size_t limit) {
  Where where;
  if (tenant_id) where.eq("tenant_id", num(tenant_id));
  return select_rows<DeleteJobRow>(tx, "delete_jobs", where,
                                   "ORDER BY job_id DESC LIMIT " + std::to_string(limit));
}

Result<uint64_t> request_delete_cancel(Transaction& tx, uint64_t tenant_id) {
  SEABED_TRY(auto running, unfinished_delete_jobs(tx, tenant_id));
  if (running.empty())
    return fail(Error{Code::kConflict, "cleanup", "none runs for this tenant", "", 0, 9053});
  DeleteJobRow job = running.front();
  if (job.status == "CANCELING")
    return fail(Error{Code::kConflict, job_name(job.job_id), "is being cancelled already", "wait for its end",
                      0, 9053});
  const std::string before = job.status;
  job.status = "CANCELING";
  SEABED_CHECK(update_delete_job(tx, job, before));
  return job.job_id;
}

Result<uint64_t> insert_delete_task(Transaction& tx, const DeleteTaskRow& row) {
  DeleteTaskRow task = row;
  SEABED_TRY(task.task_id, next_id(tx, "delete_task", 1));
  SEABED_CHECK(insert_row(tx, "delete_tasks", task));
  return task.task_id;
}

Status update_delete_task(Transaction& tx, const DeleteTaskRow& row, const std::string& expected) {
  return update_guarded(tx, "delete_tasks", row,
                        Where().eq("task_id", num(row.task_id)).eq("status", expected),
                        "cleanup task " + std::to_string(row.task_id), expected);
}

Result<std::vector<DeleteTaskRow>> list_delete_tasks(Transaction& tx, uint64_t job_id) {
  return select_rows<DeleteTaskRow>(tx, "delete_tasks", job_key(job_id), "ORDER BY task_id");
}

Status set_piece_file_status(Transaction& tx, uint64_t tenant_id, uint64_t dest_id, uint64_t round_id,
                             uint64_t piece_id, const std::string& file_status) {
  SEABED_TRY(
      const long long found,
      execute(tx,
              "UPDATE pieces SET file_status = ? WHERE tenant_id = ? AND dest_id = ? AND round_id = ? AND "
              "piece_id = ? AND status = 'FROZEN'",
              {file_status, num(tenant_id), num(dest_id), num(round_id), num(piece_id)}));
  if (found == 1) return ok();
  return fail(Code::kConflict, "piece " + std::to_string(piece_id), "is not there, or is being written");
}

Status count_deleted_bytes(Transaction& tx, uint64_t tenant_id, uint64_t dest_id, uint64_t round_id,
                           uint64_t input, uint64_t output) {
  SEABED_CHECK(
      execute(tx,
              "UPDATE rounds SET deleted_input_bytes = deleted_input_bytes + ?, deleted_output_bytes = "
              "deleted_output_bytes + ? WHERE tenant_id = ? AND dest_id = ? AND round_id = ?",
              {num(input), num(output), num(tenant_id), num(dest_id), num(round_id)}));
  return ok();
}

Result<std::optional<ClockMark>> find_clock_mark(Transaction& tx, const std::string& boot_id) {
  return select_one<ClockMark>(tx, "clock_marks", Where().eq("boot_id", boot_id));
}

Result<std::optional<ClockMark>> newest_clock_mark(Transaction& tx) {
  return select_one<ClockMark>(tx, "clock_marks", Where(), "ORDER BY wall_ns DESC LIMIT 1");
}

Status put_clock_mark(Transaction& tx, const ClockMark& mark) {
  SEABED_CHECK(execute(tx, "DELETE FROM clock_marks WHERE boot_id = ?", {mark.boot_id}));
  return insert_row(tx, "clock_marks", mark);
}

}  // namespace seabed::catalog
