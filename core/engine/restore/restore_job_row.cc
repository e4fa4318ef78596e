// The row of a restore in the catalog.

#include "core/engine/restore/restore_run.h"

namespace seabed::restore {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

}  // namespace

/// The catalog, where there is one, shows the job; the state file is what a restart reads.
Status RestoreRun::persist_job() {
  if (!context_.catalog) return ok();
  const uint64_t now = context_.clock ? context_.clock->read().now / 1000 : 0;
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    if (!job_ && state_.job_id != 0) {
      SEABED_TRY(job_, catalog::find_restore_job(tx, state_.job_id));
    }
    catalog::RestoreJobRow row = job_.value_or(catalog::RestoreJobRow{});
    const std::string expected = row.status;
    row.restore_tenant_name = state_.tenant;
    row.backup_tenant_name = state_.backup_tenant;
    row.backup_tenant_id = state_.backup_tenant_id;
    row.backup_cluster_name = media_.tenant.cluster_name();
    row.restore_scn = state_.target;
    row.restore_scn_display = state_.target_display;
    row.status = tenant_status(state_.state);
    row.directory = request_.directory;
    row.backup_dest = state_.data_destination;
    row.restore_type = request_.quick ? "QUICK" : "FULL";
    row.ls_count = plan_.streams.size();
    row.finish_ls_count = state_.streams.size();
    row.total_bytes = total_bytes_;
    row.finish_bytes = done_bytes_;
    row.comment = state_.comment;
    if (is_final(state_.state)) row.finish_us = now;
    row.backup_set_list = joined(state_.sets);
    row.backup_piece_list = joined(state_.pieces);
    if (job_) {
      SEABED_CHECK(catalog::update_restore_job(tx, row, expected));
    } else {
      row.start_us = now;
      SEABED_TRY(row.job_id, catalog::insert_restore_job(tx, row));
    }
    state_.job_id = row.job_id;
    job_ = std::move(row);
    return ok();
  });
}

}  // namespace seabed::restore
