#pragma once
// The files of a configuration as one TOML tree: the main file, then conf.d/*.toml beside it by name. Tables
// are merged, arrays of tables ([[tenant]]) appended; any other key in two files is an error that names both
// places.

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed {

struct ConfigTree {
  toml::table root;                // every node knows its file and line
  std::vector<std::string> files;  // as read
};

Result<ConfigTree> read_config_files(const std::string& file);
/// `text` as if it were the file `path`; kInvalidArgument names the line.
Result<toml::table> parse_toml(const std::string& text, const std::string& path);
/// "/etc/seabed/seabed.toml:12"; a path that begins with '$' is a variable and has no line; "default" without
/// one.
std::string origin_of(const toml::node& node);

}  // namespace seabed
