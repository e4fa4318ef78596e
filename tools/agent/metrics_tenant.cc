#include "tools/agent/metrics_tenant.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/catalog/catalog.h"
#include "core/catalog/drills.h"
#include "tools/agent/metrics_jobs.h"

namespace seabed {
namespace {

constexpr const char* kStatuses[] = {"NONE",       "PREPARE", "BEGINNING", "DOING", "INTERRUPTED",
                                     "SUSPENDING", "SUSPEND", "STOPPING",  "STOP"};

double seconds(Scn scn) { return static_cast<double>(scn) / 1e9; }

Scn wall_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<Scn>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

bool wants_archive(const std::string& status) {
  return status != "NONE" && !status.empty() && status != "STOP" && status != "STOPPING" &&
         status != "SUSPEND";
}

void add_streams(const ArchiveStatus& live, const std::string& tenant, MetricFamilies* out) {
  for (const LsArchiveStatus& ls : live.streams) {
    const MetricLabels labels = {{"tenant", tenant}, {"log_stream", std::to_string(ls.ls_id)}};
    out->gauge("seabed_pinned_bytes",
               "Bytes of the database that are on its disk because of Seabed's links alone.", labels,
               static_cast<double>(ls.pinned_bytes));
    out->gauge("seabed_archive_pending_bytes", "Log bytes read and not yet durable on the medium.", labels,
               static_cast<double>(ls.pending_bytes));
    out->gauge("seabed_archive_round_input_bytes", "Log bytes read in the current round.", labels,
               static_cast<double>(ls.input_bytes));
    out->gauge("seabed_archive_stream_error", "1 while the stream's last attempt failed and is retried.",
               labels, ls.error.empty() ? 0 : 1);
    out->gauge("seabed_link_error", "1 while the stream's log files are not linked, or were given up.", labels,
               ls.link_error.empty() ? 0 : 1);
  }
}

void add_archive(const ArchiveView& view, MetricFamilies* out) {
  const ArchiveStatus& live = view.live;
  const std::string status = live.status.empty() ? "NONE" : live.status;
  const MetricLabels tenant = {{"tenant", view.tenant.name}};
  for (const char* one : kStatuses)
    out->gauge("seabed_archive_status", "1 for the status of the tenant's log archive, 0 for the others.",
               {{"tenant", view.tenant.name}, {"status", one}}, status == one ? 1 : 0);
  out->gauge("seabed_archive_interrupted", "1 when log is missing for good (a gap): a new round is needed.",
             tenant, status == "INTERRUPTED" ? 1 : 0);
  out->gauge("seabed_archive_open_holes", "Holes in the log that no backup covers yet.", tenant,
             static_cast<double>(view.open_holes.size()));
  if (live.checkpoint_scn && wants_archive(status)) {
    const Scn now = wall_ns();  // not the engine's clock: its readings tell the archivers of steps
    out->gauge("seabed_archive_lag_seconds", "Age of the newest moment that the archive has whole.", tenant,
               now > live.checkpoint_scn ? seconds(now - live.checkpoint_scn) : 0);
  }
  add_streams(live, view.tenant.name, out);
}

/// The catalog's word: from the oldest usable set of this round to the checkpoint. `seabed window` asks the
/// media.
void add_window(const ArchiveView& view, const std::vector<catalog::BackupSetRow>& sets,
                MetricFamilies* out) {
  Scn from = 0;
  for (const auto& set : sets) {
    const bool usable = set.status == "SUCCESS" && set.file_status == "AVAILABLE" && set.backup_type == "D";
    const bool behind =
        set.min_restore_scn >= view.live.start_scn && set.min_restore_scn <= view.live.checkpoint_scn;
    if (usable && behind && set.min_restore_scn)
      from = from ? std::min<Scn>(from, set.min_restore_scn) : set.min_restore_scn;
  }
  if (!from) return;
  const MetricLabels tenant = {{"tenant", view.tenant.name}};
  out->gauge("seabed_recoverable_from_timestamp_seconds",
             "Oldest restorable moment of the current archive round, by the catalog.", tenant, seconds(from));
  out->gauge("seabed_recoverable_to_timestamp_seconds",
             "Newest restorable moment of the current archive round, by the catalog.", tenant,
             seconds(view.live.checkpoint_scn));
}

void add_sets(const std::string& tenant, const std::vector<catalog::BackupSetRow>& sets,
              MetricFamilies* out) {
  std::map<std::string, int> by_kind = {{"full", 0}, {"incremental", 0}};
  double bytes = 0;
  for (const auto& set : sets) {
    if (set.status != "SUCCESS" || set.file_status != "AVAILABLE") continue;
    ++by_kind[kind_of(set.backup_type)];
    bytes += static_cast<double>(set.output_bytes);
  }
  for (const auto& [kind, count] : by_kind)
    out->gauge("seabed_backup_sets", "Usable backup sets.", {{"tenant", tenant}, {"kind", kind}}, count);
  out->gauge("seabed_backup_sets_bytes", "Bytes that the usable backup sets wrote.", {{"tenant", tenant}},
             bytes);
}

void add_drills(const std::string& tenant, const std::vector<catalog::DrillRow>& drills, MetricFamilies* out) {
  const MetricLabels labels = {{"tenant", tenant}};
  bool passed = false, failed = false, running = false;
  for (const auto& drill : drills) {  // newest first
    if (drill.status == "PASSED" && !std::exchange(passed, true)) {
      out->gauge("seabed_drill_last_pass_timestamp_seconds", "End of the last drill that passed.", labels,
                 double(drill.end_us) / 1e6);
      out->gauge("seabed_drill_last_pass_moment_timestamp_seconds", "The moment that it restored.", labels,
                 seconds(drill.target_scn));
      out->gauge("seabed_drill_last_pass_duration_seconds", "How long it took.", labels,
                 double(drill.end_us - drill.start_us) / 1e6);
      out->gauge("seabed_drill_last_pass_rows", "Rows that it read.", labels, double(drill.rows));
    }
    if (drill.status == "FAILED" && !std::exchange(failed, true))
      out->gauge("seabed_drill_last_failure_timestamp_seconds", "End of the last drill that failed.", labels,
                 double(drill.end_us) / 1e6);
    running |= !drill.over();
  }
  out->gauge("seabed_drill_running", "1 while a drill of the tenant runs.", labels, running);
}

}  // namespace

Status add_tenant_metrics(Engine& engine, const catalog::TenantRow& tenant, MetricFamilies* out) {
  SEABED_TRY(const ArchiveView view, engine.archive_status(tenant.name));
  SEABED_TRY(const auto sets, engine.backup_sets(tenant.name));
  SEABED_TRY(const auto drills, engine.context().catalog->get<std::vector<catalog::DrillRow>>(
                                    [&](auto& tx) { return catalog::list_drills(tx, tenant.tenant_id); }));
  add_drills(tenant.name, drills, out);
  add_archive(view, out);
  add_window(view, sets, out);
  add_sets(tenant.name, sets, out);
  return add_job_metrics(engine, tenant, out);
}

}  // namespace seabed
