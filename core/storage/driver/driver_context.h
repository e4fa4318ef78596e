#pragma once
// IoContext as the ABI's context. Lives on the stack of one call.

#include <chrono>

#include "core/storage/object_store.h"
#include "seabed/context.h"

namespace seabed {

class DriverContext {
 public:
  explicit DriverContext(const IoContext& ctx) {
    raw_.struct_size = sizeof raw_;
    raw_.priority = ctx.priority;
    raw_.deadline_ns = monotonic_ns(ctx.deadline);
    raw_.trace_id = ctx.trace_id;
    if (ctx.cancel == nullptr) return;
    raw_.cancelled = [](void* token) -> int {
      return static_cast<const CancelToken*>(token)->cancelled() ? 1 : 0;
    };
    raw_.cancel_data = const_cast<CancelToken*>(ctx.cancel);
  }
  const seabed_context* raw() const { return &raw_; }

 private:
  /// steady_clock is CLOCK_MONOTONIC in libstdc++; a deadline in the past must not become "none".
  static uint64_t monotonic_ns(Deadline deadline) {
    if (deadline == Deadline::max()) return 0;
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
    return ns < 1 ? 1 : static_cast<uint64_t>(ns);
  }
  seabed_context raw_{};
};

}  // namespace seabed
