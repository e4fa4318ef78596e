#pragma once
// The agent's word to systemd (Type=notify): ready, reloading, stopping, alive. Nothing happens without
// systemd.

#include <memory>
#include <string>

namespace seabed {

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();

/// While it lives, tells systemd's watchdog, at half of WatchdogSec, that the process runs. Without a
/// watchdog it does nothing.
class ServiceWatchdog {
 public:
  ServiceWatchdog();
  ~ServiceWatchdog();

 private:
  struct Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace seabed
