#pragma once
// Destinations from the command line. Words of a process are public, so a URI with a secret in it is taken
// from standard input ("-") or a file only.

#include <string>
#include <vector>

#include "core/base/status.h"
#include "tools/cli/verb.h"

namespace seabed {

class Invocation;

/// --<name> URI|- and --<name>-file FILE.
std::vector<OptionSpec> uri_options(const std::string& name, OptionSpec::Kind kind, const std::string& help);
/// Exactly one, checked to be a URI.
Result<std::string> read_uri(const Invocation& invocation, const std::string& name);
/// One or more; "-" and a file give one a line.
Result<std::vector<std::string>> read_uris(const Invocation& invocation, const std::string& name);

}  // namespace seabed
