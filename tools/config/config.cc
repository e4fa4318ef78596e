#include "tools/config/config.h"

#include <cstdlib>
#include <filesystem>

#include "tools/config/roles.h"

namespace seabed {

const TenantConfig* Config::tenant(const std::string& name) const {
  for (const TenantConfig& t : tenants)
    if (t.name == name) return &t;
  return nullptr;
}

Config default_config() {
  Config config;
  std::error_code error;
  auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const char* place : {"../drivers", "../lib/seabed/drivers"}) {
    auto directory = (program.parent_path() / place).lexically_normal();
    std::error_code absent;
    if (!error && std::filesystem::is_directory(directory, absent))
      config.storage.driver_directories = {directory};
    if (!config.storage.driver_directories.empty()) break;
  }
  config.socket = "/run/seabed/agent.sock";
  config.catalog = "/var/lib/seabed/catalog.db";
  config.state_directory = "/var/lib/seabed/state";
  return config;
}

std::string default_config_path() {
  const char* given = std::getenv("SEABED_CONFIG");
  return given && *given ? given : "/etc/seabed/seabed.toml";
}

std::vector<std::string> check_config(const Config& config) {
  std::vector<std::string> problems;
  auto want_directory = [&](const std::string& path, const std::string& what) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error))
      problems.push_back(what + " " + path + ": is no directory");
  };
  for (const auto& directory : config.storage.driver_directories) want_directory(directory, "drivers");
  for (const TenantConfig& tenant : config.tenants) {
    if (!tenant.data_directory.empty())
      want_directory(tenant.data_directory, "tenant " + tenant.name + ": data_directory");
    for (const LogStreamConfig& ls : tenant.streams) {
      std::string what = "tenant " + tenant.name + ": log stream " + std::to_string(ls.ls_id);
      std::error_code error;
      if (std::filesystem::exists(ls.stream.directory + "/CURRENT", error)) continue;
      if (!std::filesystem::is_directory(ls.stream.directory, error))
        want_directory(ls.stream.directory, what);
      else
        problems.push_back(what + " " + ls.stream.directory + ": is no RocksDB database (no CURRENT)");
    }
    if (tenant.streams.empty())
      problems.push_back("tenant " + tenant.name + ": has no [[tenant.log_stream]]");
  }
  for (auto& problem : check_roles(config.roles)) problems.push_back(std::move(problem));
  for (auto& problem : check_observation(config, true)) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace seabed
