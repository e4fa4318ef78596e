// seabed sql: OceanBase's statements, and SELECT over the catalog's views
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/nouns.h"
#include "tools/sql_input.h"

namespace seabed {
namespace {

/// [{column: value}] of {columns, rows}.
Json objects_of(const Json& table) {
  Json answer = Json::array();
  for (const Json& row : table["rows"]) {
    Json object = Json::object();
    for (size_t i = 0; i < row.size(); ++i) object[table["columns"][i].get<std::string>()] = row[i];
    answer.push_back(object);
  }
  return answer;
}

std::string table_text(const Json& table) {
  std::vector<std::pair<std::string, std::string>> columns;
  for (const Json& name : table["columns"]) columns.emplace_back(name, name);
  return json_table(objects_of(table), columns);
}

Result<int> one_select(Invocation& invocation) {
  SEABED_CHECK(check_no_secret(invocation.text("statement"), "the statement"));
  SEABED_TRY(Json table, invocation.call("sql", {{"sql", invocation.text("statement")}}));
  return invocation.answer(objects_of(table), [&] { return table_text(table); });
}

Result<int> sql(Invocation& invocation) {
  const int given = invocation.has("statement") + invocation.has("execute") + invocation.has("file");
  if (given > 1) return fail(Code::kInvalidArgument, "sql", "takes one of: a SELECT, --execute, --file");
  if (invocation.has("statement") && invocation.text("statement") != "-") return one_select(invocation);
  SEABED_TRY(const std::string text, statement_text(invocation));
  SEABED_TRY(Json results, invocation.call("sql/execute", {{"statement", text}}));
  Json answer = Json::array();
  for (const Json& one : results) answer.push_back({{"statement", one["statement"]}, {"rows", objects_of(one)}});
  return invocation.answer(answer, [&] {
    std::string out;
    for (const Json& one : results) out += one["columns"].empty() ? std::string("done\n") : table_text(one);
    return out;
  });
}

}  // namespace

std::vector<Verb> sql_verbs() {
  return {{"sql",
           "",
           "OceanBase's statements (ALTER SYSTEM …), and SELECT over its views",
           "Statements come from --execute, from a file, or from standard input, with ; between them. Those with a\n"
           "secret (access_key=, IDENTIFIED BY, ENCRYPTED BY) only from a file or standard input. docs/statements.md\n"
           "has the list of what works. All are read before the first one runs.",
           {"seabed sql 'SELECT STATUS, CHECKPOINT_SCN_DISPLAY FROM CDB_OB_ARCHIVELOG'",
            "seabed sql -e 'ALTER SYSTEM BACKUP TENANT = shop'", "seabed sql --file setup.sql"},
           {{OptionSpec::kPositional, "statement", "SELECT", "one SELECT; - is standard input"},
            {OptionSpec::kText, "execute", "TEXT", "statements", false, 'e'},
            {OptionSpec::kText, "file", "FILE", "statements from a file; - is standard input"}},
           sql}};
}

}  // namespace seabed
