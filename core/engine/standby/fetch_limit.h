#pragma once
// standby_fetch_log_bandwidth_limit: what all standbys of this agent together fetch from their log sources.

#include <cstdint>
#include <memory>
#include <mutex>

#include "core/base/cancel.h"

namespace seabed {

class RateLimit;

/// Thread-safe.
class FetchLimit {
 public:
  FetchLimit();
  ~FetchLimit();
  /// `bytes` were fetched: waits until those before are paid off at `per_second` (0: no limit), or until
  /// cancelled.
  void pay(uint64_t bytes, uint64_t per_second, const CancelToken& cancel);

 private:
  std::mutex mutex_;
  uint64_t per_second_ = 0;
  std::shared_ptr<RateLimit> limit_;
};

}  // namespace seabed
