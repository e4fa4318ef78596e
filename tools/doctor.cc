// seabed doctor
#include <nlohmann/json.hpp>

#include "tools/agent/client.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> doctor(Invocation& invocation) {
  std::vector<std::string> names;
  if (invocation.has("tenant")) names.push_back(invocation.text("tenant"));
  SEABED_TRY(const Config* config, invocation.config());
  if (names.empty())
    for (const auto& tenant : config->tenants) names.push_back(tenant.name);
  Json answer = Json::array();
  bool bad = false;
  const bool running = agent_listens(config->socket);
  for (const std::string& problem : check_observation(*config, running)) {
    answer.push_back({{"tenant", nullptr},
                      {"level", "error"},
                      {"check", "observation"},
                      {"text", problem},
                      {"next_step", "correct [log], [metrics] or [alert]"}});
    bad = true;
  }
  for (const std::string& name : names) {
    SEABED_TRY(Json findings, invocation.call("doctor", {{"tenant", name}}));
    for (Json& finding : findings) {
      bad |= finding["level"] == "error";
      Json row = {{"tenant", name}};
      row.update(finding);
      answer.push_back(row);
    }
  }
  int status = invocation.answer(answer, [&] {
    return json_table(answer, {{"level", "LEVEL"},
                               {"tenant", "TENANT"},
                               {"check", "CHECK"},
                               {"text", "FOUND"},
                               {"next_step", "NEXT STEP"}});
  });
  return bad ? static_cast<int>(kExitRefused) : status;
}

}  // namespace

std::vector<Verb> doctor_verbs() {
  return {{"doctor",
           "",
           "Try what would fail later: links, file systems, destinations, space, clock",
           "Really links a file, writes, reads, lists, appends and deletes at the destinations; tries the "
           "metrics' address and "
           "the\n"
           "alert command's program. Exit status 4 when something is an error.",
           {"seabed doctor", "seabed doctor --tenant shop --output json"},
           {{OptionSpec::kText, "tenant", "NAME", "only this tenant"}},
           doctor}};
}

}  // namespace seabed
