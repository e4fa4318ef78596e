#pragma once
// What a machine is, from TOML files and the environment: cluster, agent, drivers, tenants and the databases
// behind their log streams, limits, log, metrics, alerts. What operators decide is in the catalog.
// docs/operator-guide.md has every key; config/ has samples.

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "core/engine/job/context.h"

namespace seabed {

/// [log]. Read again on SIGHUP, which also opens the file anew.
struct LogConfig {
  std::string format = "text";  // text, json
  std::string level = "info";   // debug, info, warn, error
  std::string file;             // empty: standard error
};

/// [metrics].
struct MetricsConfig {
  std::string listen;  // "127.0.0.1:9188", "[::1]:9188"; empty: no page
};

/// [alert]. Nothing is sent without a command or a webhook.
struct AlertConfig {
  std::vector<std::string> command;  // its arguments are its own; the event is JSON on its standard input
  std::string webhook;               // http://host[:port]/path
  std::chrono::milliseconds lag_limit{0};  // of a tenant's archive, of a standby; 0: none
  std::chrono::milliseconds check_interval{5'000};
  std::chrono::milliseconds repeat_interval{3'600'000};  // the same trouble is told no more often
  std::chrono::milliseconds timeout{10'000};             // of one delivery
};

/// [roles]: users and groups of the operating system by name, or by number in digits.
struct Role {
  std::vector<std::string> users, groups;
};
struct RolesConfig {
  Role sys;                            // beside root and the agent's own user
  std::map<std::string, Role> tenants; // admins of one tenant
  std::string socket_group;            // who may open the socket; empty: everybody, once there are roles
};

/// One value in force, for `config explain`: "limits.lease_ms", its text, "/etc/seabed/seabed.toml:12",
/// "$SEABED_LIMITS_LEASE_MS" or "default".
struct ConfigValue {
  std::string key, value, origin;
  bool operator==(const ConfigValue&) const = default;
};
inline constexpr char kNotShown[] = "(set, not shown)";

struct Config {
  std::string file;                // empty: defaults only, no file was found
  std::vector<std::string> files;  // file and what conf.d/ beside it holds
  std::string cluster_name = "seabed";
  uint64_t cluster_id = 1;
  std::string socket, catalog, catalog_key, state_directory;
  StorageOptions storage;
  std::vector<TenantConfig> tenants;
  Limits limits;
  uint64_t archive_nice = 5;       // of the threads that archive (core/base/archive_priority.h)
  LogConfig log;
  MetricsConfig metrics;
  AlertConfig alert;
  DrillSettings drill;
  RolesConfig roles;
  std::string audit_file;
  std::vector<ConfigValue> values;  // secrets masked

  const TenantConfig* tenant(const std::string& name) const;
};

/// The file, conf.d/*.toml beside it, and SEABED_<SECTION>_<KEY> over both. Strict: an unknown key or
/// variable, a wrong type, a relative path or a duplicate is kInvalidArgument naming file and line, or the
/// variable.
Result<Config> load_config(const std::string& file);
/// For verbs that need drivers only: the defaults, and what the environment says.
Result<Config> load_without_file();
/// The drivers beside the program, the usual places.
Config default_config();
/// SEABED_CONFIG, else /etc/seabed/seabed.toml.
std::string default_config_path();
/// What loading cannot know: that directories are there and are what they should be. One line a problem.
std::vector<std::string> check_config(const Config& config);
/// Its part for [log], [metrics] and [alert]: what they name can be used. `running`: an agent has the address
/// already.
std::vector<std::string> check_observation(const Config& config, bool running);

}  // namespace seabed
