#include "core/base/clock.h"

#include <sys/timex.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

namespace seabed {

namespace {
constexpr int64_t kStepNs = 50'000'000;  // slewing (500 ppm) stays far below this between two readings of a second

int64_t nanos(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return t.tv_sec * 1'000'000'000ll + t.tv_nsec;
}

constexpr int64_t kNotSynchronisedUs = 16'000'000;   // the kernel's own limit of maxerror

uint64_t kernel_error() {
  timex tx{};
  const int state = adjtimex(&tx);
  return error_bound_ns(state, tx.maxerror);
}

class WatchedClock final : public Clock {
 public:
  explicit WatchedClock(ClockTicks ticks) : ticks_(std::move(ticks)) {}

  ClockReading read() override {
    std::lock_guard lock(mutex_);
    const int64_t wall = ticks_.wall_ns(), boot = ticks_.boot_ns();
    ClockReading out;
    if (last_wall_ != 0) {
      const int64_t drift = (wall - last_wall_) - (boot - last_boot_);
      if (std::llabs(drift) > kStepNs) out.stepped_ns = drift;
      // Held back: follow boot time, so that stamps keep rising at the true rate.
      now_ = std::max(wall, now_ + std::max<int64_t>(1, wall < now_ ? boot - last_boot_ : 1));
    } else {
      now_ = wall;
    }
    last_wall_ = wall;
    last_boot_ = boot;
    out.now = static_cast<Scn>(now_);
    out.error_ns = ticks_.error_ns() + static_cast<uint64_t>(std::max<int64_t>(0, now_ - wall));
    return out;
  }

 private:
  ClockTicks ticks_;
  std::mutex mutex_;
  int64_t last_wall_ = 0, last_boot_ = 0, now_ = 0;
};
}  // namespace

uint64_t error_bound_ns(int state, int64_t maxerror_us) {
  const int64_t least = state < 0 || state == TIME_ERROR ? kNotSynchronisedUs : 0;
  return static_cast<uint64_t>(std::max(least, maxerror_us)) * 1000;
}

std::unique_ptr<Clock> watched_clock(ClockTicks ticks) { return std::make_unique<WatchedClock>(std::move(ticks)); }

Clock& system_clock() {
  static WatchedClock clock({[] { return nanos(CLOCK_REALTIME); }, [] { return nanos(CLOCK_BOOTTIME); }, kernel_error});
  return clock;
}

}  // namespace seabed
