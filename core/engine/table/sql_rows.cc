#include "core/engine/table/sql_rows.h"

#include <algorithm>
#include <array>

#include "core/base/batch_text.h"

namespace seabed::table {
namespace {

constexpr char kExact[] = "seabed_exact";  // database of the auxiliary server
constexpr std::array kThroughUnicode = {"NULL",    "binary", "ascii", "latin1",  "utf8", "utf8mb3",
                                        "utf8mb4", "ucs2",   "utf16", "utf16le", "utf32"};

struct Column {
  std::string name, type, charset;
};

/// An expression whose text gives the very value back; the column's name where its own text does.
std::string exact(const Column& column) {
  const std::string name = quote_name(column.name);
  if (column.type == "float") return "CAST(" + name + " AS DOUBLE)";
  if (std::find(kThroughUnicode.begin(), kThroughUnicode.end(), column.charset) != kThroughUnicode.end())
    return name;
  if (column.type == "enum" || column.type == "set") return name + "+0";
  return "CAST(" + name + " AS BINARY)";
}

std::string of_table(const std::string& database, const std::string& table) {
  return " WHERE table_schema=" + quote_text(database) + " AND table_name=" + quote_text(table);
}

Result<std::vector<Column>> columns_of(const SqlClient& server, const std::string& database,
                                       const std::string& table, const CancelToken& cancel) {
  SEABED_TRY(const auto rows,
             server.run("SELECT column_name, data_type, IFNULL(character_set_name, 'NULL') FROM "
                        "information_schema.columns" +
                            of_table(database, table) + " ORDER BY ordinal_position",
                        cancel));
  std::vector<Column> out;
  for (const auto& row : rows) out.push_back({unescape_batch(row.at(0)), row.at(1), row.at(2)});
  return out;
}

struct Versions {
  bool kept = false;      // system versioned: former rows belong to the table
  bool implicit = false;  // … and its period's columns are in no list of columns
};

Result<Versions> versions_of(const SqlClient& server, const std::string& database, const std::string& table,
                             const CancelToken& cancel) {
  SEABED_TRY(
      const std::string type,
      server.value("SELECT table_type FROM information_schema.tables" + of_table(database, table), cancel));
  if (type != "SYSTEM VERSIONED") return Versions{};
  SEABED_TRY(const std::string named,
             server.value("SELECT COUNT(*) FROM information_schema.columns" + of_table(database, table) +
                              " AND generation_expression='ROW START'",
                          cancel));
  return Versions{true, named == "0"};
}

/// Without keys, of an engine that writes in order.
Status copy(const SqlClient& aux, const std::string& from, const std::string& to, const Versions& versions,
            const std::vector<Column>& columns, const CancelToken& cancel) {
  std::string list;
  for (const Column& column : columns)
    list += (list.empty() ? "" : ",") + exact(column) + " AS " + quote_name(column.name);
  if (versions.implicit) list += ",row_start,row_end";
  auto done =
      aux.run("CREATE DATABASE IF NOT EXISTS " + std::string(kExact) +
                  "; SET sql_mode='ALLOW_INVALID_DATES',time_zone='+00:00'; CREATE OR REPLACE TABLE " + to +
                  " ENGINE=Aria TRANSACTIONAL=0 AS SELECT " + list + " FROM " + from +
                  (versions.kept ? " FOR SYSTEM_TIME ALL" : ""),
              cancel);
  return done ? ok() : fail(done.error());
}

struct Contents {
  std::string rows, checksum;
};

Result<Contents> contents(const SqlClient& server, const std::string& table, const CancelToken& cancel) {
  SEABED_TRY(const std::string rows, server.value("SELECT COUNT(*) FROM " + table, cancel));
  SEABED_TRY(const auto sum, server.run("CHECKSUM TABLE " + table, cancel));
  if (sum.size() == 1 && sum[0].size() == 2 && sum[0][1] != "NULL") return Contents{rows, sum[0][1]};
  return fail(Code::kIo, server.name(), "gives no CHECKSUM TABLE of " + table);
}

}  // namespace

/// The values are what another server holds: no mode, check or time zone of this one changes or refuses them.
std::string RowSource::loading_session() {
  return "SET sql_mode='ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO',time_zone='+00:00',unique_checks=0,"
         "foreign_key_checks=0,check_constraint_checks=0";
}

Result<RowSource> row_source(const SqlClient& aux, const std::string& database, const std::string& table,
                             const CancelToken& cancel) {
  SEABED_TRY(const auto columns, columns_of(aux, database, table, cancel));
  SEABED_TRY(const Versions versions, versions_of(aux, database, table, cancel));
  RowSource out{database, {}};
  const bool as_it_is = std::all_of(columns.begin(), columns.end(),
                                    [](const Column& c) { return exact(c) == quote_name(c.name); });
  if (as_it_is) {
    if (versions.kept) out.dump_words = {"--dump-history"};
    return out;
  }
  const std::string name = "." + quote_name(table);
  SEABED_CHECK(copy(aux, quote_name(database) + name, kExact + name, versions, columns, cancel));
  out.database = kExact;
  if (versions.kept) out.session += ",system_versioning_insert_history=1";
  return out;
}

Result<std::vector<std::string>> key_columns(const SqlClient& server, const std::string& database,
                                             const std::string& table, const CancelToken& cancel) {
  SEABED_TRY(const auto rows,
             server.run("SELECT column_name FROM information_schema.statistics" + of_table(database, table) +
                            " AND index_name='PRIMARY' ORDER BY seq_in_index",
                        cancel));
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(unescape_batch(row.at(0)));
  if (!names.empty()) return names;
  SEABED_TRY(const auto columns, columns_of(server, database, table, cancel));
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

Result<uint64_t> same_rows(const SqlClient& our_server, const std::string& ours,
                           const SqlClient& their_server, const std::string& theirs,
                           const CancelToken& cancel) {
  SEABED_TRY(const Contents there, contents(their_server, theirs, cancel));
  SEABED_TRY(const Contents here, contents(our_server, ours, cancel));
  if (there.rows != here.rows)
    return fail(Code::kCorruption, ours,
                "has " + here.rows + " rows after loading, the source has " + there.rows);
  if (there.checksum != here.checksum)
    return fail(Code::kCorruption, ours,
                "has CHECKSUM TABLE " + here.checksum + " after loading, the source has " + there.checksum,
                "restore the tenant, and report which types its columns have");
  return std::stoull(here.rows);
}

}  // namespace seabed::table
