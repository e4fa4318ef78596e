#pragma once
// Internal to core/catalog: rows to and from SQL. A row type tells its columns once:
//   template <class V> void fields(V& v, RoundRow& r) { v("tenant_id", r.tenant_id); … }
// and gets insert, select and guarded update from the templates below.

#include <soci/soci.h>

#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/catalog/catalog.h"
#include "core/catalog/secret_box.h"
#include "core/format/log_types.h"

namespace seabed {

struct Transaction::Impl {
  soci::session& session;
  const SecretBox& secrets;
  uint64_t& scope;                   // what the views' scope_tenant() answers
};

namespace catalog {

using Value = std::variant<long long, std::string>;

/// A database error in Seabed's words: kNoSpace, kCorruption, kAlreadyExists (a key is there) …
Error sql_error(const std::string& what, const std::exception& error);
uint64_t now_us();
Result<std::string> from_hex(const std::string& hex);

/// "a = :w0 AND b = :w1" with its values.
struct Where {
  std::string text;
  std::vector<Value> values;
  Where& eq(const std::string& column, Value value);
  /// Any other comparison: "<=", "<>".
  Where& cmp(const std::string& column, const std::string& op, Value value);
};
inline Value num(uint64_t v) { return static_cast<long long>(v); }

/// Runs a statement, returns how many rows it touched.
Result<long long> execute(Transaction& tx, const std::string& sql, const std::vector<Value>& values = {});
using RawRow = std::vector<Value>;
/// `types`: an example value a column (its alternative tells how to read it).
Result<std::vector<RawRow>> query(Transaction& tx, const std::string& sql, const std::vector<Value>& values,
                                  const std::vector<Value>& types);
/// 0 when the aggregate is NULL.
Result<uint64_t> query_number(Transaction& tx, const std::string& sql, const std::vector<Value>& values);

struct FieldWriter {
  std::vector<std::string> names;
  std::vector<Value> values;
  void operator()(const char* name, uint64_t v) { add(name, static_cast<long long>(v)); }
  void operator()(const char* name, int64_t v) { add(name, static_cast<long long>(v)); }
  void operator()(const char* name, bool v) { add(name, static_cast<long long>(v)); }
  void operator()(const char* name, const std::string& v) { add(name, v); }
  void operator()(const char* name, const Lsn& v) { add(name, to_hex(v.bytes)); }
  void operator()(const char* name, const Opaque& v) { add(name, to_hex(v.bytes)); }

 private:
  void add(const char* name, Value v) {
    names.emplace_back(name);
    values.push_back(std::move(v));
  }
};

struct FieldReader {
  const RawRow& row;
  size_t at = 0;
  bool bad_hex = false;
  long long number() { return std::get<long long>(row[at++]); }
  const std::string& text() { return std::get<std::string>(row[at++]); }
  void operator()(const char*, uint64_t& v) { v = static_cast<uint64_t>(number()); }
  void operator()(const char*, int64_t& v) { v = number(); }
  void operator()(const char*, bool& v) { v = number() != 0; }
  void operator()(const char*, std::string& v) { v = text(); }
  void operator()(const char*, Lsn& v) { hex(v.bytes); }
  void operator()(const char*, Opaque& v) { hex(v.bytes); }
  void hex(std::string& out) {
    auto bytes = from_hex(text());
    if (bytes) out = *bytes;
    else bad_hex = true;
  }
};

template <class Row>
FieldWriter write_fields(const Row& row) {
  FieldWriter writer;
  fields(writer, const_cast<Row&>(row));   // the writer only reads
  return writer;
}

std::string join_columns(const std::vector<std::string>& names);
std::string placeholders(size_t count);

template <class Row>
Status insert_row(Transaction& tx, const std::string& table, const Row& row) {
  FieldWriter w = write_fields(row);
  SEABED_CHECK(execute(tx, "INSERT INTO " + table + " (" + join_columns(w.names) + ") VALUES (" +
                               placeholders(w.values.size()) + ")", w.values));
  return ok();
}

template <class Row>
Result<std::vector<Row>> select_rows(Transaction& tx, const std::string& table, const Where& where,
                                     const std::string& tail = {}) {
  FieldWriter w = write_fields(Row{});
  std::string sql = "SELECT " + join_columns(w.names) + " FROM " + table;
  if (!where.text.empty()) sql += " WHERE " + where.text;
  SEABED_TRY(auto raw, query(tx, sql + (tail.empty() ? "" : " " + tail), where.values, w.values));
  std::vector<Row> rows;
  for (const RawRow& one : raw) {
    FieldReader reader{one};
    fields(reader, rows.emplace_back());
    if (reader.bad_hex) return fail(Code::kCorruption, "catalog table " + table, "a value is not hexadecimal text");
  }
  return rows;
}

template <class Row>
Result<std::optional<Row>> select_one(Transaction& tx, const std::string& table, const Where& where,
                                      const std::string& tail = {}) {
  SEABED_TRY(auto rows, select_rows<Row>(tx, table, where, tail));
  if (rows.empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(rows.front()));
}

/// Every column of `row` over the rows that `where` finds; the number of rows found.
template <class Row>
Result<long long> update_rows(Transaction& tx, const std::string& table, const Row& row, const Where& where) {
  FieldWriter w = write_fields(row);
  std::string sql = "UPDATE " + table + " SET ";
  for (size_t i = 0; i < w.names.size(); ++i) sql += (i ? ", " : "") + w.names[i] + " = ?";
  w.values.insert(w.values.end(), where.values.begin(), where.values.end());
  return execute(tx, sql + " WHERE " + where.text, w.values);
}

/// update_rows that must find exactly its row; what else it could be is told by `lost`.
template <class Row>
Status update_guarded(Transaction& tx, const std::string& table, const Row& row, const Where& where,
                      const std::string& object, const std::string& expected) {
  SEABED_TRY(long long found, update_rows(tx, table, row, where));
  if (found == 1) return ok();
  return fail(Code::kConflict, object, "is not " + expected + " any more, or does not exist",
              "look at its state again");
}

/// Deletes what has the key, inserts the row.
template <class Row>
Status replace_row(Transaction& tx, const std::string& table, const Row& row, const Where& key) {
  SEABED_CHECK(execute(tx, "DELETE FROM " + table + " WHERE " + key.text, key.values));
  return insert_row(tx, table, row);
}

}  // namespace catalog
}  // namespace seabed
