#pragma once
// Manual pages (roff) and shell completion from the verbs' own data: what --help prints is their only source.

#include <string>
#include <utility>
#include <vector>

#include "tools/cli/verb.h"

namespace seabed {

/// File name without ".1" and content: "seabed", and "seabed-<noun>" for each noun.
std::vector<std::pair<std::string, std::string>> man_pages(const std::vector<Verb>& verbs);
/// A completion script for bash.
std::string bash_completion(const std::vector<Verb>& verbs);

}  // namespace seabed
