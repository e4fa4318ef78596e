#pragma once
// The clock of one tenant's archive: never behind what its medium was stamped with. A wall clock that went back by a day
// between two agents would stamp nothing that readers may use until it caught up; stamps rise instead, at half the
// rate until the lead is gone, and the published error says how large it is. Other tenants keep the machine's clock.

#include <mutex>

#include "core/base/clock.h"

namespace seabed::archive {

/// Thread-safe. `base` outlives it.
class HeldClock final : public Clock {
 public:
  explicit HeldClock(Clock& base) : base_(base) {}
  ClockReading read() override;
  /// From now on no reading is below `floor`. Ends by itself.
  void hold(Scn floor);

 private:
  Clock& base_;
  std::mutex mutex_;
  uint64_t ahead_ns_ = 0;      // added to the base clock
  Scn last_base_ = 0, last_ = 0;
};

}  // namespace seabed::archive
