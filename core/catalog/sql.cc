#include "core/catalog/sql.h"

#include <soci/sqlite3/soci-sqlite3.h>

#include <chrono>

namespace seabed::catalog {
namespace {

/// SOCI wants names: "?" number n becomes ":pn".
std::string name_placeholders(const std::string& sql) {
  std::string out;
  int n = 0;
  for (char c : sql) {
    if (c == '?')
      out += ":p" + std::to_string(n++);
    else
      out += c;
  }
  return out;
}

/// Values that live as long as the statement that is bound to them.
class Bound {
 public:
  Bound(soci::statement& statement, const std::vector<Value>& values) : values_(values) {
    int n = 0;
    for (Value& value : values_) {
      std::string name = "p" + std::to_string(n++);
      std::visit([&](auto& v) { statement.exchange(soci::use(v, name)); }, value);
    }
  }

 private:
  std::vector<Value> values_;
};

}  // namespace

Error sql_error(const std::string& what, const std::exception& error) {
  Error e{Code::kIo, "catalog", what + ": " + error.what(), "", 0, 0};
  auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  switch (sqlite ? sqlite->result() & 0xff : 0) {
    case SQLITE_FULL:
      e.code = Code::kNoSpace;
      e.next_step = "free space on the file system of the catalog; nothing of this step was kept";
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      e.code = Code::kCorruption;
      e.next_step =
          "put a copy of the catalog back, or move it away and set the destinations again: the backups "
          "themselves are on the media";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      e.code = Code::kUnavailable;
      e.next_step = "another program holds the catalog; try again";
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: e.code = Code::kPermissionDenied; break;
    case SQLITE_CONSTRAINT: e.code = Code::kAlreadyExists; break;
    default: break;
  }
  return e;
}

uint64_t now_us() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

Result<std::string> from_hex(const std::string& hex) {
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (hex.size() % 2) return fail(Code::kCorruption, "catalog", "an odd number of hexadecimal digits");
  std::string out;
  for (size_t i = 0; i < hex.size(); i += 2) {
    int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return fail(Code::kCorruption, "catalog", "not hexadecimal");
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

Where& Where::eq(const std::string& column, Value value) { return cmp(column, "=", std::move(value)); }

Where& Where::cmp(const std::string& column, const std::string& op, Value value) {
  if (!text.empty()) text += " AND ";
  text += column + " " + op + " ?";
  values.push_back(std::move(value));
  return *this;
}

std::string join_columns(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string placeholders(size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += i ? ", ?" : "?";
  return out;
}

Result<long long> execute(Transaction& tx, const std::string& sql, const std::vector<Value>& values) {
  try {
    soci::statement statement(tx.impl().session);
    Bound bound(statement, values);
    statement.alloc();
    statement.prepare(name_placeholders(sql));
    statement.define_and_bind();
    statement.execute(true);
    return statement.get_affected_rows();
  } catch (const std::exception& e) {
    return fail(sql_error(sql.substr(0, sql.find('(')), e));
  }
}

Result<std::vector<RawRow>> query(Transaction& tx, const std::string& sql, const std::vector<Value>& values,
                                  const std::vector<Value>& types) {
  try {
    soci::statement statement(tx.impl().session);
    Bound bound(statement, values);
    RawRow row = types;
    std::vector<soci::indicator> nulls(row.size());
    for (size_t i = 0; i < row.size(); ++i)
      std::visit([&](auto& v) { statement.exchange(soci::into(v, nulls[i])); }, row[i]);
    statement.alloc();
    statement.prepare(name_placeholders(sql));
    statement.define_and_bind();
    std::vector<RawRow> rows;
    for (bool more = statement.execute(true); more; more = statement.fetch()) {
      RawRow& copy = rows.emplace_back(row);
      for (size_t i = 0; i < copy.size(); ++i) {
        if (nulls[i] == soci::i_null) std::visit([](auto& v) { v = {}; }, copy[i]);
      }
    }
    return rows;
  } catch (const std::exception& e) {
    return fail(sql_error(sql.substr(0, 60), e));
  }
}

Result<uint64_t> query_number(Transaction& tx, const std::string& sql, const std::vector<Value>& values) {
  SEABED_TRY(auto rows, query(tx, sql, values, {0LL}));
  return rows.empty() ? 0 : static_cast<uint64_t>(std::get<long long>(rows[0][0]));
}

Result<uint64_t> next_id(Transaction& tx, const std::string& name, uint64_t first, uint64_t step) {
  SEABED_TRY(uint64_t last, query_number(tx, "SELECT last_value FROM sequences WHERE name = ?", {name}));
  uint64_t next = last ? last + step : first;
  SEABED_TRY(long long found,
             execute(tx, "UPDATE sequences SET last_value = ? WHERE name = ?", {num(next), name}));
  if (!found)
    SEABED_CHECK(execute(tx, "INSERT INTO sequences (name, last_value) VALUES (?, ?)", {name, num(next)}));
  return next;
}

Status reserve_ids(Transaction& tx, const std::string& name, uint64_t used) {
  SEABED_TRY(uint64_t known, query_number(tx, "SELECT count(*) FROM sequences WHERE name = ?", {name}));
  if (!known) SEABED_CHECK(execute(tx, "INSERT INTO sequences (name, last_value) VALUES (?, ?)", {name, num(used)}));
  SEABED_CHECK(execute(tx, "UPDATE sequences SET last_value = ? WHERE name = ? AND last_value < ?",
                       {num(used), name, num(used)}));
  return ok();
}

}  // namespace seabed::catalog
