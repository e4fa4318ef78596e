#pragma once
// One line on a terminal's standard error that says how far long work is: percent, rate, time left; of log, how far it
// is from its target. Silent elsewhere.

#include <chrono>
#include <string>

#include "core/engine/job/progress_meter.h"

namespace seabed {

/// Thread-safe.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();  // clears the line
  void show(const Progress& progress);
  static std::string text(const std::string& what, const ProgressView& view);

 private:
  std::string what_;
  bool terminal_;
  ProgressMeter meter_{std::chrono::milliseconds(200)};
};

}  // namespace seabed
