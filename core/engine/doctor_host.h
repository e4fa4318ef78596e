#pragma once
// What `seabed doctor` looks at on this machine: room on file systems, and what inotify gives.

#include <string>
#include <vector>

#include "core/source/stream_source.h"

namespace seabed {

/// statvfs of `path`, or of the nearest directory above it that exists: a destination may be new. Warns below
/// 1 GiB or 5 %.
PreflightFinding space_finding(const std::string& what, const std::string& path);

/// Takes what linkers and agent take and gives it back: for each directory a queue and a watch of the
/// linker's, and one of the agent's. A directory that is not there is passed over: its own check tells.
PreflightFinding inotify_finding(const std::vector<std::string>& directories);

}  // namespace seabed
