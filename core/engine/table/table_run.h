#pragma once
// The executor of RECOVER TABLE: does what the transitions say, one state after the other, each persisted
// before its work.

#include <map>
#include <mutex>

#include "core/catalog/table_jobs.h"
#include "core/engine/table/aux_tenant.h"
#include "core/engine/table/sql_client.h"
#include "core/engine/table/transition.h"

namespace seabed::table {

/// A table of the import with what is known of it from the auxiliary tenant.
struct ImportTask {
  catalog::ImportTableTaskRow row;
  Item item;
  std::vector<std::string> side_files;
  bool resumed = false;  // it stood in DOING when this run began
  bool renaming = false;
  std::optional<int64_t> begun_after;  // … and may have made the column family, with an id above this one
};

/// What a task's row says of an import into a closed database that was begun.
std::optional<int64_t> begun_after(const catalog::ImportTableTaskRow& row);
TableName source_of(const catalog::ImportTableTaskRow& row);
TableName target_of(const catalog::ImportTableTaskRow& row);

class TableRun {
 public:
  TableRun(EngineContext& context, const TableParts& parts, JobRequest job, catalog::RecoverTableRow sys,
           const ProgressFn& progress, const CancelToken& cancel);
  Status run();

 private:
  // run_tables.cc: the rows
  Status begin();
  Status load_rows();
  Status user_loop();
  Status perform(UserAction action);
  Status move(UserState next);
  Status finish_sys(bool completed);
  Result<bool> canceling();
  Status fail_job(const Error& error);
  Status stop_import();
  // check_target.cc
  Status check_target();
  Status list_source();
  Status check_tenants();
  Status check_rocksdb(Item& item);
  Status check_case(const SqlClient& sql);
  Result<TableAccess*> access_of(const std::string& engine) const;
  Status insert_import_job();
  // import_tables.cc
  Status import_all();
  Status import_stream(uint64_t ls_id, std::vector<ImportTask*> tasks);
  Status import_rocksdb(uint64_t ls_id, const std::vector<ImportTask*>& tasks);
  Status import_myrocks(uint64_t ls_id, const std::vector<ImportTask*>& tasks);
  Status import_into(const std::string& directory, std::vector<std::pair<ImportTask*, TableImport>>& members);
  Result<std::vector<ImportTask*>> with_definition(const std::vector<ImportTask*>& tasks);
  Status assemble_server(const std::vector<ImportTask*>& tasks, const std::string& directory);
  Status load_all(const struct SqlPair& servers, const std::vector<ImportTask*>& tasks);
  Result<uint32_t> lanes_of(const std::string& parameter, uint32_t chosen);
  Status load_sql(const struct SqlPair& servers, ImportTask& task);
  Result<Extraction> extracted(uint64_t ls_id, const std::vector<ImportTask*>& tasks, const std::string& out);
  Status begin_tasks(const std::vector<ImportTask*>& tasks);
  Status end_task(ImportTask& task, const Status& outcome);
  Status save_task(const ImportTask& task);
  Status save_import();
  // undo_import.cc: what a task that does not go on may have left at the target
  Status end_open_tasks(const std::string& comment);
  Status mark_begun(const std::string& directory, const std::vector<ImportTask*>& tasks);
  Status undo(const ImportTask& task);
  Status undo_rocksdb(const ImportTask& task);
  Status undo_sql(const ImportTask& task);
  Status drop_left_tables(const SqlClient& server);
  Result<const LogStreamConfig*> stream_of(const std::string& database) const;
  void tell(const std::string& phase);

  EngineContext& context_;
  const TableParts& parts_;
  const JobRequest job_;
  catalog::RecoverTableRow sys_, user_;
  std::optional<catalog::ImportTableJobRow> import_;
  std::vector<ImportTask> tasks_;
  const TenantConfig* target_ = nullptr;
  AuxTenant aux_;
  Selection selection_;
  std::map<std::pair<uint64_t, TableName>, AuxTable> source_;
  MediumBytes medium_;
  std::mutex rows_mutex_;  // of tasks' rows and counters, while tables are loaded side by side
  const ProgressFn& progress_;
  const CancelToken& cancel_;
};

uint64_t now_us(const EngineContext& context);

}  // namespace seabed::table
