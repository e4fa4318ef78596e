#pragma once
// How the agent's background work ended (restores, cleanup, drills …), for metrics and alerts: by task, which
// is a key's part before '/' ("clean" of "clean/1002").

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "tools/agent/alert_events.h"
#include "tools/agent/metric_families.h"

namespace seabed {

/// Thread-safe.
class BackgroundRecord {
 public:
  /// Background::on_end.
  void note(const std::string& key, bool again, const Status& result);
  void add_metrics(MetricFamilies* out) const;
  /// Work that comes again and failed last time; single runs that failed, kept until told (the newest 1,000).
  std::vector<Trouble> troubles() const;

 private:
  struct Task {
    uint64_t successes = 0, failures = 0;
    double last_success = 0;  // seconds since the epoch; 0: never
  };
  Task& task(const std::string& key);

  mutable std::mutex mutex_;
  std::map<std::string, Task> tasks_;       // bounded: what is too much is "other"
  std::map<std::string, Trouble> failing_;  // by key
  std::vector<Trouble> failed_;
  uint64_t runs_ = 0;
};

}  // namespace seabed
