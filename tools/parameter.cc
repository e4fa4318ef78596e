// seabed parameter set|show
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> set(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("parameter/set", {{"tenant", invocation.text("tenant")},
                                                            {"name", invocation.text("name")},
                                                            {"value", invocation.text("value")}}));
  return invocation.answer(answer, [&] {
    return invocation.text("name") + " = " + invocation.text("value") + " for tenant " +
           invocation.text("tenant") + "\n";
  });
}

Result<int> show(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("parameter/show", {{"tenant", invocation.text("tenant")}}));
  if (invocation.has("name")) {
    Json one = Json::array();
    for (const Json& row : answer)
      if (row["name"] == invocation.text("name")) one.push_back(row);
    if (one.empty())
      return fail(Code::kNotFound, "parameter " + invocation.text("name"), "is unknown",
                  "`seabed parameter show`");
    answer = one;
  }
  return invocation.answer(answer, [&] {
    return json_table(answer,
                      {{"name", "NAME"}, {"value", "VALUE"}, {"default", "DEFAULT"}, {"help", "MEANING"}});
  });
}

}  // namespace

std::vector<Verb> parameter_verbs() {
  return {{"parameter",
           "set",
           "Set a parameter of a tenant; it takes effect at once",
           "",
           {"seabed parameter set --tenant shop archive_lag_target 30s",
            "seabed parameter set --tenant shop backup_data_file_size 1G"},
           {tenant_option(),
            {OptionSpec::kPositional, "name", "NAME", "`seabed parameter show` lists them", true},
            {OptionSpec::kPositional, "value", "VALUE", "with its unit", true}},
           set},
          {"parameter",
           "show",
           "Parameters of a tenant with their defaults",
           "",
           {"seabed parameter show --tenant shop", "seabed parameter show --tenant shop archive_lag_target"},
           {tenant_option(), {OptionSpec::kPositional, "name", "NAME", "only this one"}},
           show}};
}

}  // namespace seabed
