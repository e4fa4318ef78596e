// What a task that does not go on may have left at the target: a half-loaded table of a server, a column
// family that was made, or whose rows were ingested, before its task was over.

#include <filesystem>

#include "core/base/log.h"
#include "core/catalog/tenants.h"
#include "core/engine/table/load_sql_table.h"
#include "core/engine/table/table_run.h"

namespace seabed::table {
namespace {

constexpr std::string_view kBegun = "importing behind family ";

/// What was taken out of the auxiliary tenant, as far as it lies there.
std::optional<ExtractedTable> extracted_before(const AuxTenant& aux, const TableName& source) {
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(aux.directory, ec)) {
    if (!entry.path().filename().string().starts_with("seabed_extracted_")) continue;
    const auto text = read_file(entry.path());
    const auto tables = text ? decode_tables(*text) : std::nullopt;
    if (!tables) continue;
    for (const ExtractedTable& table : *tables)
      if (table.name == source && !table.error) return table;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> begun_after(const catalog::ImportTableTaskRow& row) {
  if (!row.comment.starts_with(kBegun)) return std::nullopt;
  return static_cast<int64_t>(std::strtoul(row.comment.c_str() + kBegun.size(), nullptr, 10));
}

/// Durable before the first of them is made: only what comes with a greater id can be ours.
Status TableRun::mark_begun(const std::string& directory, const std::vector<ImportTask*>& tasks) {
  SEABED_TRY(TableAccess * access, access_of("rocksdb"));
  SEABED_TRY(const uint32_t last, access->last_id(directory));
  for (ImportTask* task : tasks) {
    if (task->begun_after) continue;
    task->row.comment = std::string(kBegun) + std::to_string(last);
    SEABED_CHECK(save_task(*task));
  }
  context_.at_state("table/begun");
  return ok();
}

/// The job does not go on with them. What cannot be taken back is named.
Status TableRun::end_open_tasks(const std::string& comment) {
  for (ImportTask& task : tasks_) {
    if (task.row.status == name(TaskState::kFinish)) continue;
    std::string left;
    if (task.row.status == name(TaskState::kDoing))
      if (auto s = undo(task); !s) left = "; may be left at the target: " + s.error().message();
    if (!left.empty()) log::warn("table restore: {}{}", display(target_of(task.row)), left);
    task.row.status = name(TaskState::kFinish);
    task.row.result = "FAILED", task.row.comment = comment + left;
    task.row.completion_us = now_us(context_);
    ++import_->failed_table_count;
    SEABED_CHECK(save_task(task));
  }
  return ok();
}

Status TableRun::undo(const ImportTask& task) {
  for (const LogStreamConfig& ls : target_->streams)
    if (ls.engine == "myrocks") return undo_sql(task);
  return undo_rocksdb(task);
}

Status TableRun::undo_rocksdb(const ImportTask& task) {
  const auto mark = begun_after(task.row);
  const auto table = extracted_before(aux_, source_of(task.row));
  if (!mark || !table) return ok();  // it had not come to the target
  const TableName target = target_of(task.row);
  SEABED_TRY(const LogStreamConfig* ls, stream_of(target.database));
  SEABED_TRY(const auto outcomes, undo_closed(context_, parts_, "rocksdb", ls->stream.directory,
                                              {{target.table, table->comparator, table->files, mark}}));
  return outcomes.at(0);
}

Status TableRun::undo_sql(const ImportTask& task) {
  SEABED_TRY(const SqlClient server,
             SqlClient::of_options(parts_.sql_options ? parts_.sql_options(target_->name) : ""));
  auto done =
      server.run("SET lock_wait_timeout=60; DROP TABLE IF EXISTS " +
                 quote_name(target_of(task.row).database) + "." + quote_name(load_name(task.row.task_id)));
  if (!done) return fail(done.error());
  if (task.row.comment != "renaming") return ok();
  const auto renamed = check_sql_target(server, target_of(task.row), {});
  if (renamed || renamed.error().code != Code::kAlreadyExists) return ok();
  return fail(Code::kConflict, "table " + display(target_of(task.row)), "was whole and had its name already");
}

/// Of tasks that are over: their server had gone away when they ended.
Status TableRun::drop_left_tables(const SqlClient& server) {
  SEABED_TRY(
      const auto found,
      server.run("SELECT table_schema, table_name FROM information_schema.tables WHERE table_name LIKE "
                 "'seabed\\_import\\_%'",
                 cancel_));
  for (const auto& row : found) {
    const auto id = loaded_task(row.at(1));
    if (!id) continue;
    SEABED_TRY(const auto task, context_.catalog->get<std::optional<catalog::ImportTableTaskRow>>(
                                    [&](Transaction& tx) { return catalog::find_import_task(tx, *id); }));
    const bool ours = task && task->tenant_id == target_->tenant_id &&
                      task->status == name(TaskState::kFinish) && target_of(*task).database == row.at(0);
    if (!ours) continue;
    log::info("table restore: drops {}.{}, which an import that failed left", row.at(0), row.at(1));
    SEABED_CHECK(
        server.run("DROP TABLE IF EXISTS " + quote_name(row.at(0)) + "." + quote_name(row.at(1)), cancel_));
  }
  return ok();
}

}  // namespace seabed::table
