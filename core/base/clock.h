#pragma once
// The agent's clock: CLOCK_REALTIME watched against CLOCK_BOOTTIME, so that a step is seen and told.

#include <cstdint>
#include <functional>
#include <memory>

#include "core/base/scn.h"

namespace seabed {

struct ClockReading {
  Scn now = 0;             // never lower than an earlier reading of the same Clock
  uint64_t error_ns = 0;   // published bound: error_bound_ns, and the last step's size while held back
  int64_t stepped_ns = 0;  // how far the wall clock jumped since the last reading (0 = steady)
};

/// Thread-safe. Tests inject their own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual ClockReading read() = 0;
};

/// Where a watched clock gets its time from: the wall clock, a clock that nobody sets, and the wall's error bound.
struct ClockTicks {
  std::function<int64_t()> wall_ns, boot_ns;
  std::function<uint64_t()> error_ns = [] { return uint64_t{0}; };
};
std::unique_ptr<Clock> watched_clock(ClockTicks ticks);

/// What adjtimex told (its return value, -1 when it failed, and maxerror). Where nobody disciplines the clock it is never
/// below the 16 s at which the kernel gives up counting.
uint64_t error_bound_ns(int state, int64_t maxerror_us);

/// The machine's clock. A step backward holds `now` (rising by boot time) until the wall clock catches up.
Clock& system_clock();

}  // namespace seabed
