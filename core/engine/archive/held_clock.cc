#include "core/engine/archive/held_clock.h"

#include <algorithm>

namespace seabed::archive {

ClockReading HeldClock::read() {
  std::lock_guard lock(mutex_);
  ClockReading out = base_.read();
  if (ahead_ns_ > 0) {
    // A step forward is the base clock coming back; else the lead is lost at half the clock's rate.
    const uint64_t step = static_cast<uint64_t>(std::max<int64_t>(0, out.stepped_ns));
    const uint64_t passed = last_base_ == 0 ? 0 : out.now - std::min(out.now, last_base_ + step);
    ahead_ns_ -= std::min(ahead_ns_, step + passed / 2);
  }
  last_base_ = out.now;
  out.now = std::max(out.now + ahead_ns_, last_);
  out.error_ns += out.now - last_base_;
  last_ = out.now;
  return out;
}

void HeldClock::hold(Scn floor) {
  std::lock_guard lock(mutex_);
  const Scn base = base_.read().now;
  if (floor <= base + ahead_ns_) return;
  ahead_ns_ = floor - base;
  last_base_ = base;
}

}  // namespace seabed::archive
