// Free SELECTs, for `seabed sql` and tests of the views.
#include <algorithm>
#include <cctype>

#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

std::string cell(const soci::row& row, size_t i) {
  switch (row.get_properties(i).get_data_type()) {
    case soci::dt_string:
    case soci::dt_xml: return row.get<std::string>(i);
    case soci::dt_double: {
      char text[64];
      std::snprintf(text, sizeof text, "%.10g", row.get<double>(i));
      return text;
    }
    case soci::dt_integer: return std::to_string(row.get<int>(i));
    case soci::dt_long_long: return std::to_string(row.get<long long>(i));
    case soci::dt_unsigned_long_long: return std::to_string(row.get<unsigned long long>(i));
    default: return "?";
  }
}

Status check_select(const std::string& sql) {
  size_t at = sql.find_first_not_of(" \t\r\n");
  std::string word;
  for (; at != std::string::npos && at < sql.size() && std::isalpha(static_cast<unsigned char>(sql[at]));
       ++at)
    word += static_cast<char>(std::tolower(sql[at]));
  if (word != "select" && word != "with" && word != "values")
    return fail(Code::kInvalidArgument, "SQL", "only SELECT is accepted");
  bool quoted = false;
  for (size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'') quoted = !quoted;
    if (!quoted && sql[i] == ';' && sql.find_first_not_of(" \t\r\n;", i) != std::string::npos)
      return fail(Code::kInvalidArgument, "SQL", "one statement at a time");
    if (!quoted && sql[i] == ':') return fail(Code::kInvalidArgument, "SQL", "named values are not accepted");
  }
  return ok();
}

Table fetch(soci::session& session, const std::string& sql) {
  Table table;
  soci::row row;
  soci::statement statement(session);
  statement.exchange(soci::into(row));
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
  bool more = statement.execute(true);
  for (size_t i = 0; i < row.size(); ++i) table.columns.push_back(row.get_properties(i).get_name());
  for (; more; more = statement.fetch()) {
    auto& cells = table.rows.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) {
      if (row.get_indicator(i) == soci::i_null)
        cells.emplace_back();
      else
        cells.emplace_back(cell(row, i));
    }
  }
  return table;
}

}  // namespace

Result<Table> select(Transaction& tx, const std::string& sql) {
  SEABED_CHECK(check_select(sql));
  soci::session& session = tx.impl().session;
  try {
    session << "PRAGMA query_only=1";
    Table table = fetch(session, sql);
    session << "PRAGMA query_only=0";
    return table;
  } catch (const std::exception& e) {
    session << "PRAGMA query_only=0";
    Error error = sql_error("select", e);
    error.code = Code::kInvalidArgument;
    return fail(std::move(error));
  }
}

}  // namespace seabed::catalog
