#pragma once
// What a machine is, from a TOML file: cluster, agent, drivers, tenants and the databases behind their log
// streams, limits. What operators decide is in the catalog. docs/operator-guide.md has every key; config/ has
// samples.

#include <string>
#include <vector>

#include "core/engine/job/context.h"

namespace seabed {

struct Config {
  std::string file;  // empty: defaults only, no file was found
  std::string cluster_name = "seabed";
  uint64_t cluster_id = 1;
  std::string socket, catalog, catalog_key, state_directory;
  StorageOptions storage;
  std::vector<TenantConfig> tenants;
  Limits limits;

  const TenantConfig* tenant(const std::string& name) const;
};

/// Strict: an unknown key, a wrong type, a relative path or a duplicate is kInvalidArgument naming file and
/// line.
Result<Config> load_config(const std::string& file);
/// For verbs that need drivers only: the drivers beside the program.
Config default_config();
/// SEABED_CONFIG, else /etc/seabed/seabed.toml.
std::string default_config_path();
/// What loading cannot know: that directories are there and are what they should be. One line a problem.
std::vector<std::string> check_config(const Config& config);

}  // namespace seabed
