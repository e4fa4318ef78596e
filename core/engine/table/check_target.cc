// What the auxiliary tenant has, what was asked for, and what the target says to it.

#include <algorithm>
#include <filesystem>

#include "core/catalog/tenants.h"
#include "core/engine/restore/restore_state.h"
#include "core/engine/table/load_sql_table.h"
#include "core/engine/table/table_run.h"

namespace seabed::table {

Status TableRun::list_source() {
  if (!source_.empty()) return ok();
  SEABED_TRY(const Listing listing, list_aux(context_, parts_, aux_, cancel_));
  medium_.tables += listing.medium_bytes;
  std::vector<Candidate> candidates;
  for (const AuxTable& t : listing.tables) {
    if (t.candidate.engine == "myrocks" && loaded_task(t.candidate.name.table)) continue;  // was half loaded
    candidates.push_back(t.candidate);
    source_[{t.candidate.ls_id, t.candidate.name}] = t;
  }
  std::vector<NamePattern> patterns;
  std::vector<Remap> remaps;
  for (const std::string& text : job_.request.tables) {
    SEABED_TRY(patterns.emplace_back(), parse_pattern(text));
  }
  for (const std::string& text : job_.request.remap_tables) {
    SEABED_TRY(remaps.emplace_back(), parse_remap(text));
  }
  selection_ = select_tables(patterns, remaps, candidates);
  return ok();
}

/// Source and target speak of the same kind of tables.
Status TableRun::check_tenants() {
  SEABED_TRY(const auto state, restore::read_state(aux_.directory));
  if (!state)
    return fail(Code::kNotFound, aux_.directory, "the auxiliary tenant is gone", "recover the tables again");
  const std::string mode = target_->mode == TenantMode::kOracle ? "oracle" : "mysql";
  if (state->mode == mode) return ok();
  return fail(Code::kConflict, "tenant " + target_->name,
              "is of mode " + mode + ", the backup's tenant of mode " + state->mode +
                  ": tables go between equal modes",
              "choose a target of mode " + state->mode);
}

Result<const LogStreamConfig*> TableRun::stream_of(const std::string& database) const {
  for (const LogStreamConfig& ls : target_->streams) {
    const std::string name = std::filesystem::path(ls.stream.directory).filename();
    if (name == database || std::to_string(ls.ls_id) == database) return &ls;
  }
  return fail(Code::kNotFound, "database " + database,
              "is missing at the target and was not remapped: no log stream's directory of tenant " +
                  target_->name + " has that name",
              "remap it: DB.*:DB2.*");
}

Result<TableAccess*> TableRun::access_of(const std::string& engine) const {
  const auto found = parts_.access.find(engine);
  if (found != parts_.access.end()) return found->second;
  return fail(Code::kUnsupported, "engine " + engine, "has no tables");
}

Status TableRun::check_rocksdb(Item& item) {
  SEABED_TRY(const LogStreamConfig* ls, stream_of(item.target.database));
  if (ls->engine != item.engine)
    return fail(Code::kConflict, "database " + item.target.database,
                "is of engine " + ls->engine + ", the table of " + item.engine, "choose another target");
  SEABED_TRY(TableAccess * access, access_of(item.engine));
  SEABED_CHECK(access->check_closed(ls->stream.directory));
  SEABED_TRY(const auto names, access->names(ls->stream.directory));
  if (std::find(names.begin(), names.end(), item.target.table) == names.end()) return ok();
  return fail(Code::kAlreadyExists, "table " + display(item.target),
              "exists at the target and is never overwritten", "remap it to another name, or drop it first");
}

namespace {

/// An option file that leads elsewhere would put the tables into another server.
Status check_server(const SqlClient& sql, const TenantConfig& tenant, const CancelToken& cancel) {
  SEABED_TRY(const std::string there, sql.value("SELECT @@datadir", cancel));
  std::error_code ec;
  const auto wanted = std::filesystem::canonical(tenant.data_directory, ec);
  const auto found = std::filesystem::canonical(there, ec);
  if (!ec && wanted == found) return ok();
  return fail(Code::kConflict, sql.name(),
              "serves " + there + ", tenant " + tenant.name + " is " + tenant.data_directory,
              "name the tenant's own server in its option file");
}

}  // namespace

Status TableRun::check_case(const SqlClient& sql) {
  SEABED_TRY(const auto state, restore::read_state(aux_.directory));
  SEABED_TRY(const std::string mode, sql.value("SELECT @@lower_case_table_names", cancel_));
  std::string recorded;
  if (state && state->variables.contains("lower_case_table_names"))
    recorded = state->variables.at("lower_case_table_names");
  std::vector<TableName> names;
  for (const Item& item : selection_.items)
    if (!item.error) names.push_back(item.source);
  return check_name_case(recorded, mode, names);
}

Status TableRun::check_target() {
  SEABED_CHECK(list_source());
  SEABED_CHECK(check_tenants());
  std::optional<SqlClient> sql;
  for (Item& item : selection_.items) {
    if (item.error) continue;
    Status s = ok();
    if (item.engine != "myrocks") {
      s = check_rocksdb(item);
    } else {
      if (!sql) {
        SEABED_TRY(sql, SqlClient::of_options(parts_.sql_options ? parts_.sql_options(target_->name) : ""));
        SEABED_CHECK(check_server(*sql, *target_, cancel_));
        SEABED_CHECK(check_case(*sql));
        SEABED_CHECK(drop_left_tables(*sql));
      }
      s = check_sql_target(*sql, item.target, cancel_);
      if (!s && s.error().code != Code::kNotFound && s.error().code != Code::kAlreadyExists) return s;
    }
    if (!s) item.error = s.error();
  }
  return ok();
}

Status TableRun::insert_import_job() {
  if (import_) return ok();  // a crash after it was made
  if (selection_.items.empty()) SEABED_CHECK(check_target());
  catalog::ImportTableJobRow row;
  row.tenant_id = user_.tenant_id;
  row.initiator_tenant_id = user_.tenant_id, row.initiator_job_id = user_.job_id;
  row.src_tenant_name = aux_.name;
  row.import_all = user_.import_all, row.db_list = user_.db_list, row.table_list = user_.table_list;
  row.remap_db_list = user_.remap_db_list, row.remap_table_list = user_.remap_table_list;
  row.remap_tablegroup_list = user_.remap_tablegroup_list,
  row.remap_tablespace_list = user_.remap_tablespace_list;
  row.total_table_count = selection_.items.size();
  row.description = user_.description;
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    for (const Item& item : selection_.items) row.failed_table_count += item.error.has_value();
    SEABED_TRY(row.job_id, catalog::insert_import_job(tx, row));
    for (const Item& item : selection_.items) {
      catalog::ImportTableTaskRow task;
      task.tenant_id = row.tenant_id, task.job_id = row.job_id;
      task.src_database = item.source.database, task.src_table = item.source.table;
      if (item.target != item.source)
        task.target_database = item.target.database, task.target_table = item.target.table;
      if (auto found = source_.find({item.ls_id, item.source}); found != source_.end())
        task.total_index_count = found->second.indexes;
      if (item.error) {
        task.status = name(on_event(TaskState::kInit, TaskEvent::kFailed)->next);
        task.result = "FAILED", task.comment = item.error->message();
        task.completion_us = now_us(context_);
      }
      SEABED_CHECK(catalog::insert_import_task(tx, task));
    }
    return ok();
  }));
  context_.at_state("table/import/INIT");
  return load_rows();
}

}  // namespace seabed::table
