#include "tools/agent/restore_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/engine/restore/restore_state.h"
#include "core/source/restore_target.h"

namespace seabed {

Json outcome_json(const RestoreOutcome& out, bool preview) {
  Json json = {{"preview", preview},
               {"target_scn", out.plan.target},
               {"target_display", out.plan.target_display},
               {"backup_sets", out.plan.sets},
               {"pieces", out.plan.pieces},
               {"data_bytes", out.plan.data_bytes},
               {"log_bytes", out.plan.log_bytes},
               {"parts", Json::array()},
               {"streams", Json::array()},
               {"bound_ns", out.bound_ns >= kScnMax ? Json(nullptr) : Json(out.bound_ns)},
               {"not_restored", out.not_restored},
               {"parameters", out.parameters},
               {"variables", out.variables},
               {"warnings", out.warnings}};
  for (const RestorePart& part : out.plan.parts)
    json["parts"].push_back({{"type", part.set ? "BACKUP_SET" : "BACKUP_PIECE"},
                             {"id", part.id},
                             {"destination", part.destination},
                             {"name", part.name},
                             {"bytes", part.bytes},
                             {"description", part.description}});
  for (const StreamOutcome& s : out.streams)
    json["streams"].push_back({{"ls_id", s.ls_id},
                               {"directory", s.directory},
                               {"scn_lo", s.scn_lo},
                               {"scn_hi", s.scn_hi},
                               {"next_scn_lo", s.next_scn_lo},
                               {"stamp", s.stamp}});
  return json;
}

namespace {

/// By bytes while files come, by SCN once the log is replayed; the slower of both.
Json time_left(const catalog::RestoreJobRow& row, uint64_t now_us) {
  if (row.over() || row.finish_bytes == 0 || row.total_bytes == 0 || now_us <= row.start_us) return nullptr;
  const double seconds = static_cast<double>(now_us - row.start_us) / 1e6;
  const double bytes = static_cast<double>(row.finish_bytes) / static_cast<double>(row.total_bytes);
  double left = seconds * (1 - std::min(bytes, 1.0)) / bytes;
  if (row.recover_scn > row.recover_start_scn && row.restore_scn > row.recover_scn) {
    const double log = static_cast<double>(row.recover_scn - row.recover_start_scn) /
                       static_cast<double>(row.restore_scn - row.recover_start_scn);
    left = std::max(left, seconds * (1 - bytes * log) / std::max(bytes * log, 1e-6) * (1 - log));
  }
  return static_cast<uint64_t>(left + 0.5);
}

Json finished_outcome(const catalog::RestoreJobRow& row) {
  const auto state = restore::read_state(row.directory);
  if (!state || !*state || (*state)->state != restore::State::kSuccess) return nullptr;
  const restore::RestoreState& s = **state;
  RestoreOutcome out;
  out.plan = {s.target, s.target_display, s.sets, s.pieces, {}, 0, 0};
  for (const restore::StreamResult& r : s.streams) {
    out.streams.push_back(r.outcome);
    out.streams.back().directory = staged_path(row.directory + "/" + r.name);
    out.plan.log_bytes += r.log_bytes;
  }
  out.plan.data_bytes = row.total_bytes - std::min(row.total_bytes, out.plan.log_bytes);
  out.bound_ns = s.bound;
  out.not_restored = s.not_restored, out.parameters = s.parameters, out.variables = s.variables;
  out.warnings = s.warnings;
  Json json = outcome_json(out, false);
  json["method"] = s.remote ? "quick" : "full";
  return json;
}

}  // namespace

Json restore_json(const TenantRestoreView& view, uint64_t now_us) {
  const catalog::RestoreJobRow& p = view.parent;
  Json json = {{"job_id", p.job_id},
               {"tenant", p.restore_tenant_name},
               {"tenant_id", p.restore_tenant_id},
               {"source_tenant", p.backup_tenant_name},
               {"source_cluster", p.backup_cluster_name},
               {"status", p.status},
               {"tenant_status", view.tenant ? view.tenant->status : p.status},
               {"method", p.restore_type == "QUICK" ? "quick" : "full"},
               {"restore_scn", p.restore_scn},
               {"restore_scn_display", p.restore_scn_display},
               {"recover_scn", p.recover_scn},
               {"total_bytes", p.total_bytes},
               {"finish_bytes", p.finish_bytes},
               {"ls_count", p.ls_count},
               {"finish_ls_count", p.finish_ls_count},
               {"backup_sets", p.backup_set_list},
               {"pieces", p.backup_piece_list},
               {"directory", p.directory},
               {"option", p.restore_option},
               {"description", p.description},
               {"comment", p.comment}};
  json["left_seconds"] = time_left(p, now_us);
  if (!p.over() && now_us > p.start_us)
    json["bytes_per_second"] = p.finish_bytes * 1'000'000 / (now_us - p.start_us);
  if (p.status == "RESTORE_SUCCESS") json["outcome"] = finished_outcome(p);
  return json;
}

}  // namespace seabed
