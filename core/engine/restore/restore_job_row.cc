// The row of a restore in the catalog.

#include "core/base/uri.h"
#include "core/engine/restore/restore_run.h"

namespace seabed::restore {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

std::vector<std::string> redacted(const std::vector<std::string>& uris) {
  std::vector<std::string> out;
  for (const std::string& text : uris)
    if (const auto uri = parse_uri(text)) out.push_back(uri->redacted());
  return out;
}

}  // namespace

void RestoreRun::fill_row(catalog::RestoreJobRow* row) const {
  row->restore_tenant_name = state_.tenant;
  row->backup_tenant_name = state_.backup_tenant;
  row->backup_tenant_id = state_.backup_tenant_id;
  row->backup_cluster_name = media_.tenant.cluster_name();
  row->restore_scn = state_.target;
  row->restore_scn_display = state_.target_display;
  row->status = tenant_status(state_.state);
  row->directory = request_.directory;
  if (row->backup_dest.empty()) row->backup_dest = joined(redacted(request_.source.uris));
  row->restore_type = request_.quick ? "QUICK" : "FULL";
  row->ls_count = plan_.streams.size();
  row->finish_ls_count = state_.streams.size();
  row->tablet_count = media_.base_media[plan_.base].set->descriptor.tablet_count();
  if (is_final(state_.state) && state_.state != State::kFail) row->finish_tablet_count = row->tablet_count;
  row->total_bytes = std::max<uint64_t>(total_bytes_, done_bytes_);
  row->finish_bytes = is_final(state_.state) && state_.state != State::kFail ? row->total_bytes : done_bytes_.load();
  row->recover_start_scn = media_.bases[plan_.base].start_replay;
  row->recover_scn = recover_scn_;
  row->comment = state_.comment;
  row->backup_set_list = joined(state_.sets);
  row->backup_piece_list = joined(state_.pieces);
}

/// The parent's row tells the same, in its own words; its end is the job's to say (tenant_restore.cc).
Status RestoreRun::move_parent(Transaction& tx, const catalog::RestoreJobRow& child) {
  SEABED_TRY(auto parent, catalog::find_restore_row(tx, 1, child.restore_tenant_id));
  if (!parent || parent->over()) return ok();
  const std::string expected = parent->status;
  const uint64_t id = parent->job_id, start = parent->start_us;
  catalog::RestoreJobRow row = child;
  row.tenant_id = 1, row.job_id = id, row.start_us = start, row.finish_us = 0;
  row.status = is_final(state_.state) ? expected : std::string(parent_status(state_.state));
  return catalog::update_restore_job(tx, row, expected);
}

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
    fill_row(&row);
    if (is_final(state_.state)) row.finish_us = now;
    if (job_) {
      SEABED_CHECK(catalog::update_restore_job(tx, row, expected));
    } else {
      row.start_us = now;
      SEABED_TRY(row.job_id, catalog::insert_restore_job(tx, row));
    }
    if (row.restore_tenant_id != 0) SEABED_CHECK(move_parent(tx, row));
    state_.job_id = row.job_id;
    job_ = std::move(row);
    return ok();
  });
}

}  // namespace seabed::restore
