#pragma once
// What an operator must be told: troubles of now, found in the engine, and when each is said (pure, so that
// tests drive the clock).

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "tools/config/config.h"

namespace seabed {

struct Trouble {
  std::string
      event;  // archive_interrupted, archive_hole, archive_lag, archive_error, backup_failed, drill_failed, job_failed
  std::string tenant;
  std::string object;  // "log stream 1001", "job 7"; may be empty
  std::string reason, next_step;
  double lag_seconds = 0;
  bool once = false;  // something that happened, not something that lasts
  int patience = 1;   // so many looks in a row before it is said

  std::string key() const { return event + "/" + tenant + "/" + object; }
};

/// Of all tenants. Jobs that failed before `since_us` are old news.
Result<std::vector<Trouble>> find_troubles(Engine& engine, const AlertConfig& config, uint64_t since_us);

struct AlertMessage {
  Trouble trouble;
  bool resolved = false;
};

class AlertGate {
 public:
  /// What is to be said now: new troubles, those that last longer than `repeat` since they were last said,
  /// and the end of what was said. `now`: milliseconds of any clock that does not go back.
  std::vector<AlertMessage> look(const std::vector<Trouble>& troubles, int64_t now,
                                 std::chrono::milliseconds repeat);

 private:
  struct Known {
    Trouble trouble;
    int seen = 0;
    int64_t said = -1;  // never
  };
  std::map<std::string, Known> known_;
  std::set<std::string> happened_;  // of `once`
};

/// One line of JSON: event, state (firing, resolved, happened), cluster, tenant, object, reason, next_step,
/// time.
std::string alert_json(const AlertMessage& message, const Config& config);

}  // namespace seabed
