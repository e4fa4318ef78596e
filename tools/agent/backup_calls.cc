#include <nlohmann/json.hpp>

#include "tools/agent/calls.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

Result<Json> set_dest(Engine& engine, const Json& args) {
  SEABED_TRY(auto row, engine.set_data_dest(args.at("tenant"), args.at("uri")));
  return destination_json(row);
}

Result<Json> clear_dest(Engine& engine, const Json& args) {
  SEABED_CHECK(engine.clear_data_dest(args.at("tenant")));
  return Json::object();
}

Result<Json> start(Engine& engine, const Json& args) {
  SEABED_TRY(auto tenant, engine.tenant(args.at("tenant")));
  BackupRequest request{.tenant_id = tenant.tenant_id};
  request.incremental = args.value("incremental", false);
  request.plus_archivelog = args.value("plus_archivelog", false);
  request.description = args.value("description", "");
  SEABED_TRY(uint64_t id, engine.start_backup(request));
  SEABED_TRY(auto view, engine.backup_job(id));
  return backup_json(view, tenant);
}

Result<Json> job(Engine& engine, const Json& args, const Caller& caller) {
  SEABED_TRY(auto view, engine.backup_job(args.at("job_id")));
  SEABED_TRY(auto tenants, engine.tenants());
  for (const auto& tenant : tenants) {
    if (tenant.tenant_id != view.job.tenant_id) continue;
    if (caller.sys || tenant.name == caller.tenant) return backup_json(view, tenant);
    return fail(Code::kPermissionDenied, "backup job " + std::to_string(view.job.job_id),
                "is not of tenant " + caller.tenant, "ask sys");
  }
  return fail(Code::kInternal, "backup job " + std::to_string(view.job.job_id), "belongs to no tenant");
}

Result<Json> status(Engine& engine, const Json& args) {
  SEABED_TRY(auto tenant, engine.tenant(args.at("tenant")));
  SEABED_TRY(auto views, engine.backup_jobs(tenant.name));
  Json json = Json::array();
  for (const auto& view : views) json.push_back(backup_json(view, tenant));
  return json;
}

Result<Json> list(Engine& engine, const Json& args) {
  SEABED_TRY(auto tenant, engine.tenant(args.at("tenant")));
  SEABED_TRY(auto rows, engine.backup_sets(tenant.name));
  Json json = Json::array();
  for (const auto& row : rows) json.push_back(set_json(row, tenant));
  return json;
}

Result<Json> cancel(Engine& engine, const Json& args) {
  SEABED_TRY(auto ids, engine.cancel_backup(args.at("tenant")));
  return Json{{"cancelled_jobs", ids}};
}

}  // namespace

Calls backup_calls() {
  return {{"backup/set-dest", set_dest}, {"backup/clear-dest", clear_dest}, {"backup/start", start},
          {"backup/job", job},           {"backup/status", status},         {"backup/list", list},
          {"backup/cancel", cancel}};
}

}  // namespace seabed
