// RECOVER TABLE: into a tenant of this installation, as a job in the background.
#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "core/catalog/table_jobs.h"
#include "core/engine/table/table_job.h"
#include "tools/agent/calls.h"
#include "tools/agent/progress_json.h"
#include "tools/agent/rows_json.h"
#include "tools/agent/table_calls.h"
#include "tools/config/table_parts.h"

namespace seabed {
namespace {

std::string key_of(uint64_t job_id) { return "table/" + std::to_string(job_id); }

Status run_in_background(Engine& engine, uint64_t job_id) {
  return engine.background().submit(key_of(job_id), [&engine, job_id](const CancelToken& cancel) {
    return table::run_tables(engine.context(), table_parts(), job_id,
                             engine.background().teller(key_of(job_id)), cancel);
  });
}

std::vector<std::string> strings(const Json& args, const char* name) {
  return args.contains(name) ? args.at(name).get<std::vector<std::string>>() : std::vector<std::string>();
}

RestoreTargetPoint until_of(const Json& args) {
  RestoreTargetPoint until;
  const Json given = args.value("until", Json());
  if (given.is_object() && given.contains("scn")) {
    until.kind = RestoreTargetPoint::Kind::kScn;
    until.scn = given.at("scn");
  } else if (given.is_object() && given.contains("time")) {
    until.kind = RestoreTargetPoint::Kind::kTime;
    until.time = given.at("time");
  }
  return until;
}

/// options: an object of the WITH text's words, or that text itself.
Result<uint32_t> concurrency_of(const Json& options) {
  if (!options.is_object() || !options.contains("concurrency")) return 2u;
  const Json& value = options.at("concurrency");
  const uint64_t n = value.is_string() ? std::strtoull(value.get<std::string>().c_str(), nullptr, 10)
                                       : value.get<uint64_t>();
  if (n >= 1 && n <= 256) return static_cast<uint32_t>(n);
  return fail(Code::kInvalidArgument, "concurrency", "is not from 1 to 256");
}

/// Options of a tenant's restore: the target of tables is a tenant that is there.
Status check_options(const Json& args) {
  for (const char* name : {"directory", "method"})
    if (args.contains(name) || args.value("options", Json::object()).contains(name))
      return fail(Code::kInvalidArgument, name, "is no option of RECOVER TABLE", "leave it out");
  return ok();
}

Result<table::JobRequest> request_of(const Json& args) {
  SEABED_CHECK(check_options(args));
  table::JobRequest job;
  job.tenant = args.at("tenant");
  job.request.tables = args.at("tables").get<std::vector<std::string>>();
  job.request.source.uris = args.at("uris").get<std::vector<std::string>>();
  job.request.until = until_of(args);
  job.request.remap_tables = strings(args, "remap_tables");
  job.request.remap_tablegroups = strings(args, "remap_tablegroups");
  job.request.remap_tablespaces = strings(args, "remap_tablespaces");
  job.request.description = args.value("description", "");
  job.request.source.keys.passwords = strings(args, "passwords");
  job.request.source.keys.key_uri = args.value("key_uri", "");
  job.request.source.keys.key_password = args.value("key_password", "");
  const Json options = args.value("options", Json::object());
  SEABED_TRY(job.request.concurrency, concurrency_of(options));
  for (const auto& [name, value] : options.items())
    job.options += (job.options.empty() ? "" : "&") + name + "=" +
                   (value.is_string() ? value.get<std::string>() : value.dump());
  return job;
}

Result<Json> recover(Engine& engine, const Json& args) {
  SEABED_TRY(const auto job, request_of(args));
  SEABED_TRY(const uint64_t id, table::submit_tables(engine.context(), table_parts(), job));
  SEABED_CHECK(run_in_background(engine, id));
  return Json{{"job_id", id}, {"tenant", job.tenant}};
}

Json task_json(const catalog::ImportTableTaskRow& t) {
  const bool remapped = !t.target_table.empty();
  return {{"task_id", t.task_id},
          {"source", table::display({t.src_database, t.src_table})},
          {"target", remapped ? table::display({t.target_database, t.target_table})
                              : table::display({t.src_database, t.src_table})},
          {"status", t.status},
          {"result", t.result},
          {"indexes", t.total_index_count},
          {"comment", t.comment}};
}

Result<Json> job_json(Engine& engine, Transaction& tx, const catalog::RecoverTableRow& sys) {
  Json json = {{"job_id", sys.job_id},
               {"tenant", sys.target_tenant_name},
               {"status", sys.status},
               {"result", sys.result},
               {"comment", sys.comment},
               {"aux_tenant", sys.aux_tenant_name},
               {"target_scn", sys.restore_scn},
               {"description", sys.description},
               {"phase", sys.status},
               {"tables", Json::array()},
               {"running_here", engine.background().running(key_of(sys.job_id))},
               {"progress", progress_json(engine.background().progress(key_of(sys.job_id)))}};
  SEABED_TRY(const auto user, catalog::recover_table_of(tx, sys.job_id));
  if (!user) return json;
  if (!sys.over()) json["phase"] = user->status;
  SEABED_TRY(const auto import, catalog::import_job_of(tx, user->job_id));
  if (!import) return json;
  json["import_status"] = import->status;
  json["total_tables"] = import->total_table_count;
  json["finished_tables"] = import->finished_table_count;
  json["failed_tables"] = import->failed_table_count;
  SEABED_TRY(const auto tasks, catalog::import_tasks(tx, import->job_id));
  for (const auto& task : tasks) json["tables"].push_back(task_json(task));
  return json;
}

Result<Json> status(Engine& engine, const Json& args) {
  const std::string tenant = args.value("tenant", "");
  const uint64_t only = args.value("job_id", uint64_t{0});
  if (!tenant.empty()) SEABED_CHECK(engine.tenant(tenant));
  return engine.context().catalog->get<Json>([&](Transaction& tx) -> Result<Json> {
    SEABED_TRY(const auto rows, catalog::list_recover_tables(tx));
    Json out = Json::array();
    for (const auto& row : rows) {
      if ((!tenant.empty() && row.target_tenant_name != tenant) || (only != 0 && row.job_id != only))
        continue;
      SEABED_TRY(out.emplace_back(), job_json(engine, tx, row));
    }
    return out;
  });
}

/// A job that nobody runs (its agent died) is ended here.
Result<Json> cancel(Engine& engine, const Json& args) {
  const std::string tenant = args.at("tenant");
  SEABED_TRY(const auto ids, table::mark_cancelled(engine.context(), tenant));
  for (const uint64_t id : ids)
    if (!engine.background().cancel(key_of(id))) SEABED_CHECK(run_in_background(engine, id));
  return Json{{"cancelled_jobs", ids}};
}

}  // namespace

Status resume_tables(Engine& engine) {
  for (const std::string& name : table::drop_left_aux(engine.context()))
    log::info("table restore: dropped {}, which a crash left", name);
  SEABED_TRY(const auto rows, engine.context().catalog->get<std::vector<catalog::RecoverTableRow>>(
                                  [](Transaction& tx) { return catalog::unfinished_recover_tables(tx); }));
  for (const auto& row : rows) SEABED_CHECK(run_in_background(engine, row.job_id));
  return ok();
}

Calls table_calls() {
  return {{"table/recover", recover}, {"table/cancel", cancel}, {"table/status", status}};
}

}  // namespace seabed
