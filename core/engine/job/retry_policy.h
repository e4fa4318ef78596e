#pragma once
// How often a job's step is tried again (reference: state-machines section 3: 64 times, 5 s apart).

#include <chrono>
#include <functional>

#include "core/base/cancel.h"
#include "core/base/status.h"

namespace seabed {

struct StepRetry {
  int attempts = 64;
  std::chrono::milliseconds pause{5'000};
};

/// What may be gone by the next attempt: everything retryable, and an unknown outcome, since every step looks before it
/// writes.
bool worth_another_attempt(const Error& error);
/// Calls `step` until it succeeds, fails for good, or the attempts are used up; waits between, unless cancelled.
/// `before_retry` (may be empty) is told the error and the number of the coming attempt, from 2.
Status with_retry(const StepRetry& policy, const CancelToken& cancel, const std::function<Status()>& step,
                  const std::function<void(const Error&, int attempt)>& before_retry);

}  // namespace seabed
