// seabed sql: SELECT over the catalog's views
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> sql(Invocation& invocation) {
  SEABED_TRY(Json table, invocation.call("sql", {{"sql", invocation.text("statement")}}));
  Json answer = Json::array();
  for (const Json& row : table["rows"]) {
    Json object = Json::object();
    for (size_t i = 0; i < row.size(); ++i) object[table["columns"][i].get<std::string>()] = row[i];
    answer.push_back(object);
  }
  return invocation.answer(answer, [&] {
    std::vector<std::pair<std::string, std::string>> columns;
    for (const Json& name : table["columns"]) columns.emplace_back(name, name);
    return json_table(answer, columns);
  });
}

}  // namespace

std::vector<Verb> sql_verbs() {
  return {{"sql",
           "",
           "A SELECT over OceanBase's views (CDB_OB_ARCHIVELOG, CDB_OB_BACKUP_SET_FILES …)",
           "",
           {"seabed sql 'SELECT STATUS, CHECKPOINT_SCN_DISPLAY FROM CDB_OB_ARCHIVELOG'"},
           {{OptionSpec::kPositional, "statement", "SELECT", "one SELECT", true}},
           sql}};
}

}  // namespace seabed
