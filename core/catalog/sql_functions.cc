#include "core/catalog/sql_functions.h"

#include <soci/sqlite3/soci-sqlite3.h>

#include "core/base/scn.h"

namespace seabed::catalog {
namespace {

using sqlite_api::sqlite3_context;
using sqlite_api::sqlite3_value;

std::string text_of(sqlite3_value* value) {
  auto* text = sqlite_api::sqlite3_value_text(value);
  return text ? reinterpret_cast<const char*>(text) : "";
}

void scn_display(sqlite3_context* ctx, int, sqlite3_value** args) {
  long long scn = sqlite_api::sqlite3_value_int64(args[0]);
  TenantMode mode = text_of(args[1]) == "oracle" ? TenantMode::kOracle : TenantMode::kMysql;
  auto text = scn > 0 ? scn_to_display(scn, mode, text_of(args[2])) : Result<std::string>(std::string());
  if (!text || text->empty()) return sqlite_api::sqlite3_result_null(ctx);
  const auto kCopy = reinterpret_cast<sqlite_api::sqlite3_destructor_type>(-1);  // SQLITE_TRANSIENT
  sqlite_api::sqlite3_result_text(ctx, text->data(), static_cast<int>(text->size()), kCopy);
}

}  // namespace

Status add_sql_functions(soci::session& session) {
  auto* backend = static_cast<soci::sqlite3_session_backend*>(session.get_backend());
  int rc = sqlite_api::sqlite3_create_function(backend->conn_, "scn_display", 3,
                                               SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, scn_display,
                                               nullptr, nullptr);
  if (rc != SQLITE_OK) return fail(Code::kInternal, "catalog", "cannot add the function scn_display");
  return ok();
}

}  // namespace seabed::catalog
