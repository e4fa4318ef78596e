#pragma once
// max_iops and max_bandwidth of one destination.

#include <chrono>
#include <mutex>

#include "core/storage/object_store.h"

namespace seabed {

/// A rate as a debt: whoever comes waits until the debt of those before is paid off, then adds its own.
/// Thread-safe.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;
  /// `per_second` 0: no limit.
  explicit RateLimit(uint64_t per_second) : per_second_(per_second) {}
  /// When `amount` may begin; max() when that is behind `deadline`, and nothing is owed then.
  Clock::time_point reserve(uint64_t amount, Clock::time_point now, Clock::time_point deadline);

 private:
  const uint64_t per_second_;
  std::mutex mutex_;
  Clock::time_point free_{};
};

/// Waits inside the call's deadline; kTimeout when the limits do not leave room before it, kCancelled when
/// told so.
std::shared_ptr<ObjectStore> with_throttle(std::shared_ptr<ObjectStore> inner, uint64_t max_iops,
                                           uint64_t max_bandwidth);

}  // namespace seabed
