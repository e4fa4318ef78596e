#pragma once
// Looks for troubles at [alert] check_interval_ms and delivers them in order, by command and by webhook, each
// on its own. What cannot be delivered waits, bounded, and is tried again with growing pauses; at most so
// many deliveries a look.

#include <chrono>
#include <deque>
#include <functional>

#include "tools/agent/alert_events.h"
#include "tools/agent/background_record.h"
#include "tools/agent/reload.h"

namespace seabed {

class AlertWatch {
 public:
  AlertWatch(Engine& engine, const LiveConfig& live, const BackgroundRecord& record);
  /// One look, on the agent's background thread.
  Status look(const CancelToken& cancel);
  std::chrono::milliseconds interval() const { return live_.config().alert.check_interval; }

 private:
  using Steady = std::chrono::steady_clock;
  /// One way to the outside.
  struct Way {
    std::deque<std::string> waiting;
    std::chrono::milliseconds pause{0};
    Steady::time_point next{};

    void keep(const std::string& json);
    Status send(const std::function<Status(const std::string&)>& deliver, const CancelToken& cancel);
  };

  Engine& engine_;
  const LiveConfig& live_;
  const BackgroundRecord& record_;
  uint64_t since_us_;
  AlertGate gate_;
  Way command_, webhook_;
};

}  // namespace seabed
