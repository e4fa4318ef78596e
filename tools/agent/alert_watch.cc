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

AlertWatch::AlertWatch(Engine& engine, const LiveConfig& live, const BackgroundRecord& record)
    : engine_(engine), live_(live), record_(record), since_us_(wall_us()) {}

Status AlertWatch::look(const CancelToken& cancel) {
  const Config config = live_.config();
  const AlertConfig& alert = config.alert;
  if (alert.command.empty()) command_.waiting.clear();
  if (alert.webhook.empty()) webhook_.waiting.clear();
  if (alert.command.empty() && alert.webhook.empty()) return ok();
  SEABED_TRY(auto troubles, find_troubles(engine_, alert, since_us_));
  for (Trouble& trouble : record_.troubles()) troubles.push_back(std::move(trouble));
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now().time_since_epoch());
  for (const AlertMessage& message : gate_.look(troubles, now.count(), alert.repeat_interval)) {
    const std::string json = alert_json(message, config);
    if (!alert.command.empty()) command_.keep(json);
    if (!alert.webhook.empty()) webhook_.keep(json);
  }
  const Status told = webhook_.send(
      [&](const std::string& json) { return post_alert(alert.webhook, json, alert.timeout); }, cancel);
  const Status run = command_.send(
      [&](const std::string& json) {
        return run_alert_command(alert.command, json + "\n", alert.timeout, cancel);
      },
      cancel);
  if (!told && !run) log::warn("{}", run.error().message());
  return told ? run : told;  // logged by the caller
}

void AlertWatch::Way::keep(const std::string& json) {
  waiting.push_back(json);
  if (waiting.size() <= kMaxWaiting) return;
  waiting.pop_front();
  log::error("more than {} alerts wait for delivery: the oldest is dropped", kMaxWaiting);
}

Status AlertWatch::Way::send(const std::function<Status(const std::string&)>& deliver,
                             const CancelToken& cancel) {
  if (Steady::now() < next) return ok();
  for (int sent = 0; !waiting.empty() && sent < kMaxSentPerLook && !cancel.cancelled(); ++sent) {
    if (auto done = deliver(waiting.front()); !done) {
      pause = pause.count() ? std::min(pause * 2, kLastPause) : kFirstPause;
      next = Steady::now() + pause;
      return done;  // the event waits
    }
    waiting.pop_front();
    pause = std::chrono::milliseconds(0);
  }
  return ok();
}

}  // namespace seabed
