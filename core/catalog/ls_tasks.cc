// The stream's part of a set task (backup_jobs.h).
#include "core/catalog/backup_jobs.h"
#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, LsTaskRow& r) {
  v("tenant_id", r.tenant_id), v("task_id", r.task_id), v("ls_id", r.ls_id), v("data_type", r.data_type);
  v("turn", r.turn), v("retry", r.retry), v("trace_id", r.trace_id), v("status", r.status),
      v("result", r.result);
  v("input_bytes", r.input_bytes), v("output_bytes", r.output_bytes),
      v("macro_block_count", r.macro_block_count);
  v("finish_macro_block_count", r.finish_macro_block_count), v("file_count", r.file_count);
  v("start_us", r.start_us), v("end_us", r.end_us), v("comment", r.comment), v("state", r.state);
}

namespace {

Where key_of(const LsTaskRow& row) {
  return Where().eq("task_id", num(row.task_id)).eq("ls_id", num(row.ls_id)).eq("data_type", row.data_type);
}

}  // namespace

Status put_ls_task(Transaction& tx, const LsTaskRow& row) {
  return replace_row(tx, "ls_tasks", row, key_of(row));
}

Status update_ls_task(Transaction& tx, const LsTaskRow& row, uint64_t turn, uint64_t retry,
                      const std::string& expected) {
  Where where = key_of(row).eq("turn", num(turn)).eq("retry", num(retry)).eq("status", expected);
  return update_guarded(tx, "ls_tasks", row, where,
                        row.data_type + " task of log stream " + std::to_string(row.ls_id),
                        expected + " in turn " + std::to_string(turn) + ", retry " + std::to_string(retry));
}

Result<std::vector<LsTaskRow>> list_ls_tasks(Transaction& tx, uint64_t task_id) {
  return select_rows<LsTaskRow>(tx, "ls_tasks", Where().eq("task_id", num(task_id)),
                                "ORDER BY ls_id, data_type");
}

}  // namespace seabed::catalog
