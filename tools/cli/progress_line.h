#pragma once
// One line on a terminal's standard error that says how far long work is: percent, rate, time left. Silent
// elsewhere.

#include <chrono>
#include <mutex>
#include <string>

#include "core/engine/job/context.h"

namespace seabed {

/// Thread-safe.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();  // clears the line
  void show(const Progress& progress);
  static std::string text(const std::string& what, const Progress& progress, double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool terminal_;
  std::mutex mutex_;
  Clock::time_point start_ = Clock::now(), last_{};
};

}  // namespace seabed
