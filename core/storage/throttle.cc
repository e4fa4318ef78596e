#include "core/storage/throttle.h"

#include <algorithm>
#include <thread>

#include "core/storage/store_call.h"

namespace seabed {

RateLimit::Clock::time_point RateLimit::reserve(uint64_t amount, Clock::time_point now,
                                                Clock::time_point deadline) {
  if (per_second_ == 0 || amount == 0) return now;
  std::lock_guard lock(mutex_);
  const auto start = std::max(free_, now);
  if (start > deadline) return Clock::time_point::max();
  const double seconds = static_cast<double>(amount) / static_cast<double>(per_second_);
  free_ = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  return start;
}

namespace {
class ThrottledStore : public AroundStore<ThrottledStore> {
 public:
  ThrottledStore(std::shared_ptr<ObjectStore> inner, uint64_t iops, uint64_t bandwidth)
      : AroundStore(std::move(inner)), calls_(iops), bytes_(bandwidth) {}

  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    const auto now = RateLimit::Clock::now();
    const auto start = calls_.reserve(1, now, call.ctx.deadline);
    const auto paid =
        start == start.max() ? start : bytes_.reserve(call.bytes, std::max(now, start), call.ctx.deadline);
    if (paid == paid.max())
      return fail(Code::kTimeout, name(call.key),
                  "max_iops or max_bandwidth leaves no room before the deadline",
                  "raise the limit of the destination");
    if (!wait_until(paid, call.ctx.cancel)) return fail(Code::kCancelled, name(call.key), "was cancelled");
    return next();
  }

 private:
  static bool wait_until(RateLimit::Clock::time_point when, const CancelToken* cancel) {
    if (cancel != nullptr) return !cancel->wait_for(when - RateLimit::Clock::now());
    std::this_thread::sleep_until(when);
    return true;
  }
  RateLimit calls_, bytes_;
};
}  // namespace

std::shared_ptr<ObjectStore> with_throttle(std::shared_ptr<ObjectStore> inner, uint64_t max_iops,
                                           uint64_t max_bandwidth) {
  if (max_iops == 0 && max_bandwidth == 0) return inner;
  return std::make_shared<ThrottledStore>(std::move(inner), max_iops, max_bandwidth);
}

}  // namespace seabed
