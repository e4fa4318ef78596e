#include "tools/agent/service_notify.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <thread>

#include "core/base/cancel.h"

namespace seabed {

void notify_ready(const std::string& status) { ::sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }

/// Type=notify-reload asks for the moment by CLOCK_MONOTONIC; older systemd ignores it.
void notify_reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const uint64_t us =
      static_cast<uint64_t>(now.tv_sec) * 1'000'000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
  ::sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us)).c_str());
}

void notify_stopping() { ::sd_notify(0, "STOPPING=1\nSTATUS=stops at the next safe point"); }

struct ServiceWatchdog::Thread {
  CancelToken stop;
  std::thread thread;
};

ServiceWatchdog::ServiceWatchdog() {
  uint64_t period_us = 0;
  if (::sd_watchdog_enabled(0, &period_us) <= 0 || period_us == 0) return;
  thread_ = std::make_unique<Thread>();
  thread_->thread =
      std::thread([thread = thread_.get(), pause = std::chrono::milliseconds(period_us / 2000 + 1)] {
        do ::sd_notify(0, "WATCHDOG=1");
        while (!thread->stop.wait_for(pause));
      });
}

ServiceWatchdog::~ServiceWatchdog() {
  if (!thread_) return;
  thread_->stop.cancel();
  thread_->thread.join();
}

}  // namespace seabed
