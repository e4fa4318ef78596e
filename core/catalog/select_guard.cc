#include "core/catalog/select_guard.h"

#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>

#include "core/catalog/sql.h"
#include "core/catalog/views.h"

namespace seabed::catalog {
namespace {

using namespace sqlite_api;

sqlite3* handle(Transaction& tx) {
  return static_cast<soci::sqlite3_session_backend*>(tx.impl().session.get_backend())->conn_;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Nothing that makes big values out of small ones, loads code, or tells of the machine.
bool harmless(const std::string& function) {
  static const std::set<std::string> names = {
      "abs",      "avg",      "char",     "coalesce",  "concat",     "count",      "cume_dist",    "date",
      "datetime", "dense_rank", "first_value", "glob", "group_concat", "hex",      "ifnull",       "iif",
      "instr",    "julianday", "lag",     "last_value", "lead",      "length",     "like",         "lower",
      "ltrim",    "max",      "min",      "now",       "nth_value",  "ntile",      "nullif",       "percent_rank",
      "rank",     "replace",  "round",    "row_number", "rtrim",     "scn_display", "scope_tenant", "sign",
      "strftime", "substr",   "substring", "sum",      "time",       "total",      "trim",         "typeof",
      "unicode",  "unixepoch", "upper",   "ceil",      "ceiling",    "floor",      "mod",          "power",
      "sqrt",     "now_us",   "parameter_value", "uri_part", "timestampdiff"};
  return names.contains(lower(function));
}

constexpr std::pair<int, int> kSmall[] = {{SQLITE_LIMIT_LENGTH, 8 << 20},    {SQLITE_LIMIT_SQL_LENGTH, 256 << 10},
                                          {SQLITE_LIMIT_EXPR_DEPTH, 200},    {SQLITE_LIMIT_COMPOUND_SELECT, 64},
                                          {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256}, {SQLITE_LIMIT_ATTACHED, 0}};

}  // namespace

SelectGuard::SelectGuard(Transaction& tx, const SelectScope& scope, const SelectLimits& limits)
    : tx_(tx), scope_(scope), earlier_scope_(tx.impl().scope),
      deadline_(std::chrono::steady_clock::now() + std::chrono::milliseconds(limits.time_ms)) {
  if (auto names = query(tx, "SELECT lower(name) FROM sqlite_master WHERE type = 'table'", {}, {std::string()}))
    for (const RawRow& row : *names) tables_.insert(std::get<std::string>(row[0]));
  sqlite3* db = handle(tx);
  for (auto [id, limit] : kSmall) earlier_limits_.emplace_back(id, sqlite3_limit(db, id, limit));
  tx.impl().scope = scope.tenant_id;
  sqlite3_set_authorizer(db, ask, this);
  sqlite3_progress_handler(db, 1000, tick, this);
}

SelectGuard::~SelectGuard() {
  sqlite3* db = handle(tx_);
  sqlite3_progress_handler(db, 0, nullptr, nullptr);
  sqlite3_set_authorizer(db, nullptr, nullptr);
  for (auto [id, limit] : earlier_limits_) sqlite3_limit(db, id, limit);
  tx_.impl().scope = earlier_scope_;
}

int SelectGuard::ask(void* self, int action, const char* a, const char* b, const char*, const char* inside) {
  return static_cast<SelectGuard*>(self)->decide(action, a, b, inside);
}

int SelectGuard::tick(void* self) { return static_cast<SelectGuard*>(self)->out_of_time(); }

int SelectGuard::decide(int action, const char* a, const char* b, const char* inside) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_READ: return read(a ? a : "", b ? b : "", inside);
    case SQLITE_FUNCTION:
      if (b && harmless(b)) return SQLITE_OK;
      return refuse(b ? b : "", "is no function of a SELECT here");
    default: return refuse(a ? a : "SQL", "only SELECT is accepted", Code::kInvalidArgument);
  }
}

/// `inside`: the view or WITH whose text asks; no WITH has a view's name (select_text.cc).
int SelectGuard::read(const std::string& table, const std::string& column, const char* inside) {
  if (inside && find_view(inside)) return SQLITE_OK;
  if (find_view(table)) {
    const bool cdb = lower(table.substr(0, 4)) == "cdb_";
    return cdb && scope_.tenant_id != 1 ? refuse(table, "shows all tenants: for sys only") : SQLITE_OK;
  }
  // A table of which no column is wanted; also said of a WITH's name.
  if (column.empty() && !tables_.contains(lower(table)) && !lower(table).starts_with("sqlite_") &&
      !lower(table).starts_with("pragma_"))
    return SQLITE_OK;
  return refuse(table, "is no view: only the views of docs/views.md can be read");
}

int SelectGuard::refuse(const std::string& what, const std::string& reason, Code code) {
  if (refusal_.object.empty()) refusal_ = Error{code, what.empty() ? "SQL" : what, reason, "", 0, 0};
  return SQLITE_DENY;
}

}  // namespace seabed::catalog
