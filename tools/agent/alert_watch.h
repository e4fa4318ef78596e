#pragma once
// Looks for troubles at [alert] check_interval_ms and delivers them in order. What cannot be delivered waits, bounded, and
// is tried again with growing pauses; at most so many deliveries a look.

#include <chrono>
#include <deque>

#include "tools/agent/alert_events.h"
#include "tools/agent/reload.h"

namespace seabed {

class AlertWatch {
 public:
  AlertWatch(Engine& engine, const LiveConfig& live);
  /// One look, on the agent's background thread.
  Status look(const CancelToken& cancel);
  std::chrono::milliseconds interval() const { return live_.config().alert.check_interval; }

 private:
  using Steady = std::chrono::steady_clock;
  void keep(std::vector<AlertMessage> messages, const Config& config);
  Status send(const AlertConfig& config, const CancelToken& cancel);

  Engine& engine_;
  const LiveConfig& live_;
  uint64_t since_us_;
  AlertGate gate_;
  std::deque<std::string> waiting_;
  std::chrono::milliseconds pause_{0};
  Steady::time_point next_{};
};

}  // namespace seabed
