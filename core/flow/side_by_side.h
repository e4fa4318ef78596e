#pragma once
// Requests that do not need each other's answers, at the same time: on a far medium each costs a round trip.

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/status.h"

namespace seabed {

/// Runs all of them, at most `most` at a time, one of them on the caller's thread. Every one is run, also behind one that
/// fails; the result is the first error in the order of `tasks`.
Status side_by_side(const std::vector<std::function<Status()>>& tasks, uint32_t most = 16);

}  // namespace seabed
