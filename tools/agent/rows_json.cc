#include "tools/agent/rows_json.h"

#include <nlohmann/json.hpp>

#include "tools/agent/progress_json.h"

namespace seabed {
namespace {

Json display_us(uint64_t us, const catalog::TenantRow& tenant) { return display(us * 1000, tenant); }

uint64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Json stream_json(const LsArchiveStatus& ls, const catalog::TenantRow& tenant) {
  return {{"ls_id", ls.ls_id},
          {"piece_id", ls.piece_id},
          {"epoch", ls.epoch},
          {"checkpoint_scn", ls.checkpoint_scn},
          {"checkpoint_scn_display", display(ls.checkpoint_scn, tenant)},
          {"max_scn", ls.max_scn},
          {"position", ls.position},
          {"input_bytes", ls.input_bytes},
          {"pending_bytes", ls.pending_bytes},
          {"pinned_bytes", ls.pinned_bytes},
          {"error", ls.error},
          {"link_error", ls.link_error}};
}

Json hole_json(const catalog::HoleRow& hole, const catalog::TenantRow& tenant) {
  return {{"ls_id", hole.ls_id},
          {"scn_lo", hole.scn_lo},
          {"scn_lo_display", display(hole.scn_lo, tenant)},
          {"reason", hole.reason},
          {"status", hole.status}};
}

}  // namespace

Json display(Scn scn, const catalog::TenantRow& tenant) {
  if (!scn || scn >= kScnMax) return nullptr;
  auto text = scn_to_display(scn, catalog::mode_of(tenant), tenant.time_zone);
  return text ? Json(*text) : Json(nullptr);
}

std::string interval_text(uint64_t us) {
  static const std::pair<uint64_t, const char*> kUnits[] = {
      {86'400'000'000ull, "d"}, {3'600'000'000ull, "h"}, {60'000'000, "m"}, {1'000'000, "s"}, {1000, "ms"}};
  for (auto [unit, name] : kUnits)
    if (us >= unit && us % unit == 0) return std::to_string(us / unit) + name;
  return std::to_string(us) + "us";
}

Json tenant_json(const catalog::TenantRow& row) {
  return {{"tenant_id", row.tenant_id},     {"name", row.name},    {"mode", row.mode},
          {"time_zone", row.time_zone},     {"role", row.role},    {"log_mode", row.log_mode},
          {"incarnation", row.incarnation}, {"status", row.status}};
}

Json destination_json(const catalog::DestinationRow& row) {
  bool archive = row.kind == catalog::DestinationKind::kArchive;
  Json json = {{"dest_id", row.dest_id},
               {"kind", archive ? "archive" : "data"},
               {"path", row.path},
               {"current", row.current},
               {"check_file", row.check_file}};
  if (archive) {
    json["binding"] = row.binding, json["state"] = row.state;
    json["piece_switch_interval"] = interval_text(row.piece_switch_interval_us);
  }
  return json;
}

Json finding_json(const PreflightFinding& finding) {
  using Level = PreflightFinding::Level;
  const char* level = finding.level == Level::kOk ? "ok" : finding.level == Level::kWarning ? "warning" : "error";
  return {{"level", level}, {"check", finding.check}, {"text", finding.text}, {"next_step", finding.next_step}};
}

Json archive_json(const ArchiveView& view) {
  const ArchiveStatus& s = view.live;
  const auto& t = view.tenant;
  const uint64_t now = now_ns();
  Json json = {
      {"tenant", t.name},
      {"tenant_id", t.tenant_id},
      {"log_mode", t.log_mode},
      {"status", s.status},
      {"dest_id", s.dest_id},
      {"round_id", s.round_id},
      {"piece_id", s.piece_id},
      {"start_scn", s.start_scn},
      {"start_scn_display", display(s.start_scn, t)},
      {"checkpoint_scn", s.checkpoint_scn},
      {"checkpoint_scn_display", display(s.checkpoint_scn, t)},
      {"lag_ms", s.checkpoint_scn && s.checkpoint_scn < now ? (now - s.checkpoint_scn) / 1'000'000 : 0},
      {"comment", s.comment},
      {"snapshot_only", s.snapshot_only()},
      {"agent", view.archiving_here}};
  json["destination"] = view.destination ? destination_json(*view.destination) : Json(nullptr);
  json["streams"] = Json::array();
  for (const auto& ls : s.streams) json["streams"].push_back(stream_json(ls, t));
  json["open_holes"] = Json::array();
  for (const auto& hole : view.open_holes) json["open_holes"].push_back(hole_json(hole, t));
  return json;
}

Json set_json(const catalog::BackupSetRow& s, const catalog::TenantRow& t) {
  return {{"backup_set_id", s.backup_set_id},
          {"dest_id", s.dest_id},
          {"backup_type", s.backup_type},
          {"status", s.status},
          {"file_status", s.file_status},
          {"prev_full_backup_set_id", s.prev_full_backup_set_id},
          {"prev_inc_backup_set_id", s.prev_inc_backup_set_id},
          {"start_time", display_us(s.start_us, t)},
          {"end_time", display_us(s.end_us, t)},
          {"start_replay_scn", s.start_replay_scn},
          {"start_replay_scn_display", display(s.start_replay_scn, t)},
          {"min_restore_scn", s.min_restore_scn},
          {"min_restore_scn_display", display(s.min_restore_scn, t)},
          {"input_bytes", s.input_bytes},
          {"output_bytes", s.output_bytes},
          {"macro_block_count", s.macro_block_count},
          {"file_count", s.file_count},
          {"result", s.result},
          {"comment", s.comment},
          {"description", s.description},
          {"path", s.path}};
}

Json backup_json(const BackupView& view, const catalog::TenantRow& t) {
  const auto& job = view.job;
  Json json = {{"job_id", job.job_id},
               {"tenant", t.name},
               {"backup_type", job.backup_type},
               {"plus_archivelog", job.plus_archivelog},
               {"status", job.status},
               {"backup_set_id", job.backup_set_id},
               {"start_time", display_us(job.start_us, t)},
               {"end_time", display_us(job.end_us, t)},
               {"result", job.result},
               {"comment", job.comment},
               {"description", job.description},
               {"bridge", job.bridge},
               {"running_here", view.running_here}};
  json["phase"] = view.task ? Json(view.task->status) : Json(nullptr);
  json["progress"] = progress_json(view.progress);
  const Json set = view.set ? set_json(*view.set, t) : Json::object();
  for (const auto& [key, value] : set.items())
    if (!json.contains(key)) json[key] = value;
  return json;
}

}  // namespace seabed
