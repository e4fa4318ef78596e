#pragma once
// What a medium did: calls, errors, bytes and latencies of each operation, in memory, readable at any time.

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/storage/store_call.h"

namespace seabed {

inline constexpr size_t kCodes = static_cast<size_t>(Code::kInternal) + 1;

/// Copy of one operation's figures.
struct OpFigures {
  uint64_t calls = 0, errors = 0, bytes = 0;  // bytes of successful calls
  uint64_t total_us = 0;
  std::array<uint64_t, 32> latency{};      // latency[i]: calls below 2^i µs and at or above 2^(i-1)
  std::array<uint64_t, kCodes> by_code{};  // errors, by Code; those that came without one are in no class
};

/// Thread-safe; attempts are counted one by one.
class StoreMetrics {
 public:
  void add(StoreOp op, uint64_t micros, uint64_t bytes, bool success, std::optional<Code> error = {});
  OpFigures figures(StoreOp op) const;

 private:
  struct Counters {
    std::atomic<uint64_t> calls = 0, errors = 0, bytes = 0, total_us = 0;
    std::array<std::atomic<uint64_t>, 32> latency{};
    std::array<std::atomic<uint64_t>, kCodes> by_code{};
  };
  std::array<Counters, kStoreOps> ops_;
};

/// What all stores of one scheme did in this process, closed ones too, so that counters never fall.
struct SchemeMetrics {
  std::string scheme;
  const StoreMetrics* metrics;  // lives as long as the process
};
std::vector<SchemeMetrics> metrics_by_scheme();

/// At log level debug every attempt is a line. ObjectStore::metrics() of the result gives the figures of this
/// store alone.
std::shared_ptr<ObjectStore> with_metrics(std::shared_ptr<ObjectStore> inner);

}  // namespace seabed
