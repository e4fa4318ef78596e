// Free SELECTs over the views (catalog.h): text check, guard, run.
#include <soci/sqlite3/soci-sqlite3.h>

#include <memory>

#include "core/catalog/select_guard.h"
#include "core/catalog/select_text.h"
#include "core/catalog/sql.h"
#include "core/catalog/sql_tokens.h"
#include "core/catalog/tenants.h"

namespace seabed::catalog {
namespace {

using namespace sqlite_api;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const unsigned char c = text[i++];
    size_t more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 9;
    for (; more; --more, ++i)
      if (i >= text.size() || (text[i] & 0xc0) != 0x80 || more > 3) return false;
  }
  return true;
}

std::optional<std::string> cell(sqlite3_stmt* statement, int i) {
  const int type = sqlite3_column_type(statement, i);
  if (type == SQLITE_NULL) return std::nullopt;
  const auto* bytes = static_cast<const char*>(type == SQLITE_BLOB
                                                   ? sqlite3_column_blob(statement, i)
                                                   : static_cast<const void*>(sqlite3_column_text(statement, i)));
  std::string text(bytes ? bytes : "", bytes ? sqlite3_column_bytes(statement, i) : 0);
  return type == SQLITE_BLOB || !is_utf8(text) ? to_hex(text) : text;
}

/// The word of `sql` at SQLite's error offset.
std::string word_at(const std::string& sql, int offset) {
  auto tokens = sql_tokens(sql);
  if (!tokens || offset < 0) return "SQL";
  for (const SqlToken& token : *tokens)
    if (token.end > static_cast<size_t>(offset)) return sql.substr(token.begin, token.end - token.begin);
  return "end of the statement";
}

tl::unexpected<Error> sqlite_failure(sqlite3* db, const std::string& sql, const SelectGuard& guard,
                                     const SelectLimits& limits) {
  if (!guard.refusal().object.empty()) return fail(guard.refusal());
  const int rc = sqlite3_errcode(db) & 0xff;
  if (rc == SQLITE_INTERRUPT)
    return fail(Code::kInvalidArgument, "SQL", "took longer than " + std::to_string(limits.time_ms) + " ms",
                "ask for less: a narrower WHERE, fewer joins");
  if (rc == SQLITE_ERROR || rc == SQLITE_TOOBIG || rc == SQLITE_RANGE)
    return fail(Code::kInvalidArgument, word_at(sql, sqlite3_error_offset(db)), sqlite3_errmsg(db));
  return fail(rc == SQLITE_CORRUPT ? Code::kCorruption : rc == SQLITE_BUSY ? Code::kUnavailable : Code::kIo, "catalog",
              std::string("select: ") + sqlite3_errmsg(db));
}

tl::unexpected<Error> too_much(const std::string& what) {
  return fail(Code::kInvalidArgument, "SQL", "gives more than " + what, "add a WHERE or a LIMIT");
}

Result<Table> fetch(sqlite3* db, sqlite3_stmt* statement, const std::string& sql, const SelectGuard& guard,
                    const SelectLimits& limits) {
  Table table;
  const int width = sqlite3_column_count(statement);
  for (int i = 0; i < width; ++i) table.columns.emplace_back(sqlite3_column_name(statement, i));
  size_t bytes = 0;
  for (int rc; (rc = sqlite3_step(statement)) != SQLITE_DONE;) {
    if (rc != SQLITE_ROW) return sqlite_failure(db, sql, guard, limits);
    if (table.rows.size() == limits.rows) return too_much(std::to_string(limits.rows) + " rows");
    auto& row = table.rows.emplace_back();
    for (int i = 0; i < width; ++i) {
      row.push_back(cell(statement, i));
      bytes += sizeof(row.back()) + (row.back() ? row.back()->size() : 0);
    }
    if (bytes > limits.bytes) return too_much(std::to_string(limits.bytes) + " bytes");
  }
  return table;
}

}  // namespace

Result<Table> select(Transaction& tx, const std::string& given, const SelectScope& scope, const SelectLimits& limits) {
  SEABED_TRY(const auto tenant, find_tenant(tx, scope.tenant_id));
  const std::string zone = tenant && check_time_zone(tenant->time_zone) ? tenant->time_zone : "UTC";
  SEABED_TRY(const std::string sql, check_select_text(given, scope, zone));
  sqlite3* db = static_cast<soci::sqlite3_session_backend*>(tx.impl().session.get_backend())->conn_;
  SelectGuard guard(tx, scope, limits);
  sqlite3_stmt* raw = nullptr;
  const int rc = sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  Statement statement(raw);
  if (rc != SQLITE_OK || !raw) return sqlite_failure(db, sql, guard, limits);
  if (!sqlite3_stmt_readonly(raw) || sqlite3_stmt_isexplain(raw))
    return fail(Code::kInvalidArgument, "SQL", "only SELECT is accepted");
  return fetch(db, raw, sql, guard, limits);
}

}  // namespace seabed::catalog
