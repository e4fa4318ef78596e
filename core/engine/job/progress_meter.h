#pragma once
// Rate and time left of long work, for people and for the catalog.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "core/engine/job/context.h"

namespace seabed {

struct ProgressView {
  Progress progress;
  double bytes_per_second = 0;                     // smoothed over the last seconds
  double log_per_second = 0;                       // seconds of log that are applied a second
  std::chrono::seconds left{0};                    // by bytes or, where these do not tell, by log; when `left_known`
  bool left_known = false;
};

/// Thread-safe. The caller tells totals as often as it likes; `due` limits what is made of them.
class ProgressMeter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit ProgressMeter(std::chrono::milliseconds every = std::chrono::seconds(1)) : every_(every) {}
  /// True once in `every`, and the first time: the caller may write it down now.
  bool due(Time now);
  ProgressView update(const Progress& progress, Time now);

 private:
  const std::chrono::milliseconds every_;
  std::mutex mutex_;
  bool told_ = false;
  Time last_told_{};
  /// Of one quantity.
  struct Rate {
    void update(uint64_t value, Time now);
    std::optional<std::chrono::seconds> time_for(uint64_t rest) const;
    bool begun = false;
    Time last{};
    uint64_t value = 0;
    double per_second = 0;
  } bytes_, log_;
};

}  // namespace seabed
