#pragma once
// Latencies of millions of operations in a few kilobytes: buckets that are at most 1/64 of their value wide.

#include <array>
#include <cstddef>
#include <cstdint>

namespace seabed {

struct LatencyFigures {
  uint64_t count = 0;
  double min_ms = 0, p50_ms = 0, p90_ms = 0, p99_ms = 0, p999_ms = 0, max_ms = 0;
};

/// Not thread-safe: one a thread, merged at the end.
class Latencies {
 public:
  void add(uint64_t nanos);
  void merge(const Latencies& other);
  /// Smallest and largest are exact; the others lie at most 1/64 above the value of that rank.
  LatencyFigures figures() const;

 private:
  static constexpr uint64_t kSteps = 64;  // buckets for each power of two
  static size_t bucket(uint64_t nanos);
  static uint64_t upper_bound(size_t bucket);
  double quantile_ms(double q) const;

  std::array<uint64_t, kSteps * 60> buckets_{};
  uint64_t count_ = 0, min_ = UINT64_MAX, max_ = 0;
};

}  // namespace seabed
