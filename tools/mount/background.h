#pragma once
// Going to the background once the work is up: the caller's process waits for that moment, or for the error
// before it.

#include <functional>
#include <string>

#include "core/base/status.h"

namespace seabed {

/// Forks (before this process has threads). The child leaves the terminal, runs `body` and ends with it; when
/// body calls `ready`, its standard streams close and the caller's call returns the child's pid. An error
/// before is the caller's.
Result<int> run_in_background(const std::string& object,
                              const std::function<Status(const std::function<void()>& ready)>& body);

}  // namespace seabed
