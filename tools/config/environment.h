#pragma once
// Configuration keys from the environment: SEABED_<SECTION>_<KEY> over the files,
// SEABED_DRIVER_<SCHEME>_<KEY> for [driver.<scheme>], and, for secrets, the same name with _FILE at its end:
// a file whose content is the value (as containers and systemd credentials hand secrets over). [[tenant]]
// tables are in files only.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace seabed {

class Environment {
 public:
  struct Variable {
    std::string name, value;  // of SEABED_X_FILE: the file's content without the newline at its end
  };

  /// Of this process.
  static Environment of_process();
  explicit Environment(std::map<std::string, std::string> variables);

  /// nullopt: not set. A variable and its _FILE form at once are kInvalidArgument. `secret`: _FILE is looked
  /// at.
  Result<std::optional<Variable>> find(const std::string& section, std::string_view key, bool secret);
  /// Every SEABED_DRIVER_<SCHEME>_<KEY>: scheme and key in small letters.
  struct DriverKey {
    std::string scheme, key;
    Variable variable;
  };
  Result<std::vector<DriverKey>> driver_keys();
  /// A variable that looks like one of these sections' keys although nobody asked for it: a typing error.
  std::optional<std::string> unknown(const std::vector<std::string>& sections) const;

  static std::string variable_name(const std::string& section, std::string_view key);

 private:
  Result<std::optional<Variable>> take(const std::string& name, bool secret);

  std::map<std::string, std::string> variables_;  // those that begin with SEABED_
  std::set<std::string> used_;
};

}  // namespace seabed
