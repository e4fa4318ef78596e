#include "core/storage/backoff.h"

#include <algorithm>
#include <random>
#include <thread>

namespace seabed {

std::chrono::milliseconds backoff(const RetryPolicy& policy, int attempt, int retry_after_ms) {
  thread_local std::minstd_rand random(std::random_device{}());
  const auto doubled = policy.first.count() << std::min(attempt - 1, 20);
  const auto full = std::min<int64_t>(doubled, policy.longest.count());
  std::uniform_int_distribution<int64_t> jitter(full / 2, full);
  return std::chrono::milliseconds(std::max<int64_t>(jitter(random), retry_after_ms));
}

bool pause(std::chrono::milliseconds d, const IoContext& ctx) {
  if (std::chrono::steady_clock::now() + d >= ctx.deadline) return false;
  if (ctx.cancel != nullptr) return !ctx.cancel->wait_for(d);
  std::this_thread::sleep_for(d);
  return true;
}

}  // namespace seabed
