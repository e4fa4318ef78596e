// seabed sql: OceanBase's statements, and SELECT over the catalog's views
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/nouns.h"
#include "tools/sql_input.h"
#include "tools/sql_prompt.h"

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

/// What every call of this session says about itself.
Json session_of(const Invocation& invocation) {
  return invocation.has("tenant") ? Json{{"tenant", invocation.text("tenant")}} : Json::object();
}

/// The session's statements: what one of them changed (SET ENCRYPTION …) goes with the next text.
class Session {
 public:
  explicit Session(Invocation& invocation) : invocation_(invocation) {}
  Result<Json> run(const std::string& text) {
    Json arguments = session_of(invocation_);
    arguments["statement"] = text;
    if (!session_.is_null()) arguments["session"] = session_;
    SEABED_TRY(Json results, invocation_.call("sql/execute", arguments));
    for (const Json& one : results)
      if (one.contains("session")) session_ = one["session"];
    return results;
  }

 private:
  Invocation& invocation_;
  Json session_;
};

std::string results_text(const Json& results) {
  std::string out;
  for (const Json& one : results) out += one["columns"].empty() ? std::string("done\n") : table_text(one);
  return out;
}

Result<int> prompt(Invocation& invocation) {
  std::vector<std::string> names;
  if (auto tenants = invocation.call("tenant/list", session_of(invocation)))
    for (const Json& one : *tenants) names.push_back(one.value("name", one.value("tenant", "")));
  Session session(invocation);
  return sql_prompt(names, [&](const std::string& text) -> Result<std::string> {
    SEABED_TRY(const Json results, session.run(text));
    return results_text(results);
  });
}

Result<int> one_select(Invocation& invocation) {
  SEABED_CHECK(check_no_secret(invocation.text("statement"), "the statement"));
  Json arguments = session_of(invocation);
  arguments["sql"] = invocation.text("statement");
  SEABED_TRY(Json table, invocation.call("sql", arguments));
  return invocation.answer(objects_of(table), [&] { return table_text(table); });
}

Result<int> sql(Invocation& invocation) {
  const int given = invocation.has("statement") + invocation.has("execute") + invocation.has("file");
  if (given > 1) return fail(Code::kInvalidArgument, "sql", "takes one of: a SELECT, --execute, --file");
  if (invocation.has("statement") && invocation.text("statement") != "-") return one_select(invocation);
  if (!given && !invocation.json() && ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO))
    return prompt(invocation);
  SEABED_TRY(const std::string text, statement_text(invocation));
  SEABED_TRY(const Json results, Session(invocation).run(text));
  Json answer = Json::array();
  for (const Json& one : results)
    answer.push_back({{"statement", one["statement"]}, {"rows", objects_of(one)}});
  return invocation.answer(answer, [&] { return results_text(results); });
}

}  // namespace

std::vector<Verb> sql_verbs() {
  return {{"sql",
           "",
           "OceanBase's statements (ALTER SYSTEM …), and SELECT over its views",
           "Statements come from --execute, from a file, or from standard input, with ; between them. Those "
           "with a\n"
           "secret (access_key=, IDENTIFIED BY, ENCRYPTED BY) only from a file or standard input. "
           "docs/statements.md\n"
           "has the list of what works. All are read before the first one runs. On a terminal there is a "
           "prompt with history\n"
           "(~/.seabed_history, never a statement with a secret) and completion.",
           {"seabed sql 'SELECT STATUS, CHECKPOINT_SCN_DISPLAY FROM CDB_OB_ARCHIVELOG'",
            "seabed sql -e 'ALTER SYSTEM BACKUP TENANT = shop'", "seabed sql --file setup.sql"},
           {{OptionSpec::kPositional, "statement", "SELECT", "one SELECT; - is standard input"},
            {OptionSpec::kText, "execute", "TEXT", "statements", false, 'e'},
            {OptionSpec::kText, "tenant", "NAME",
             "a session of this tenant's admin: no TENANT clause, its own views"},
            {OptionSpec::kText, "file", "FILE", "statements from a file; - is standard input"}},
           sql}};
}

}  // namespace seabed
