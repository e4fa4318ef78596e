#pragma once
// -d and -s of the admin verbs: a destination or file, and what it takes to reach it. Words of a process are
// public, so secrets come by standard input ("-") or a file ("@FILE") only.

#include <vector>

#include "core/base/uri.h"
#include "tools/cli/verb.h"

namespace seabed {

class Invocation;

/// --dest and --storage-info with their letters.
std::vector<OptionSpec> place_options(const std::string& what);
/// Both together as one URI. A path without a scheme is one of this machine's.
Result<Uri> read_place(const Invocation& invocation);

}  // namespace seabed
