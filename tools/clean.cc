// seabed clean policy-add|policy-drop|policies|run
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> policy_add(Invocation& invocation) {
  SEABED_TRY(Json answer,
             invocation.call("clean/add-policy", {{"tenant", invocation.text("tenant")},
                                                  {"policy", invocation.text("policy", "default")},
                                                  {"recovery_window", invocation.text("window")}}));
  return invocation.answer(answer, [&] { return json_lines(answer); });
}

Result<int> policy_drop(Invocation& invocation) {
  SEABED_TRY(Json answer,
             invocation.call("clean/drop-policy", {{"tenant", invocation.text("tenant")},
                                                   {"policy", invocation.text("policy", "default")}}));
  return invocation.answer(answer, [&] { return "dropped policy " + json_word(answer["policy"]) + "\n"; });
}

Result<int> policies(Invocation& invocation) {
  Json args = Json::object();
  if (invocation.has("tenant")) args["tenant"] = invocation.text("tenant");
  SEABED_TRY(Json answer, invocation.call("clean/policies", args));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"tenant", "TENANT"}, {"policy", "POLICY"}, {"recovery_window", "WINDOW"}});
  });
}

Result<int> run(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("clean/run", {{"tenant", invocation.text("tenant")},
                                                        {"dry_run", invocation.has("dry-run")}}));
  return invocation.answer(answer, [&] {
    Json rows = answer["items"];
    for (Json& row : rows) row["bytes"] = bytes_text(row["bytes"].get<uint64_t>());
    std::string out = json_table(
        rows,
        {{"kind", "KIND"}, {"id", "ID"}, {"action", "ACTION"}, {"bytes", "BYTES"}, {"reason", "REASON"}});
    out += "window begins  " + json_word(answer["expired_point_display"]) + "\nclean point    set " +
           json_word(answer["clean_point_set"]) + "\n";
    return out + json_word(answer["summary"]) + " (dry run: nothing was touched)\n";
  });
}

}  // namespace

std::vector<Verb> clean_verbs() {
  const OptionSpec policy{OptionSpec::kText, "policy", "NAME",
                          "default (sets and log), or log_only for a tenant without backups"};
  return {{"clean",
           "policy-add",
           "Give a tenant a cleanup policy",
           "",
           {"seabed clean policy-add --tenant shop --window 7d"},
           {tenant_option(),
            policy,
            {OptionSpec::kText, "window", "TIME", "recovery window: 7d, 36h; left out: nothing expires"}},
           policy_add},
          {"clean",
           "policy-drop",
           "Take a tenant's cleanup policy away",
           "",
           {"seabed clean policy-drop --tenant shop"},
           {tenant_option(), policy},
           policy_drop},
          {"clean",
           "policies",
           "Cleanup policies",
           "",
           {"seabed clean policies --output json"},
           {{OptionSpec::kText, "tenant", "NAME", "only this one's"}},
           policies},
          {"clean",
           "run",
           "What a cleanup would delete and keep, and why",
           "Deleting is not supported yet: --dry-run must be given.",
           {"seabed clean run --tenant shop --dry-run"},
           {tenant_option(),
            {OptionSpec::kFlag, "dry-run", "", "explain every keep and every delete; touch nothing"}},
           run}};
}

}  // namespace seabed
