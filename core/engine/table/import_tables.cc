// The import job: what was taken out of the auxiliary tenant goes into the target, table by table.

#include <atomic>
#include <filesystem>
#include <fstream>

#include "core/base/log.h"
#include "core/catalog/parameters.h"
#include "core/engine/job/retry_policy.h"
#include "core/engine/table/aux_server.h"
#include "core/engine/table/load_sql_table.h"
#include "core/engine/table/table_run.h"
#include "core/flow/lanes.h"

namespace seabed::table {

struct SqlPair {
  SqlClient aux, target;
};

namespace {

namespace fs = std::filesystem;

Status copy_file(const std::string& from, const std::string& to) {
  SEABED_TRY(const std::string text, read_file(from));
  return write_file_atomic(to, text, 0600);
}

}  // namespace

TableName source_of(const catalog::ImportTableTaskRow& row) { return {row.src_database, row.src_table}; }

TableName target_of(const catalog::ImportTableTaskRow& row) {
  return row.target_table.empty() ? source_of(row) : TableName{row.target_database, row.target_table};
}

Status TableRun::save_task(const ImportTask& task) {
  SEABED_CHECK(
      context_.catalog->transact([&](Transaction& tx) { return catalog::update_import_task(tx, task.row); }));
  context_.at_state("table/task/" + task.row.status);
  return ok();
}

Status TableRun::save_import() {
  if (import_->status == name(ImportState::kFinish)) import_->finish_us = now_us(context_);
  SEABED_CHECK(
      context_.catalog->transact([&](Transaction& tx) { return catalog::update_import_job(tx, *import_); }));
  context_.at_state("table/import/" + import_->status);
  return ok();
}

Status TableRun::begin_tasks(const std::vector<ImportTask*>& tasks) {
  for (ImportTask* task : tasks) {
    if (task->resumed) continue;
    task->row.status = name(on_event(TaskState::kInit, TaskEvent::kStarted)->next);
    task->row.start_us = now_us(context_);
    SEABED_CHECK(save_task(*task));
  }
  return ok();
}

Status TableRun::end_task(ImportTask& task, const Status& outcome) {
  std::lock_guard lock(rows_mutex_);
  task.row.status =
      name(on_event(TaskState::kDoing, outcome ? TaskEvent::kLoaded : TaskEvent::kFailed)->next);
  task.row.completion_us = now_us(context_);
  task.row.cumulative_ts = task.row.completion_us - std::min(task.row.start_us, task.row.completion_us);
  task.row.result = outcome ? "SUCCESS" : "FAILED";
  task.row.comment = outcome ? "" : outcome.error().message();
  if (outcome) task.row.imported_index_count = task.row.total_index_count;
  if (!outcome) log::warn("table restore: {}: {}", display(task.item.source), task.row.comment);
  ++(outcome ? import_->finished_table_count : import_->failed_table_count);
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::update_import_task(tx, task.row));
    return catalog::update_import_job(tx, *import_);
  }));
  context_.at_state("table/task/" + task.row.status);
  tell("IMPORTING");
  return ok();
}

Status TableRun::import_all() {
  SEABED_CHECK(list_source());
  if (!import_) return fail(Code::kInternal, "table restore", "has no import job");
  if (import_->status == name(ImportState::kInit)) {
    import_->status = name(*on_event(ImportState::kInit, ImportEvent::kStarted));
    SEABED_CHECK(save_import());
  }
  std::map<uint64_t, std::vector<ImportTask*>> by_stream;
  for (ImportTask& task : tasks_) {
    const TableName source = source_of(task.row);
    for (const Item& item : selection_.items)
      if (item.source == source) task.item = item;
    task.item.target = target_of(task.row);
    if (auto found = source_.find({task.item.ls_id, source}); found != source_.end())
      task.side_files = found->second.side_files;
    if (task.row.status != name(TaskState::kFinish)) by_stream[task.item.ls_id].push_back(&task);
  }
  if (import_->status == name(ImportState::kImportTable)) {
    for (auto& [ls_id, tasks] : by_stream) SEABED_CHECK(import_stream(ls_id, std::move(tasks)));
    import_->status = name(*on_event(ImportState::kImportTable, ImportEvent::kTablesDone));
    SEABED_CHECK(save_import());  // MyRocks has no foreign keys: nothing to reconstruct
  }
  if (import_->status == name(ImportState::kReconstruct)) {
    const bool all = import_->failed_table_count == 0;
    import_->result = all ? "SUCCESS" : "FAILED";
    import_->comment = std::to_string(import_->finished_table_count) + " tables imported, " +
                       std::to_string(import_->failed_table_count) + " failed";
    import_->status = name(*on_event(ImportState::kReconstruct, ImportEvent::kConstraintsDone));
    SEABED_CHECK(save_import());
  }
  user_.result = import_->result;
  user_.comment = import_->comment + "; read from the medium: " + std::to_string(medium_.total()) + " bytes";
  if (import_->finished_table_count != 0 || import_->total_table_count == 0) return ok();
  for (const ImportTask& task : tasks_)
    if (task.row.result == "FAILED")
      return fail(Code::kConflict, "every table", "failed; the first: " + task.row.comment,
                  "OB_IMPORT_TABLE_TASK_HISTORY has each reason");
  return ok();
}

Status TableRun::import_stream(uint64_t ls_id, std::vector<ImportTask*> tasks) {
  SEABED_CHECK(begin_tasks(tasks));
  const bool sql = tasks.front()->item.engine == "myrocks";
  return sql ? import_myrocks(ls_id, tasks) : import_rocksdb(ls_id, tasks);
}

/// Taken out once: what is whole is not fetched again after a crash. Beside `out` lies what it holds.
Result<Extraction> TableRun::extracted(uint64_t ls_id, const std::vector<ImportTask*>& tasks,
                                       const std::string& out) {
  const std::string list = aux_.directory + "/seabed_extracted_" + std::to_string(ls_id) + ".json";
  if (auto text = read_file(list))
    if (auto kept = decode_tables(*text)) return Extraction{std::move(*kept), 0};
  std::error_code ec;
  fs::remove_all(out, ec);
  std::vector<TableName> names;
  for (const ImportTask* task : tasks) names.push_back(task->item.source);
  SEABED_TRY(Extraction done, extract_aux(context_, parts_, aux_, ls_id, names, out, cancel_));
  medium_.tables += done.medium_bytes;
  SEABED_CHECK(write_file_atomic(list, encode_tables(done.tables)));
  context_.at_state("table/extracted");
  return done;
}

Status TableRun::import_rocksdb(uint64_t ls_id, const std::vector<ImportTask*>& tasks) {
  SEABED_TRY(const Extraction done,
             extracted(ls_id, tasks, aux_.directory + "/seabed_out_" + std::to_string(ls_id)));
  std::map<std::string, std::vector<std::pair<ImportTask*, TableImport>>> by_directory;
  for (ImportTask* task : tasks) {
    const ExtractedTable* found = nullptr;
    for (const ExtractedTable& t : done.tables)
      if (t.name.table == task->item.source.table) found = &t;
    auto ls = stream_of(task->item.target.database);
    Status s = ls ? ok() : fail(ls.error());
    if (s && (!found || found->error))
      s = fail(found
                   ? *found->error
                   : Error{Code::kNotFound, display(task->item.source), "could not be taken out", "", 0, 0});
    if (!s) {
      SEABED_CHECK(end_task(*task, s));
      continue;
    }
    by_directory[(*ls)->stream.directory].push_back(
        {task, {task->item.target.table, found->comparator, found->files, task->begun_after}});
  }
  for (auto& [directory, members] : by_directory) SEABED_CHECK(import_into(directory, members));
  return ok();
}

/// One directory: a library that aborts in the middle of it leaves nothing either.
Status TableRun::import_into(const std::string& directory,
                             std::vector<std::pair<ImportTask*, TableImport>>& members) {
  std::vector<ImportTask*> tasks;
  std::vector<TableImport> imports;
  for (auto& [task, import] : members) tasks.push_back(task), imports.push_back(import);
  const Status begun = mark_begun(directory, tasks);
  auto outcomes = begun ? import_closed(context_, parts_, "rocksdb", directory, false, imports, cancel_)
                        : Result<std::vector<Status>>(fail(begun.error()));
  if (!outcomes && outcomes.error().code == Code::kCancelled) return fail(outcomes.error());
  context_.at_state("table/ingested");
  for (size_t i = 0; i < tasks.size(); ++i) {
    Status outcome = outcomes ? (*outcomes)[i] : Status(fail(outcomes.error()));
    if (!outcomes)
      if (auto s = undo(*tasks[i]); !s) log::warn("table restore: {}", s.error().message());
    SEABED_CHECK(end_task(*tasks[i], outcome));
  }
  return ok();
}

/// Of a table whose definition is not in the backup the rows mean nothing: that one has failed.
Result<std::vector<ImportTask*>> TableRun::with_definition(const std::vector<ImportTask*>& tasks) {
  std::vector<ImportTask*> out;
  for (ImportTask* task : tasks) {
    Status s = ok();
    std::error_code ec;
    for (const std::string& file : task->side_files)
      if (!file.ends_with(".par") && !fs::exists(aux_.directory + "/" + file, ec))
        s = fail(Code::kCorruption, file,
                 "the definition of " + display(task->item.source) + " is not in the backup",
                 "run seabed verify");
    if (s) {
      out.push_back(task);
    } else {
      SEABED_CHECK(end_task(*task, s));
    }
  }
  return out;
}

/// The directories of the schemas, with the definitions of these tables alone.
Status TableRun::assemble_server(const std::vector<ImportTask*>& tasks, const std::string& directory) {
  for (const ImportTask* task : tasks)
    for (const std::string& file : task->side_files) {
      const std::string from = aux_.directory + "/" + file, to = directory + "/data/" + file;
      std::error_code ec;
      if (!fs::exists(from, ec)) continue;  // .par: the table has no partitions
      SEABED_CHECK(make_directories(fs::path(to).parent_path()));
      SEABED_CHECK(copy_file(from, to));
      const std::string schema = fs::path(from).parent_path().string() + "/db.opt";
      if (fs::exists(schema, ec))
        SEABED_CHECK(copy_file(schema, fs::path(to).parent_path().string() + "/db.opt"));
    }
  return ok();
}

Status TableRun::import_myrocks(uint64_t ls_id, const std::vector<ImportTask*>& all) {
  SEABED_TRY(const auto tasks, with_definition(all));
  if (tasks.empty()) return ok();
  const std::string directory = aux_.directory + "/seabed_server", data = directory + "/data/#rocksdb";
  end_left_server(directory);
  SEABED_CHECK(make_directories(directory + "/data"));
  SEABED_CHECK(extracted(ls_id, tasks, data));
  SEABED_CHECK(assemble_server(tasks, directory));
  SEABED_TRY(const SqlClient target,
             SqlClient::of_options(parts_.sql_options ? parts_.sql_options(target_->name) : ""));
  SEABED_TRY(AuxServer server, AuxServer::start(directory, cancel_));
  context_.at_state("table/aux-server");
  const SqlPair servers{server.client(), target};
  return load_all(servers, tasks);
}

/// A parallelism of the target tenant; 0: `chosen`.
Result<uint32_t> TableRun::lanes_of(const std::string& parameter, uint32_t chosen) {
  SEABED_TRY(const uint64_t n, context_.catalog->get<uint64_t>([&](Transaction& tx) {
    return catalog::parameter(tx, target_->tenant_id, parameter);
  }));
  return n == 0 ? chosen : static_cast<uint32_t>(std::min<uint64_t>(n, 64));
}

Status TableRun::load_all(const SqlPair& servers, const std::vector<ImportTask*>& tasks) {
  SEABED_TRY(const uint32_t lanes, lanes_of("recover_table_concurrency", 2));
  std::atomic<size_t> next = 0;
  return run_lanes(
      std::min<uint32_t>(lanes, tasks.size()),
      [&](uint32_t) -> Status {
        for (size_t i; (i = next++) < tasks.size();) SEABED_CHECK(load_sql(servers, *tasks[i]));
        return ok();
      },
      [&] { next = tasks.size(); });
}

Status TableRun::load_sql(const SqlPair& servers, ImportTask& task) {
  SEABED_TRY(const uint32_t dop, lanes_of("recover_table_dop", 1));
  SqlLoad load{task.item.source, task.item.target, task.row.task_id, task.resumed, task.renaming, dop};
  auto renaming = [&]() -> Status {
    std::lock_guard lock(rows_mutex_);
    task.row.comment = "renaming";
    return save_task(task);
  };
  Status outcome = with_retry({3, std::chrono::seconds(2)}, cancel_,
                              [&]() -> Status {
                                auto rows =
                                    load_sql_table(servers.aux, servers.target, load, renaming, cancel_);
                                load.renaming = load.renaming || task.row.comment == "renaming";
                                return rows ? ok() : fail(rows.error());
                              },
                              {});
  if (!outcome && cancel_.cancelled()) return fail(Code::kCancelled, "table restore", "was cancelled");
  return end_task(task, outcome);
}

}  // namespace seabed::table
