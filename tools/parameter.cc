// seabed parameter set|show|backup
#include <nlohmann/json.hpp>

#include "core/catalog/parameters.h"
#include "tools/cli/invocation.h"
#include "tools/cli/secret_input.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/nouns.h"
#include "tools/sql_input.h"

namespace seabed {
namespace {

/// Whose: {"tenant": …}, or {} of the cluster.
Result<Json> owner_of(const Invocation& invocation) {
  if (invocation.has("cluster") == invocation.has("tenant"))
    return fail(Code::kInvalidArgument, "parameter", "is of a tenant or of the cluster",
                "give --tenant NAME or --cluster");
  return invocation.has("cluster") ? Json::object() : Json{{"tenant", invocation.text("tenant")}};
}

/// The words of a process can be read by everyone on the machine: a secret comes from --value-file or the terminal.
Result<std::string> value_of(const Invocation& invocation, const std::string& name) {
  const auto spec = catalog::parameter_spec(name);
  const bool secret = spec && (*spec)->secret;
  if (has_secret_option(invocation, "value")) {
    if (invocation.has("value")) return fail(Code::kInvalidArgument, "VALUE", "is given twice", "leave --value-file out");
    return read_secret(invocation, "value", "value of " + name);
  }
  if (!invocation.has("value")) {
    if (secret) return read_secret(invocation, "value", "value of " + name);
    return fail(Code::kInvalidArgument, "VALUE", "is missing", "seabed parameter set --tenant NAME " + name + " VALUE");
  }
  const std::string value = invocation.text("value");
  if (value.empty() || (!secret && check_no_secret(name + "=" + value, "VALUE"))) return value;
  return fail(Code::kInvalidArgument, "parameter " + name,
              "is a secret, and the words of a process can be read by everyone on this machine",
              "leave VALUE out to be asked for it, or give --value-file FILE (-: standard input)");
}

Result<int> set(Invocation& invocation) {
  SEABED_TRY(Json arguments, owner_of(invocation));
  const bool cluster = arguments.empty();
  arguments["name"] = invocation.text("name");
  SEABED_TRY(arguments["value"], value_of(invocation, invocation.text("name")));
  SEABED_TRY(Json answer, invocation.call(cluster ? "cluster/set-parameter" : "parameter/set", arguments));
  return invocation.answer(answer, [&] {
    return invocation.text("name") + " = " + json_word(answer["value"]) + " for " +
           (cluster ? "the cluster" : "tenant " + invocation.text("tenant")) + "\n";
  });
}

Result<int> backup(Invocation& invocation) {
  SEABED_TRY(const std::string uri, read_uri(invocation, "to"));
  SEABED_TRY(const Json answer, invocation.call("cluster/backup-parameters", {{"uri", uri}}));
  return invocation.answer(answer, [&] { return "written: " + json_word(answer["file"]) + "\n"; });
}

Result<int> show(Invocation& invocation) {
  SEABED_TRY(const Json owner, owner_of(invocation));
  SEABED_TRY(Json answer, invocation.call(owner.empty() ? "cluster/parameters" : "parameter/show", owner));
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

const OptionSpec kTenant{OptionSpec::kText, "tenant", "NAME", "the tenant"};
const OptionSpec kCluster{OptionSpec::kFlag, "cluster", "", "of the whole installation"};

}  // namespace

std::vector<Verb> parameter_verbs() {
  return {{"parameter",
           "set",
           "Set a parameter of a tenant or of the cluster; it takes effect at once",
           "",
           {"seabed parameter set --tenant shop archive_lag_target 30s",
            "seabed parameter set --cluster standby_fetch_log_bandwidth_limit 100M"},
           {kTenant,
            kCluster,
            {OptionSpec::kPositional, "name", "NAME", "`seabed parameter show` lists them", true},
            {OptionSpec::kPositional, "value", "VALUE", "with its unit; never a secret (external_kms_info)"},
            secret_options("value", "the value").front()},
           set},
          {"parameter",
           "show",
           "Parameters of a tenant, or of the cluster, with their defaults",
           "",
           {"seabed parameter show --tenant shop", "seabed parameter show --tenant shop archive_lag_target",
            "seabed parameter show --cluster"},
           {kTenant, kCluster, {OptionSpec::kPositional, "name", "NAME", "only this one"}},
           show},
          {"parameter",
           "backup",
           "Back up the cluster's parameters and what was decided for each tenant",
           "Writes a new file to a path of its own: parameters that are not at their default, policies and\n"
           "destinations, no secrets. Putting them back is the operator's.",
           {"seabed parameter backup --to file:///backup/cluster"},
           uri_options("to", OptionSpec::kText, "a path that is no tenant's destination"),
           backup}};
}

}  // namespace seabed
