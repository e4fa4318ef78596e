#include <nlohmann/json.hpp>

#include "tools/agent/calls.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

Result<Json> set_dest(Engine& engine, const Json& args) {
  ArchiveDestRequest request{.uri = args.at("uri")};
  request.binding = args.value("binding", request.binding);
  request.piece_switch_interval = args.value("piece_switch_interval", request.piece_switch_interval);
  SEABED_TRY(auto row, engine.set_archive_dest(args.at("tenant"), request));
  return destination_json(row);
}

Result<Json> clear_dest(Engine& engine, const Json& args) {
  SEABED_CHECK(engine.clear_archive_dest(args.at("tenant")));
  return Json::object();
}

Result<Json> status(Engine& engine, const Json& args) {
  std::vector<std::string> names;
  if (args.contains("tenant")) names.push_back(args.at("tenant"));
  SEABED_TRY(auto tenants, engine.tenants());
  if (names.empty())
    for (const auto& tenant : tenants) names.push_back(tenant.name);
  Json json = Json::array();
  for (const std::string& name : names) {
    SEABED_TRY(auto view, engine.archive_status(name));
    json.push_back(archive_json(view));
  }
  return json;
}

Result<Json> status_after(Engine& engine, const Json& args, Status done) {
  SEABED_CHECK(done);
  SEABED_TRY(auto view, engine.archive_status(args.at("tenant")));
  return archive_json(view);
}

/// With what the databases' preflight finds amiss: told now, not when the log is lost. It refuses nothing.
Result<Json> start(Engine& engine, const Json& args) {
  SEABED_TRY(Json json, status_after(engine, args, engine.set_archivelog(args.at("tenant"), true)));
  json["findings"] = Json::array();
  using Level = PreflightFinding::Level;
  auto findings = engine.preflight(args.at("tenant"));
  if (!findings) findings = {{Level::kError, "preflight", findings.error().message(), findings.error().next_step}};
  for (const auto& finding : *findings)
    if (finding.level != Level::kOk) json["findings"].push_back(finding_json(finding));
  return json;
}

}  // namespace

Calls archive_calls() {
  return {
      {"archive/set-dest", set_dest},
      {"archive/clear-dest", clear_dest},
      {"archive/status", status},
      {"archive/start", start},
      {"archive/stop",
       [](Engine& e, const Json& a) { return status_after(e, a, e.set_archivelog(a.at("tenant"), false)); }},
      {"archive/defer",
       [](Engine& e, const Json& a) {
         return status_after(e, a, e.set_archive_state(a.at("tenant"), "DEFER"));
       }},
      {"archive/enable",
       [](Engine& e, const Json& a) {
         return status_after(e, a, e.set_archive_state(a.at("tenant"), "ENABLE"));
       }},
      {"archive/flush",
       [](Engine& e, const Json& a) { return status_after(e, a, e.flush_archive(a.at("tenant"))); }},
  };
}

}  // namespace seabed
