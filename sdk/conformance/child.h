#pragma once
// One test in a process of its own, so that a crash, a hang or a leak of one is told and does not touch the
// others.

#include <string>

#include "options.h"

namespace seabed::check {

struct Outcome {
  enum Status { kPassed, kFailed, kSkipped } status = kFailed;
  std::string test, text;
  double seconds = 0;
};

/// Starts this program again with --test; ends it when it runs out of time.
Outcome run_in_child(const Options& options, const std::string& test);

/// The child's part: runs options.test and tells the outcome on descriptor 3; the exit status.
int run_as_child(const Options& options);

}  // namespace seabed::check
