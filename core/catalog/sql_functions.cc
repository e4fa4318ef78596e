#include "core/catalog/sql_functions.h"

#include <soci/sqlite3/soci-sqlite3.h>

#include <cctype>
#include <map>
#include <optional>

#include "core/base/scn.h"
#include "core/base/uri.h"
#include "core/catalog/parameters.h"
#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

using sqlite_api::sqlite3_context;
using sqlite_api::sqlite3_value;

std::string text_of(sqlite3_value* value) {
  auto* text = sqlite_api::sqlite3_value_text(value);
  return text ? reinterpret_cast<const char*>(text) : "";
}

void answer(sqlite3_context* ctx, const std::string& text) {
  const auto kCopy = reinterpret_cast<sqlite_api::sqlite3_destructor_type>(-1);  // SQLITE_TRANSIENT
  sqlite_api::sqlite3_result_text(ctx, text.data(), static_cast<int>(text.size()), kCopy);
}

void scn_display(sqlite3_context* ctx, int, sqlite3_value** args) {
  long long scn = sqlite_api::sqlite3_value_int64(args[0]);
  TenantMode mode = text_of(args[1]) == "oracle" ? TenantMode::kOracle : TenantMode::kMysql;
  auto text = scn > 0 ? scn_to_display(scn, mode, text_of(args[2])) : Result<std::string>(std::string());
  if (!text || text->empty()) return sqlite_api::sqlite3_result_null(ctx);
  answer(ctx, *text);
}

void scope_tenant(sqlite3_context* ctx, int, sqlite3_value**) {
  const auto* scope = static_cast<const uint64_t*>(sqlite_api::sqlite3_user_data(ctx));
  sqlite_api::sqlite3_result_int64(ctx, static_cast<long long>(*scope));
}

/// now(zone): a SELECT's now() is given the zone of its tenant (select_text.cc).
void now(sqlite3_context* ctx, int, sqlite3_value** args) {
  auto text = scn_to_display(static_cast<Scn>(now_us()) * 1000, TenantMode::kMysql, text_of(args[0]));
  text ? answer(ctx, *text) : sqlite_api::sqlite3_result_null(ctx);
}

/// A display of either mode.
std::optional<long long> microseconds_of(sqlite3_value* value) {
  if (sqlite_api::sqlite3_value_type(value) == SQLITE_NULL) return std::nullopt;
  const std::string text = text_of(value);
  for (TenantMode mode : {TenantMode::kMysql, TenantMode::kOracle})
    if (auto scn = scn_from_timestamp(text, mode, "UTC")) return static_cast<long long>(*scn / 1000);
  return std::nullopt;
}

/// As MySQL's: timestampdiff('SECOND', from, to) in whole units; NULL when one is NULL or no time.
void timestampdiff(sqlite3_context* ctx, int, sqlite3_value** args) {
  static const std::map<std::string, long long> units = {{"MICROSECOND", 1},          {"SECOND", 1'000'000},
                                                         {"MINUTE", 60'000'000},      {"HOUR", 3'600'000'000},
                                                         {"DAY", 86'400'000'000},     {"WEEK", 604'800'000'000}};
  std::string unit = text_of(args[0]);
  for (char& c : unit) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto known = units.find(unit);
  if (known == units.end())
    return sqlite_api::sqlite3_result_error(ctx, "timestampdiff: MICROSECOND, SECOND, MINUTE, HOUR, DAY or WEEK", -1);
  const auto from = microseconds_of(args[1]), to = microseconds_of(args[2]);
  if (!from || !to) return sqlite_api::sqlite3_result_null(ctx);
  sqlite_api::sqlite3_result_int64(ctx, (*to - *from) / known->second);
}

/// As MySQL's: NULL when one is NULL.
void concat(sqlite3_context* ctx, int count, sqlite3_value** args) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    if (sqlite_api::sqlite3_value_type(args[i]) == SQLITE_NULL) return sqlite_api::sqlite3_result_null(ctx);
    out += text_of(args[i]);
    if (out.size() > 1u << 20) return sqlite_api::sqlite3_result_error_toobig(ctx);
  }
  answer(ctx, out);
}

void now_us_number(sqlite3_context* ctx, int, sqlite3_value**) {
  sqlite_api::sqlite3_result_int64(ctx, static_cast<long long>(now_us()));
}

/// parameter_value(name, text or NULL for the default): in base units.
void parameter_value(sqlite3_context* ctx, int, sqlite3_value** args) {
  auto spec = parameter_spec(text_of(args[0]));
  if (!spec) return sqlite_api::sqlite3_result_null(ctx);
  const bool unset = sqlite_api::sqlite3_value_type(args[1]) == SQLITE_NULL;
  auto value = parse_parameter(**spec, unset ? (*spec)->default_text : text_of(args[1]));
  value ? sqlite_api::sqlite3_result_int64(ctx, static_cast<long long>(*value)) : sqlite_api::sqlite3_result_null(ctx);
}

/// uri_part(redacted URI, 'location' | 'host' | 'authorization' | 'extension').
void uri_part(sqlite3_context* ctx, int, sqlite3_value** args) {
  auto uri = parse_uri(text_of(args[0]));
  if (!uri) return answer(ctx, "");
  const std::string part = text_of(args[1]);
  if (part == "location") return answer(ctx, uri->scheme + "://" + uri->location);
  if (part == "host") return answer(ctx, uri->params.contains("host") ? uri->params["host"] : "");
  std::string out;
  for (const auto& [key, value] : uri->params)
    if (key != "host" && is_secret_key(key) == (part == "authorization"))
      out += (out.empty() ? "" : "&") + key + "=" + (is_secret_key(key) ? "***" : value);
  answer(ctx, out);
}

}  // namespace

Status add_sql_functions(soci::session& session, const uint64_t& scope) {
  auto* db = static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
  auto add = [&](const char* name, int args, int flags, auto* function) {
    return sqlite_api::sqlite3_create_function(db, name, args, SQLITE_UTF8 | flags, const_cast<uint64_t*>(&scope),
                                               function, nullptr, nullptr) == SQLITE_OK;
  };
  if (add("scn_display", 3, SQLITE_DETERMINISTIC, scn_display) && add("scope_tenant", 0, 0, scope_tenant) &&
      add("now_us", 0, 0, now_us_number) && add("parameter_value", 2, SQLITE_DETERMINISTIC, parameter_value) &&
      add("uri_part", 2, SQLITE_DETERMINISTIC, uri_part) && add("now", 1, 0, now) &&
      add("timestampdiff", 3, SQLITE_DETERMINISTIC, timestampdiff) && add("concat", -1, SQLITE_DETERMINISTIC, concat))
    return ok();
  return fail(Code::kInternal, "catalog", "cannot add the functions of the views");
}

}  // namespace seabed::catalog
