#include "core/engine/standby/fetch_limit.h"

#include "core/storage/throttle.h"

namespace seabed {

FetchLimit::FetchLimit() = default;
FetchLimit::~FetchLimit() = default;

void FetchLimit::pay(uint64_t bytes, uint64_t per_second, const CancelToken& cancel) {
  if (per_second == 0 || bytes == 0) return;
  std::shared_ptr<RateLimit> limit;
  {
    std::lock_guard lock(mutex_);
    if (!limit_ || per_second_ != per_second) limit_ = std::make_shared<RateLimit>(per_second);
    per_second_ = per_second;
    limit = limit_;
  }
  const auto now = RateLimit::Clock::now();
  const auto begin = limit->reserve(bytes, now, RateLimit::Clock::time_point::max());
  if (begin > now) cancel.wait_for(begin - now);
}

}  // namespace seabed
