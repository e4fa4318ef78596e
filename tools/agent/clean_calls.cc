// Cleanup: policies, runs, deletions by id.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/catalog/delete_policies.h"
#include "core/engine/clean/hourly.h"
#include "tools/agent/calls.h"
#include "tools/agent/progress_json.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

Json policy_json(const catalog::DeletePolicyRow& row, const std::string& tenant) {
  return {{"tenant", tenant}, {"policy", row.policy_name}, {"recovery_window", row.recovery_window}};
}

Result<Json> add_policy(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  const catalog::DeletePolicyRow row{tenant.tenant_id, args.value("policy", "default"),
                                     args.value("recovery_window", "")};
  SEABED_CHECK(engine.context().catalog->transact(
      [&](Transaction& tx) { return catalog::add_delete_policy(tx, row); }));
  return policy_json(row, tenant.name);
}

Result<Json> drop_policy(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  const std::string name = args.value("policy", "default");
  SEABED_CHECK(engine.context().catalog->transact(
      [&](Transaction& tx) { return catalog::drop_delete_policy(tx, tenant.tenant_id, name); }));
  return Json{{"tenant", tenant.name}, {"policy", name}};
}

Result<Json> policies(Engine& engine, const Json& args) {
  uint64_t only = 0;
  if (args.contains("tenant")) {
    SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
    only = tenant.tenant_id;
  }
  SEABED_TRY(const auto tenants, engine.tenants());
  SEABED_TRY(const auto rows, engine.context().catalog->get<std::vector<catalog::DeletePolicyRow>>(
                                  [&](Transaction& tx) { return catalog::list_delete_policies(tx, only); }));
  Json json = Json::array();
  for (const auto& row : rows)
    for (const auto& tenant : tenants)
      if (tenant.tenant_id == row.tenant_id) json.push_back(policy_json(row, tenant.name));
  return json;
}

Json item_json(const clean::CleanItem& item) {
  const bool set = item.kind == clean::CleanItem::Kind::kSet;
  Json json = {{"kind", set ? "set" : "piece"}, {"id", item.id}, {"dest_id", item.dest_id}};
  if (!set) json["round_id"] = item.round_id;
  json["action"] = item.remove ? "delete" : "keep";
  json["bytes"] = item.bytes, json["reason"] = item.reason, json["path"] = item.path;
  return json;
}

clean::CleanRequest request_of(const Json& args, const Caller& caller, const catalog::TenantRow& tenant,
                               clean::CleanRequest::What what) {
  clean::CleanRequest request{.tenant_id = tenant.tenant_id, .what = what};
  if (caller.sys) request.initiator_tenant_id = 1;
  if (what != clean::CleanRequest::What::kObsolete)
    for (const Json& id : args.at("ids")) request.ids.insert(id.get<uint64_t>());
  request.description = args.value("description", "");
  return request;
}

Json task_json(const catalog::DeleteTaskRow& task, const catalog::TenantRow& tenant) {
  Json json = {
      {"task_id", task.task_id}, {"kind", task.task_type == "BACKUP SET" ? "set" : "piece"}, {"id", task.id}};
  if (task.round_id) json["round_id"] = task.round_id;
  json.update({{"dest_id", task.dest_id},
               {"status", task.status},
               {"start_time", display(task.start_us * 1000, tenant)},
               {"end_time", display(task.end_us * 1000, tenant)},
               {"total_files", task.total_files_count},
               {"deleted_files", task.delete_files_count},
               {"total_bytes", task.total_bytes},
               {"deleted_bytes", task.delete_bytes},
               {"log_streams", task.total_ls_count},
               {"finished_log_streams", task.finish_ls_count},
               {"result", task.result},
               {"comment", task.comment},
               {"path", task.path}});
  return json;
}

Result<Json> job_json(Engine& engine, const catalog::DeleteJobRow& job, const catalog::TenantRow& tenant) {
  SEABED_TRY(const auto tasks,
             engine.context().catalog->get<std::vector<catalog::DeleteTaskRow>>(
                 [&](Transaction& tx) { return catalog::list_delete_tasks(tx, job.job_id); }));
  Json json = {
      {"job_id", job.job_id}, {"tenant", tenant.name}, {"type", job.type}, {"parameter", job.parameter}};
  json.update({{"status", job.status},
               {"start_time", display(job.start_us * 1000, tenant)},
               {"end_time", display(job.end_us * 1000, tenant)},
               {"task_count", job.task_count},
               {"success_task_count", job.success_task_count},
               {"result", job.result},
               {"comment", job.comment},
               {"description", job.description},
               {"tasks", Json::array()}});
  uint64_t done = 0, total = 0;
  for (const auto& task : tasks) {
    json["tasks"].push_back(task_json(task, tenant));
    done += task.delete_bytes, total += std::max(task.total_bytes, task.delete_bytes);
  }
  json["deleted_bytes"] = done, json["total_bytes"] = total;
  json["progress"] = job.end_us ? Json(nullptr)
                                : progress_json(engine.background().progress(clean::clean_key(tenant.tenant_id)));
  return json;
}

Result<Json> job_json(Engine& engine, uint64_t job_id, const catalog::TenantRow& tenant) {
  SEABED_TRY(const auto job, engine.context().catalog->get<std::optional<catalog::DeleteJobRow>>(
                                 [&](Transaction& tx) { return catalog::find_delete_job(tx, job_id); }));
  if (!job || job->tenant_id != tenant.tenant_id)  // another tenant's is not shown
    return fail(Code::kNotFound, "cleanup job " + std::to_string(job_id), "is unknown");
  return job_json(engine, *job, tenant);
}

Json explanation_json(const clean::CleanDecision& decision, const catalog::TenantRow& tenant) {
  Json json = {{"tenant", tenant.name}, {"dry_run", true}};
  json["expired_point_display"] = display(decision.expired_point_us * 1000, tenant);
  json["clean_point_set"] = decision.clean_point ? Json(*decision.clean_point) : Json(nullptr);
  json["summary"] = decision.summary;
  json["blocked"] = decision.blocked.empty() ? Json(nullptr) : Json(decision.blocked);
  json["items"] = Json::array();
  for (const auto& item : decision.items) json["items"].push_back(item_json(item));
  return json;
}

/// A job that a process which is no more left behind goes on before a new one begins.
Result<std::optional<uint64_t>> left_behind(Engine& engine, uint64_t tenant_id) {
  if (engine.background().running(clean::clean_key(tenant_id))) return std::optional<uint64_t>();
  SEABED_TRY(const auto jobs,
             engine.context().catalog->get<std::vector<catalog::DeleteJobRow>>(
                 [&](Transaction& tx) { return catalog::unfinished_delete_jobs(tx, tenant_id); }));
  return jobs.empty() ? std::optional<uint64_t>() : jobs.front().job_id;
}

/// The job runs in the background: the agent's, or this process's until the caller has seen its end.
Result<Json> start(Engine& engine, const clean::CleanRequest& request, const catalog::TenantRow& tenant) {
  SEABED_TRY(const auto left, left_behind(engine, tenant.tenant_id));
  const bool goes_on = left && request.what == clean::CleanRequest::What::kObsolete;
  uint64_t job = goes_on ? *left : 0;
  if (!goes_on) {
    SEABED_TRY(job, clean::submit_clean(engine.context(), request));
  }
  const auto started = clean::start_clean(engine.context(), engine.background(), tenant.tenant_id, job);
  // The hourly look is on: it takes the job when it is through.
  if (!started && started.error().ob_error != 9044) return fail(started.error());
  return job_json(engine, job, tenant);
}

Result<Json> explain_or_start(Engine& engine, const Json& args, const Caller& caller, clean::CleanRequest::What what) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  const auto request = request_of(args, caller, tenant, what);
  if (args.value("dry_run", false)) {
    const CancelToken never;
    SEABED_TRY(const auto decision, clean::explain_clean(engine.context(), request, never));
    return explanation_json(decision, tenant);
  }
  return start(engine, request, tenant);
}

Result<Json> run(Engine& engine, const Json& args, const Caller& caller) {
  if (args.value("accept_clock", false) && !caller.sys)
    return fail(Code::kPermissionDenied, "the clock", "is the whole installation's", "sys accepts it");
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  SEABED_TRY(const auto policies,
             engine.context().catalog->get<std::vector<catalog::DeletePolicyRow>>(
                 [&](Transaction& tx) { return catalog::list_delete_policies(tx, tenant.tenant_id); }));
  const std::string policy = policies.empty() ? "" : policies.front().policy_name;
  const bool dry = args.value("dry_run", false);
  if (!dry && policy.empty())
    return fail(Code::kConflict, "tenant " + tenant.name, "has no cleanup policy, so nothing ever expires",
                "`seabed clean policy-add`, or delete by id");
  if (!dry && args.value("accept_clock", false))
    SEABED_CHECK(clean::accept_clock(engine.context(), clean::system_witness()));
  SEABED_TRY(Json json, explain_or_start(engine, args, caller, clean::CleanRequest::What::kObsolete));
  if (dry) json["policy"] = policy;
  return json;
}

Result<Json> delete_sets(Engine& engine, const Json& args, const Caller& caller) {
  return explain_or_start(engine, args, caller, clean::CleanRequest::What::kSets);
}

Result<Json> delete_pieces(Engine& engine, const Json& args, const Caller& caller) {
  return explain_or_start(engine, args, caller, clean::CleanRequest::What::kPieces);
}

Result<Json> cancel(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  SEABED_TRY(const uint64_t job, clean::cancel_running(engine.context(), engine.background(), tenant.tenant_id));
  return Json{{"cancelled_job", job}};
}

Result<Json> status(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenants, engine.tenants());
  Json json = Json::array();
  for (const auto& tenant : tenants) {
    if (args.contains("tenant") && tenant.name != args["tenant"]) continue;
    if (args.contains("job_id")) {
      auto job = job_json(engine, args["job_id"].get<uint64_t>(), tenant);
      if (!job && !args.contains("tenant")) continue;
      if (!job) return job;
      json.push_back(std::move(*job));
      continue;
    }
    SEABED_TRY(const auto jobs,
               engine.context().catalog->get<std::vector<catalog::DeleteJobRow>>(
                   [&](Transaction& tx) { return catalog::list_delete_jobs(tx, tenant.tenant_id, 50); }));
    for (const auto& job : jobs) {
      SEABED_TRY(Json one, job_json(engine, job, tenant));
      json.push_back(std::move(one));
    }
  }
  if (args.contains("tenant")) SEABED_CHECK(engine.tenant(args["tenant"]));  // an unknown one is told
  return json;
}

}  // namespace

Calls clean_calls() {
  return {{"clean/add-policy", add_policy},   {"clean/drop-policy", drop_policy},
          {"clean/policies", policies},       {"clean/run", run},
          {"clean/delete-sets", delete_sets}, {"clean/delete-pieces", delete_pieces},
          {"clean/cancel", cancel},           {"clean/status", status}};
}

}  // namespace seabed
