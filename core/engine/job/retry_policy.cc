#include "core/engine/job/retry_policy.h"

#include <algorithm>

namespace seabed {

bool worth_another_attempt(const Error& error) { return error.retryable() || error.code == Code::kOutcomeUnknown; }

Status with_retry(const StepRetry& policy, const CancelToken& cancel, const std::function<Status()>& step,
                  const std::function<void(const Error&, int attempt)>& before_retry) {
  for (int attempt = 1;; ++attempt) {
    Status done = step();
    if (done || attempt >= policy.attempts || !worth_another_attempt(done.error())) return done;
    const auto asked = std::chrono::milliseconds(done.error().retry_after_ms);
    if (cancel.wait_for(std::max(policy.pause, asked))) return fail(Code::kCancelled, done.error().object, "was cancelled");
    if (before_retry) before_retry(done.error(), attempt + 1);
  }
}

}  // namespace seabed
