#pragma once
// What the operator of the checker asks for: the driver's file, a scratch destination, its configuration.

#include <cstdint>
#include <map>
#include <string>

namespace seabed::check {

struct Destination {
  std::string scheme, location;
  std::map<std::string, std::string> params;  // may hold secrets: never printed
};

struct Options {
  std::string driver, uri, config, filter, junit, test, run_id;
  bool json = false, list = false;
  unsigned timeout_s = 120;
  Destination destination;                    // of `uri`, with the values of `config` below those of the URI
  std::map<std::string, std::string> checks;  // keys of `config` that begin with "check.", without that word
};

/// Throws std::invalid_argument with what is wrong in words.
Options parse_options(int argc, char** argv);

/// "scheme://location?key=value&…", values percent-decoded. Throws std::invalid_argument.
Destination parse_destination(const std::string& uri);

/// Lines "key = value" (a value may stand in double quotes); # begins a comment line. Throws.
std::map<std::string, std::string> read_config(const std::string& path);

extern const char* const kUsage;

}  // namespace seabed::check
