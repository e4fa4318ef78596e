#include <nlohmann/json.hpp>

#include "core/engine/backup/parent_job.h"
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
  request.encryption_password = args.value("encryption_password", "");
  SEABED_TRY(uint64_t id, engine.start_backup(request));
  SEABED_TRY(auto view, engine.backup_job(id));
  return backup_json(view, tenant);
}

struct Chosen {
  std::vector<catalog::TenantRow> tenants;
  std::string left_out;              // in words
};

/// With a list each must be ready; without one those that are not are left out, unless that leaves none.
Result<Chosen> choose(Engine& engine, const Json& args, const BackupRequest& request) {
  const std::vector<std::string> names = args.value("tenants", std::vector<std::string>());
  Chosen out;
  Result<uint64_t> last = fail(Error{Code::kConflict, "BACKUP", "there is no user tenant", "", 0, 9040});
  SEABED_TRY(const auto all, engine.tenants());
  std::vector<catalog::TenantRow> asked;
  for (const std::string& name : names) {
    SEABED_TRY(auto row, engine.tenant(name));
    asked.push_back(row);
  }
  for (const auto& row : names.empty() ? all : asked) {
    BackupRequest mine = request;
    mine.tenant_id = row.tenant_id;
    const Status ready = check_backup(engine.context(), mine);
    if (ready) out.tenants.push_back(row);
    else if (!names.empty()) return fail(ready.error());
    else out.left_out += (out.left_out.empty() ? "left out: " : ", ") + row.name, last = fail(ready.error());
  }
  if (out.tenants.empty()) return fail(last.error());
  return out;
}

/// BACKUP from sys: a parent job over one a tenant.
Result<Json> start_all(Engine& engine, const Json& args) {
  BackupRequest request;
  request.incremental = args.value("incremental", false);
  request.plus_archivelog = args.value("plus_archivelog", false);
  request.description = args.value("description", "");
  request.encryption_password = args.value("encryption_password", "");
  SEABED_TRY(const Chosen chosen, choose(engine, args, request));
  std::vector<uint64_t> ids;
  for (const auto& row : chosen.tenants) ids.push_back(row.tenant_id);
  SEABED_TRY(request.parent_job_id, insert_parent_backup(engine.context(), request, ids,
                                                         !args.value("tenants", Json::array()).empty(), chosen.left_out));
  Json jobs = Json::array();
  std::string failed;
  for (const auto& row : chosen.tenants) {
    request.tenant_id = row.tenant_id;
    auto id = engine.start_backup(request);
    if (!id) {
      failed += (failed.empty() ? "" : "; ") + id.error().message();
      continue;
    }
    SEABED_TRY(auto view, engine.backup_job(*id));
    jobs.push_back(backup_json(view, row));
  }
  SEABED_CHECK(parent_started(engine.context(), request.parent_job_id, failed));
  return Json{{"job_id", request.parent_job_id}, {"jobs", jobs}, {"comment", failed}};
}

/// CANCEL BACKUP from sys without a list: the parents, and every backup that runs.
Result<Json> cancel_all(Engine& engine, const Json&) {
  SEABED_TRY(std::vector<uint64_t> ids, cancel_parents(engine.context()));
  SEABED_TRY(const auto tenants, engine.tenants());
  bool again = false;
  for (const auto& tenant : tenants) {
    auto mine = engine.cancel_backup(tenant.name);
    if (mine) ids.insert(ids.end(), mine->begin(), mine->end());
    else if (mine.error().ob_error == 9041) again = true;
    else if (mine.error().ob_error != 9049) return fail(mine.error());
  }
  SEABED_CHECK(settle_parents(engine.context()));
  if (!ids.empty()) return Json{{"cancelled_jobs", ids}};
  return again ? fail(Error{Code::kConflict, "BACKUP", "is being cancelled already", "wait for its end", 0, 9041})
               : fail(Error{Code::kConflict, "BACKUP", "no backup runs", "", 0, 9049});
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
          {"backup/cancel", cancel},     {"backup/start-all", start_all}, {"backup/cancel-all", cancel_all}};
}

}  // namespace seabed
