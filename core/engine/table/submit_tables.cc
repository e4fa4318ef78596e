// RECOVER TABLE's checks and its sys row; what an operator may do to a running one.

#include <algorithm>
#include <filesystem>

#include "core/catalog/restore_jobs.h"
#include "core/catalog/tenants.h"
#include "core/engine/table/aux_server.h"
#include "core/engine/table/table_run.h"

namespace seabed::table {
namespace {

std::string joined(const std::vector<std::string>& names, const char* between = ",") {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : between) + name;
  return out;
}

std::string redacted(const std::vector<std::string>& uris) {
  std::vector<std::string> out;
  for (const std::string& text : uris) {
    const auto uri = parse_uri(text);
    out.push_back(uri ? uri->redacted() : "?");
  }
  return joined(out);
}

catalog::RecoverTableRow sys_row(const JobRequest& job, const RestorePlan& plan) {
  catalog::RecoverTableRow row;
  row.tenant_id = row.initiator_tenant_id = 1;
  row.target_tenant_name = job.tenant;
  row.restore_scn = plan.target;
  row.restore_option = job.options;
  row.backup_dest = redacted(job.request.source.uris);
  row.backup_set_list = joined(plan.sets), row.backup_piece_list = joined(plan.pieces);
  row.remap_tablegroup_list = joined(job.request.remap_tablegroups, ", ");
  row.remap_tablespace_list = joined(job.request.remap_tablespaces, ", ");
  row.description = job.request.description;
  std::vector<std::string> databases, tables, remap_databases, remap_tables;
  for (const std::string& text : job.request.tables)
    (text.ends_with(".*") ? databases : tables)
        .push_back(text.ends_with(".*") ? text.substr(0, text.size() - 2) : text);
  for (const std::string& text : job.request.remap_tables)
    (text.ends_with(".*") ? remap_databases : remap_tables).push_back(text);
  row.import_all = std::find(databases.begin(), databases.end(), "*") != databases.end();
  if (!row.import_all) row.db_list = joined(databases), row.table_list = joined(tables);
  row.remap_db_list = joined(remap_databases, ", "), row.remap_table_list = joined(remap_tables, ", ");
  return row;
}

Status check_tenant(EngineContext& context, Transaction& tx, const std::string& name) {
  SEABED_TRY(const auto tenant, catalog::find_tenant_by_name(tx, name));
  const bool configured = std::any_of(context.tenants.begin(), context.tenants.end(),
                                      [&](const TenantConfig& t) { return t.name == name; });
  if (!tenant || !configured)
    return fail(
        Code::kNotFound, "tenant " + name, "is not known here",
        "tables go into an existing tenant of this installation, or into a directory (--to-directory)");
  if (tenant->role != "PRIMARY" || tenant->status != "NORMAL")
    return fail(Code::kConflict, "tenant " + name, "is a " + tenant->role + " in state " + tenant->status,
                "tables go into a primary in normal state");
  SEABED_TRY(const auto running, catalog::unfinished_recover_tables(tx));
  for (const auto& row : running)
    if (row.target_tenant_name == name)
      return fail(Code::kConflict, "tenant " + name,
                  "table restore job " + std::to_string(row.job_id) + " is running",
                  "wait for it, or cancel it");
  return ok();
}

}  // namespace

std::string aux_directory(const EngineContext& context, const std::string& name) {
  return context.state_directory + "/table/" + name;
}

Result<uint64_t> submit_tables(EngineContext& context, const TableParts&, const JobRequest& job) {
  auto check = [&](Transaction& tx) { return check_tenant(context, tx, job.tenant); };
  SEABED_CHECK(context.catalog->transact(check));
  SEABED_TRY(const RestorePlan plan, preview_tables(context, job.request, {}));
  JobRequest kept = job;  // "latest" is the moment of the submission
  kept.request.until = {RestoreTargetPoint::Kind::kScn, plan.target, ""};
  catalog::RecoverTableRow row = sys_row(job, plan);
  row.aux_tenant_name = aux_name(context);
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(check(tx));
    SEABED_TRY(row.job_id, catalog::insert_recover_table(tx, row));
    return catalog::put_restore_request(tx, row.job_id, encode_job(kept));
  }));
  context.at_state("table/PREPARE");
  return row.job_id;
}

Result<std::vector<uint64_t>> mark_cancelled(EngineContext& context, const std::string& tenant) {
  std::vector<uint64_t> ids;
  bool known = false;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto row, catalog::find_tenant_by_name(tx, tenant));
    known = row.has_value();
    SEABED_TRY(const auto running, catalog::unfinished_recover_tables(tx));
    for (const auto& sys : running) {
      if (sys.target_tenant_name != tenant) continue;
      ids.push_back(sys.job_id);
      SEABED_TRY(auto user, catalog::recover_table_of(tx, sys.job_id));
      if (!user) {  // still in PREPARE: its run finds the mark there
        auto marked = sys;
        marked.comment = "cancel requested";
        SEABED_CHECK(catalog::update_recover_table(tx, marked, sys.status));
        continue;
      }
      const auto state = user_state(user->status);
      const auto step = state ? on_event(*state, UserEvent::kCancelRequested) : std::nullopt;
      if (!step) continue;  // it is canceling, or over
      const std::string before = user->status;
      user->status = name(step->next);
      SEABED_CHECK(catalog::update_recover_table(tx, *user, before));
    }
    return ok();
  }));
  if (!ids.empty()) return ids;
  return fail(known ? Code::kConflict : Code::kNotFound, "tenant " + tenant, "has no table restore running",
              "look at `seabed table status`");
}

std::vector<std::string> drop_left_aux(EngineContext& context) {
  std::vector<std::string> owned, dropped;
  if (const auto drops = drops_aux(context); !drops || !*drops) return dropped;
  auto running = context.catalog->get<std::vector<catalog::RecoverTableRow>>(
      [](Transaction& tx) { return catalog::unfinished_recover_tables(tx); });
  if (!running) return dropped;  // who owns what is not known: nothing is touched
  for (const auto& row : *running) owned.push_back(row.aux_tenant_name);
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(context.state_directory + "/table", ec)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kAuxPrefix) || std::find(owned.begin(), owned.end(), name) != owned.end()) continue;
    end_left_server(entry.path().string() + "/seabed_server");
    if (drop_aux(context, entry.path())) dropped.push_back(name);
  }
  return dropped;
}

}  // namespace seabed::table
