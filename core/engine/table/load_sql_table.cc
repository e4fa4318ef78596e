#include "core/engine/table/load_sql_table.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "core/base/child.h"
#include "core/base/log.h"
#include "core/engine/table/sql_rows.h"
#include "core/engine/table/table_names.h"
#include "core/flow/lanes.h"

namespace seabed::table {
namespace {

constexpr auto kLongest = std::chrono::hours(24 * 7);
constexpr char kLoadPrefix[] = "seabed_import_";
constexpr char kScratch[] = "seabed_import";  // database of the auxiliary server

std::string full_name(const std::string& database, const std::string& table) {
  return quote_name(database) + "." + quote_name(table);
}

Result<bool> has_table(const SqlClient& server, const std::string& database, const std::string& table,
                       const CancelToken& cancel) {
  SEABED_TRY(const std::string n,
             server.value("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema=" +
                              quote_text(database) + " AND table_name=" + quote_text(table),
                          cancel));
  return n != "0";
}

/// The dump names the table as the target shall at first.
Status rename_in_aux(const SqlClient& aux, const SqlLoad& load, const CancelToken& cancel) {
  SEABED_TRY(const bool done, has_table(aux, kScratch, load_name(load.task_id), cancel));
  if (done) return ok();
  SEABED_CHECK(aux.run(std::string("CREATE DATABASE IF NOT EXISTS ") + kScratch + "; RENAME TABLE " +
                           full_name(load.source.database, load.source.table) + " TO " +
                           full_name(kScratch, load_name(load.task_id)),
                       cancel));
  return ok();
}

struct ErrorFile {
  Fd fd{::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
  std::string text() const {
    std::string out(2000, '\0');
    auto n = pread_full(fd.get(), out, 0, "errors");
    out.resize(n ? *n : 0);
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }
};

/// What either program says, the loader first: a dump that loses its reader is no cause.
Status told(const Status& ended, const ErrorFile& errors, const std::string& object) {
  if (ended) return ok();
  Error e = ended.error();
  if (const std::string words = errors.text(); !words.empty()) e.reason += ": " + words;
  return fail(sql_error(object, e));
}

/// One run of mariadb-dump of the table in that database, into one session at the target.
Status pipe(const SqlClient& aux, const SqlClient& target, const SqlLoad& load, const RowSource& rows,
            const std::vector<std::string>& words, const CancelToken& cancel) {
  auto dump = aux.command("mariadb-dump");
  dump.insert(dump.end(), {"--compact", "--complete-insert", "--single-transaction", "--quick", "--hex-blob",
                           "--skip-triggers", "--max-allowed-packet=1G", "--default-character-set=utf8mb4"});
  dump.insert(dump.end(), words.begin(), words.end());
  dump.insert(dump.end(), {rows.database, load_name(load.task_id)});
  auto read = target.command("mariadb");
  read.insert(read.end(),
              {"--batch", "--skip-reconnect", "--max-allowed-packet=1G", "--default-character-set=utf8mb4",
               "--init-command=" + rows.session, "--database=" + load.target.database});
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("table restore", "no pipe", errno);
  Fd out(ends[0]), in(ends[1]);
  ErrorFile dump_errors, read_errors;
  SEABED_TRY(Child dumper, Child::start(dump, {-1, in.get(), dump_errors.fd.get(), {}, true}));
  SEABED_TRY(Child loader, Child::start(read, {out.get(), -1, read_errors.fd.get(), {}, true}));
  in.reset(), out.reset();
  const Status loaded = loader.wait(cancel, kLongest);
  if (!loaded) dumper.end(std::chrono::seconds(1));
  const Status dumped = loaded ? dumper.wait(cancel, kLongest) : ok();
  SEABED_CHECK(told(loaded, read_errors, target.name()));
  return told(dumped, dump_errors, aux.name());
}

/// The definition first, then with each connection its part of the rows. The auxiliary server's rows stand
/// still.
Status stream(const SqlClient& aux, const SqlClient& target, const SqlLoad& load, const CancelToken& cancel) {
  const std::string ours = load_name(load.task_id);
  SEABED_CHECK(pipe(aux, target, load, {kScratch, {}}, {"--no-data"}, cancel));
  SEABED_TRY(const RowSource rows, row_source(aux, kScratch, ours, cancel));
  SEABED_TRY(const auto columns, key_columns(aux, kScratch, ours, cancel));
  const auto parts = row_parts(columns, std::max(load.dop, 1u));
  return run_lanes(
      parts.size(),
      [&](uint32_t lane) {
        auto words = rows.dump_words;
        words.push_back("--no-create-info");
        if (parts.size() > 1) words.push_back("--where=" + parts[lane]);
        return pipe(aux, target, load, rows, words, cancel);
      },
      [] {});
}

Result<uint64_t> load_once(const SqlClient& aux, const SqlClient& target, const SqlLoad& load,
                           const std::function<Status()>& before_rename, const CancelToken& cancel) {
  const std::string ours = full_name(load.target.database, load_name(load.task_id));
  SEABED_CHECK(target.run("DROP TABLE IF EXISTS " + ours, cancel));
  SEABED_CHECK(check_sql_target(target, load.target, cancel));
  SEABED_CHECK(rename_in_aux(aux, load, cancel));
  SEABED_CHECK(stream(aux, target, load, cancel));
  SEABED_TRY(const uint64_t rows,
             same_rows(target, ours, aux, full_name(kScratch, load_name(load.task_id)), cancel));
  SEABED_CHECK(before_rename());
  // RENAME never overwrites: who was faster keeps his table.
  SEABED_CHECK(
      target.run("RENAME TABLE " + ours + " TO " + full_name(load.target.database, load.target.table), {}));
  return rows;
}

}  // namespace

std::vector<std::string> row_parts(const std::vector<std::string>& columns, uint32_t dop) {
  std::string sum;
  for (const std::string& column : columns)
    sum += (sum.empty() ? "" : "+") + ("IFNULL(CRC32(" + quote_name(column) + "),0)");
  std::vector<std::string> parts;
  for (uint32_t i = 0; i < dop; ++i)
    parts.push_back("(" + sum + ") MOD " + std::to_string(dop) + "=" + std::to_string(i));
  return parts;
}

std::string load_name(uint64_t task_id) { return kLoadPrefix + std::to_string(task_id); }

std::optional<uint64_t> loaded_task(const std::string& table) {
  uint64_t id = 0;
  if (!table.starts_with(kLoadPrefix)) return std::nullopt;
  const char* begin = table.data() + sizeof(kLoadPrefix) - 1;
  const auto [end, error] = std::from_chars(begin, table.data() + table.size(), id);
  if (error != std::errc() || end != table.data() + table.size()) return std::nullopt;
  return id;
}

Status check_sql_target(const SqlClient& target, const TableName& name, const CancelToken& cancel) {
  SEABED_TRY(const std::string database,
             target.value("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name=" +
                              quote_text(name.database),
                          cancel));
  if (database == "0")
    return fail(Code::kNotFound, "database " + name.database, "is missing at the target and was not remapped",
                "create it there, or remap it");
  SEABED_TRY(const bool there, has_table(target, name.database, name.table, cancel));
  if (!there) return ok();
  return fail(Code::kAlreadyExists, "table " + display(name), "exists at the target and is never overwritten",
              "remap it to another name, or drop it first");
}

Result<uint64_t> load_sql_table(const SqlClient& aux, const SqlClient& target, const SqlLoad& load,
                                const std::function<Status()>& before_rename, const CancelToken& cancel) {
  const std::string ours = load_name(load.task_id);
  if (load.renaming) {  // all rows were there: what is left is a rename, or nothing
    SEABED_TRY(const bool half, has_table(target, load.target.database, ours, cancel));
    SEABED_TRY(const bool whole, has_table(target, load.target.database, load.target.table, cancel));
    if (!half && whole) {
      SEABED_TRY(
          const std::string rows,
          target.value("SELECT COUNT(*) FROM " + full_name(load.target.database, load.target.table), cancel));
      return std::stoull(rows);
    }
  }
  auto rows = load_once(aux, target, load, before_rename, cancel);
  if (rows) return rows;
  auto dropped = target.run("DROP TABLE IF EXISTS " + full_name(load.target.database, ours), {});
  if (!dropped) log::warn("table restore: {} may be left at the target: {}", ours, dropped.error().message());
  return rows;
}

}  // namespace seabed::table
