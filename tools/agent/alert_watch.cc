#include "tools/agent/alert_watch.h"

#include <algorithm>

#include "core/base/log.h"
#include "tools/agent/alert_delivery.h"

namespace seabed {
namespace {

constexpr size_t kMaxWaiting = 1000;
constexpr int kMaxSentPerLook = 20;
constexpr std::chrono::milliseconds kFirstPause{1'000}, kLastPause{300'000};

uint64_t wall_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

AlertWatch::AlertWatch(Engine& engine, const LiveConfig& live) : engine_(engine), live_(live), since_us_(wall_us()) {}

Status AlertWatch::look(const CancelToken& cancel) {
  const Config config = live_.config();
  if (config.alert.command.empty() && config.alert.webhook.empty()) {
    waiting_.clear();
    return ok();
  }
  SEABED_TRY(const auto troubles, find_troubles(engine_, config.alert, since_us_));
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now().time_since_epoch());
  keep(gate_.look(troubles, now.count(), config.alert.repeat_interval), config);
  return send(config.alert, cancel);
}

void AlertWatch::keep(std::vector<AlertMessage> messages, const Config& config) {
  for (const AlertMessage& message : messages) {
    waiting_.push_back(alert_json(message, config));
    if (waiting_.size() <= kMaxWaiting) continue;
    waiting_.pop_front();
    log::error("more than {} alerts wait for delivery: the oldest is dropped", kMaxWaiting);
  }
}

Status AlertWatch::send(const AlertConfig& config, const CancelToken& cancel) {
  if (Steady::now() < next_) return ok();
  for (int sent = 0; !waiting_.empty() && sent < kMaxSentPerLook && !cancel.cancelled(); ++sent) {
    if (auto done = deliver_alert(config, waiting_.front(), cancel); !done) {
      pause_ = pause_.count() ? std::min(pause_ * 2, kLastPause) : kFirstPause;
      next_ = Steady::now() + pause_;
      return done;  // logged; the event waits
    }
    waiting_.pop_front();
    pause_ = std::chrono::milliseconds(0);
  }
  return ok();
}

}  // namespace seabed
