#pragma once
// A fixed number of threads that do the same work side by side until it is done or one of them fails.

#include <cstdint>
#include <functional>

#include "core/base/status.h"

namespace seabed {

/// Runs `work(lane)` on `count` threads and joins them. `on_failure` is called once, at the first error, to wake the
/// others. Returns that first error; what the others report after it is dropped.
Status run_lanes(uint32_t count, const std::function<Status(uint32_t lane)>& work,
                 const std::function<void()>& on_failure);

}  // namespace seabed
