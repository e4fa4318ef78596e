#include "core/catalog/restore_jobs.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, RestoreJobRow& r) {
  v("tenant_id", r.tenant_id), v("job_id", r.job_id), v("restore_tenant_name", r.restore_tenant_name);
  v("restore_tenant_id", r.restore_tenant_id), v("backup_tenant_name", r.backup_tenant_name);
  v("backup_cluster_name", r.backup_cluster_name), v("backup_tenant_id", r.backup_tenant_id);
  v("backup_dest", r.backup_dest), v("restore_option", r.restore_option), v("restore_scn", r.restore_scn);
  v("restore_scn_display", r.restore_scn_display), v("status", r.status), v("start_us", r.start_us);
  v("finish_us", r.finish_us), v("backup_set_list", r.backup_set_list),
      v("backup_piece_list", r.backup_piece_list);
  v("ls_count", r.ls_count), v("finish_ls_count", r.finish_ls_count), v("tablet_count", r.tablet_count);
  v("finish_tablet_count", r.finish_tablet_count), v("total_bytes", r.total_bytes);
  v("finish_bytes", r.finish_bytes), v("recover_scn", r.recover_scn), v("description", r.description);
  v("comment", r.comment), v("restore_type", r.restore_type), v("directory", r.directory), v("recover_start_scn", r.recover_start_scn);
}

Result<uint64_t> insert_restore_job(Transaction& tx, const RestoreJobRow& row) {
  RestoreJobRow job = row;
  SEABED_TRY(job.job_id, next_id(tx, "job", 1));
  if (!job.start_us) job.start_us = now_us();
  SEABED_CHECK(insert_row(tx, "restore_jobs", job));
  return job.job_id;
}

Status update_restore_job(Transaction& tx, const RestoreJobRow& row, const std::string& expected) {
  return update_guarded(tx, "restore_jobs", row, Where().eq("job_id", num(row.job_id)).eq("status", expected),
                        "restore job " + std::to_string(row.job_id), expected);
}

Result<std::optional<RestoreJobRow>> find_restore_job(Transaction& tx, uint64_t job_id) {
  return select_one<RestoreJobRow>(tx, "restore_jobs", Where().eq("job_id", num(job_id)));
}

Result<std::optional<RestoreJobRow>> find_restore_row(Transaction& tx, uint64_t of_tenant,
                                                      uint64_t restore_tenant_id) {
  return select_one<RestoreJobRow>(
      tx, "restore_jobs", Where().eq("tenant_id", num(of_tenant)).eq("restore_tenant_id", num(restore_tenant_id)),
      "ORDER BY job_id DESC");
}

Result<std::optional<RestoreJobRow>> running_restore(Transaction& tx, const std::string& restore_tenant_name) {
  SEABED_TRY(auto rows, unfinished_restores(tx));
  for (RestoreJobRow& row : rows)
    if (row.restore_tenant_name == restore_tenant_name) return std::optional<RestoreJobRow>(std::move(row));
  return std::optional<RestoreJobRow>();
}

Result<std::vector<RestoreJobRow>> unfinished_restores(Transaction& tx) {
  return select_rows<RestoreJobRow>(
      tx, "restore_jobs",
      Where().eq("tenant_id", num(1)).cmp("status", "<>", "RESTORE_SUCCESS").cmp("status", "<>", "RESTORE_FAIL"),
      "ORDER BY job_id");
}

namespace {

struct RequestRow {
  uint64_t job_id = 0;
  std::string sealed_request;
};

template <class V>
void fields(V& v, RequestRow& r) {
  v("job_id", r.job_id), v("sealed_request", r.sealed_request);
}

std::string seal_context(uint64_t job_id) { return "restore/" + std::to_string(job_id); }

}  // namespace

Status put_restore_request(Transaction& tx, uint64_t job_id, const std::string& request) {
  RequestRow row{job_id, {}};
  SEABED_TRY(row.sealed_request, tx.impl().secrets.seal(request, seal_context(job_id)));
  return replace_row(tx, "restore_requests", row, Where().eq("job_id", num(job_id)));
}

Result<std::string> restore_request(Transaction& tx, uint64_t job_id) {
  SEABED_TRY(const auto row, select_one<RequestRow>(tx, "restore_requests", Where().eq("job_id", num(job_id))));
  if (!row) return fail(Code::kNotFound, "restore job " + std::to_string(job_id), "is not known what it was asked for");
  return tx.impl().secrets.open_text(row->sealed_request, seal_context(job_id));
}

Status drop_restore_request(Transaction& tx, uint64_t job_id) {
  SEABED_CHECK(execute(tx, "DELETE FROM restore_requests WHERE job_id = ?", {num(job_id)}));
  return ok();
}

Result<std::vector<RestoreJobRow>> list_restore_jobs(Transaction& tx, size_t limit) {
  return select_rows<RestoreJobRow>(tx, "restore_jobs", {},
                                    "ORDER BY job_id DESC LIMIT " + std::to_string(limit));
}

}  // namespace seabed::catalog
