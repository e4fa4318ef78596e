#include "core/engine/admin/latency.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace seabed {

/// Below 64 ns each value has a bucket; above, the top seven bits of a value choose it.
size_t Latencies::bucket(uint64_t nanos) {
  if (nanos < kSteps) return nanos;
  const int shift = std::bit_width(nanos) - 7;
  return std::min<size_t>(kSteps * (shift + 1) + ((nanos >> shift) - kSteps), kSteps * 60 - 1);
}

uint64_t Latencies::upper_bound(size_t bucket) {
  if (bucket < kSteps) return bucket;
  const size_t shift = bucket / kSteps - 1;
  return ((kSteps + bucket % kSteps + 1) << shift) - 1;
}

void Latencies::add(uint64_t nanos) {
  ++buckets_[bucket(nanos)];
  ++count_;
  min_ = std::min(min_, nanos);
  max_ = std::max(max_, nanos);
}

void Latencies::merge(const Latencies& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

double Latencies::quantile_ms(double q) const {
  const auto rank = static_cast<uint64_t>(std::ceil(q * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return static_cast<double>(std::clamp(upper_bound(i), min_, max_)) / 1e6;
  }
  return static_cast<double>(max_) / 1e6;
}

LatencyFigures Latencies::figures() const {
  if (count_ == 0) return {};
  return {count_,
          static_cast<double>(min_) / 1e6,
          quantile_ms(0.5),
          quantile_ms(0.9),
          quantile_ms(0.99),
          quantile_ms(0.999),
          static_cast<double>(max_) / 1e6};
}

}  // namespace seabed
