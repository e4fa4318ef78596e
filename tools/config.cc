// seabed config check|explain
#include <nlohmann/json.hpp>

#include "tools/agent/client.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> check(Invocation& invocation) {
  SEABED_TRY(const Config* config, invocation.config());
  auto problems = check_config(*config);
  SEABED_TRY(Machine * machine, invocation.machine());  // loads the drivers
  (void)machine;
  Json answer = {{"file", config->file}, {"problems", problems}, {"tenants", config->tenants.size()}};
  int status = invocation.answer(answer, [&] {
    std::string text;
    for (const auto& problem : problems) text += problem + "\n";
    return text + config->file +
           (problems.empty() ? ": good\n" : ": " + std::to_string(problems.size()) + " problem(s)\n");
  });
  return problems.empty() ? status : static_cast<int>(kExitUsage);
}

std::string reload_text(const Json& answer) {
  std::string text;
  for (const Json& key : answer["applied"]) text += "applied: " + key.get<std::string>() + "\n";
  for (const Json& key : answer["needs_restart"]) text += "needs a restart: " + key.get<std::string>() + "\n";
  return text.empty() ? "nothing changed\n" : text;
}

Json stream_json(const LogStreamConfig& ls) {
  return {{"id", ls.ls_id},
          {"engine", ls.engine},
          {"directory", ls.stream.directory},
          {"pin_directory", ls.stream.pin_directory},
          {"wal_directory", ls.stream.wal_directory},
          {"pinned_limit", ls.stream.pinned_limit_bytes},
          {"allow_recycled_log", ls.stream.allow_recycled_log}};
}

Json explain_json(const Config& c) {
  Json json = {
      {"file", c.file.empty() ? Json(nullptr) : Json(c.file)},
      {"cluster", {{"name", c.cluster_name}, {"id", c.cluster_id}}},
      {"agent", {{"socket", c.socket}, {"catalog", c.catalog}, {"state_directory", c.state_directory}}},
      {"drivers", {{"directories", c.storage.driver_directories}, {"max_attempts", c.storage.max_attempts}}}};
  for (const auto& [scheme, defaults] : c.storage.driver_defaults)
    for (const auto& [key, value] : defaults)
      json["driver"][scheme][key] = is_secret_key(key) ? "(set, not shown)" : value;
  const Limits& l = c.limits;
  json["limits"] = {{"pinned_bytes", l.pinned_bytes},
                    {"backup_threads", l.backup_threads},
                    {"part_bytes", l.part_bytes},
                    {"memory_bytes", l.memory_bytes},
                    {"lease_ms", l.lease.count()},
                    {"clock_error_ms", l.clock_error.count()},
                    {"request_deadline_ms", l.request_deadline.count()},
                    {"bridge_min_interval_ms", l.bridge_min_interval.count()},
                    {"clean_interval_ms", l.clean_interval.count()},
                    {"archive_nice", c.archive_nice}};
  json["log"] = {{"format", c.log.format}, {"level", c.log.level}, {"file", c.log.file}};
  json["metrics"] = {{"listen", c.metrics.listen}};
  json["alert"] = {{"command", c.alert.command},
                   {"webhook", c.alert.webhook.empty() ? "" : kNotShown},
                   {"lag_limit_ms", c.alert.lag_limit.count()},
                   {"check_interval_ms", c.alert.check_interval.count()},
                   {"repeat_interval_ms", c.alert.repeat_interval.count()},
                   {"timeout_ms", c.alert.timeout.count()}};
  json["tenant"] = Json::array();
  for (const TenantConfig& t : c.tenants) {
    Json tenant = {{"name", t.name},
                   {"mode", t.mode == TenantMode::kOracle ? "oracle" : "mysql"},
                   {"time_zone", t.time_zone},
                   {"data_directory", t.data_directory},
                   {"log_stream", Json::array()}};
    for (const auto& ls : t.streams) tenant["log_stream"].push_back(stream_json(ls));
    json["tenant"].push_back(std::move(tenant));
  }
  json["files"] = c.files;
  json["values"] = Json::array();
  for (const ConfigValue& v : c.values)
    json["values"].push_back({{"key", v.key}, {"value", v.value}, {"origin", v.origin}});
  return json;
}

Result<int> reload(Invocation& invocation) {
  SEABED_TRY(const Config* config, invocation.config());  // a broken one is told before the agent is asked
  SEABED_TRY(Json answer, call_agent(config->socket, "config/reload", Json::object()));
  return invocation.answer(answer, [&] { return reload_text(answer); });
}

Result<int> explain(Invocation& invocation) {
  SEABED_TRY(const Config* config, invocation.config_or_default());
  Json answer = explain_json(*config);
  return invocation.answer(answer, [&] {
    return json_table(answer["values"], {{"key", "KEY"}, {"value", "VALUE"}, {"origin", "FROM"}});
  });
}

}  // namespace

std::vector<Verb> config_verbs() {
  return {{"config",
           "check",
           "Read the configuration strictly and look at what it names",
           "",
           {"seabed config check", "seabed --config /etc/seabed/seabed.toml config check --output json"},
           {},
           check},
          {"config",
           "explain",
           "Every value in force with its origin, defaults included; secrets are not shown",
           "The origin is a file with its line, a variable of the environment, or the default. With --output "
           "json also "
           "as a tree.",
           {"seabed config explain", "seabed config explain --output json"},
           {},
           explain},
          {"config",
           "reload",
           "Have the agent read its configuration again (the same as SIGHUP)",
           "[log], [audit], [metrics], [alert], [drill] and [roles] are applied at once, all or none; what else "
           "changed is named, and waits for a restart of the agent.\n"
           "A configuration with a mistake changes nothing, nor does one that cannot be applied (an address in "
           "use).",
           {"seabed config reload"},
           {},
           reload}};
}

}  // namespace seabed
