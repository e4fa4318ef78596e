#include "tools/agent/metrics_jobs.h"

#include <algorithm>
#include <map>

#include "core/catalog/backup_jobs.h"
#include "core/engine/standby/standby.h"
#include "tools/agent/standby_lag.h"

namespace seabed {
namespace {

struct Share {
  uint64_t done_bytes = 0, total_bytes = 0, done_items = 0, total_items = 0;
  void add(const Progress& p) {
    done_bytes += p.done_bytes, total_bytes += p.total_bytes;
    done_items += p.done_items, total_items += p.total_items;
  }
  /// By bytes; by items where nobody knows the bytes.
  double ratio() const {
    const double done = total_bytes ? double(done_bytes) : double(done_items);
    const double total = total_bytes ? double(total_bytes) : double(total_items);
    return total > 0 ? std::min(1.0, done / total) : 0;
  }
};

void add_share(const std::string& of, const Share& share, const MetricLabels& labels, MetricFamilies* out) {
  out->gauge(of + "_done_bytes", "Bytes done by what runs.", labels, double(share.done_bytes));
  out->gauge(of + "_total_bytes", "Bytes that what runs has to do, as far as it knows.", labels,
             double(share.total_bytes));
  out->gauge(of + "_progress_ratio", "Share of what runs that is done, 0 to 1.", labels, share.ratio());
}

void add_last_ends(const std::string& tenant, const std::vector<catalog::LastBackupEnd>& ends, MetricFamilies* out) {
  for (const auto& end : ends) {
    const MetricLabels labels = {{"tenant", tenant}, {"kind", kind_of(end.backup_type)}};
    if (end.status == "COMPLETED")
      out->gauge("seabed_last_success_timestamp_seconds", "End of the last successful job of the kind.", labels,
                 double(end.end_us) / 1e6);
    if (end.status == "FAILED")
      out->gauge("seabed_last_failure_timestamp_seconds", "End of the last failed job of the kind.", labels,
                 double(end.end_us) / 1e6);
  }
}

}  // namespace

Status add_job_metrics(Engine& engine, const catalog::TenantRow& tenant, MetricFamilies* out) {
  std::vector<catalog::LastBackupEnd> ends;
  std::vector<catalog::BackupJobRow> running;
  SEABED_CHECK(engine.context().catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(ends, catalog::last_backup_ends(tx, tenant.tenant_id));
    SEABED_TRY(running, catalog::unfinished_backup_jobs(tx, tenant.tenant_id));
    return ok();
  }));
  add_last_ends(tenant.name, ends, out);
  std::map<std::string, int> count = {{"full", 0}, {"incremental", 0}};
  for (const auto& job : running) {
    const std::string kind = kind_of(job.backup_type);
    if (++count[kind] != 1) continue;
    Share share;
    if (const auto view = engine.backup_job(job.job_id)) share.add(view->progress.progress);
    add_share("seabed_job", share, {{"tenant", tenant.name}, {"kind", kind}}, out);
  }
  for (const auto& [kind, jobs] : count)
    out->gauge("seabed_jobs_running", "Jobs that are not over.", {{"tenant", tenant.name}, {"kind", kind}}, jobs);
  return ok();
}

void add_background_metrics(Background& background, MetricFamilies* out) {
  std::map<std::string, Share> by_task;  // a key may hold a directory: its first part is the task
  for (const auto& [key, view] : background.all_progress()) by_task[key.substr(0, key.find('/'))].add(view.progress);
  for (const auto& [task, share] : by_task) add_share("seabed_background", share, {{"task", task}}, out);
}

Status add_standby_metrics(Engine& engine, MetricFamilies* out) {
  SEABED_TRY(const auto all, standbys(engine.context(), ""));
  for (const StandbyView& standby : all)
    if (const auto lag = standby_lag(standby))
      out->gauge("seabed_standby_lag_seconds", "Age of the moment that a following standby stands at.",
                 {{"tenant", standby.tenant.name}}, *lag);
  return ok();
}

}  // namespace seabed
