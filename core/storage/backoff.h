#pragma once
// How long to wait before trying again.

#include <chrono>

#include "core/storage/object_store.h"

namespace seabed {

struct RetryPolicy {
  int max_attempts = 8;
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds longest{10'000};
};

/// Pause before attempt `attempt` + 1 (attempt from 1): doubling, half of it random, so that many clients
/// spread; never shorter than what the medium asked for.
std::chrono::milliseconds backoff(const RetryPolicy& policy, int attempt, int retry_after_ms);

/// False when the pause would end behind the deadline (and then it does not wait) or the call was cancelled.
bool pause(std::chrono::milliseconds d, const IoContext& ctx);

}  // namespace seabed
