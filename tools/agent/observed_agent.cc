#include "tools/agent/observed_agent.h"

#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/log.h"
#include "tools/agent/audit.h"
#include "tools/agent/metrics_page.h"
#include "tools/agent/service_notify.h"
#include "tools/cli/log_output.h"

namespace seabed {
namespace {
constexpr char kAlertKey[] = "alerts";
}

Result<Json> reload_noted(LiveConfig& live) {
  notify_reloading();
  auto answer = live.reload();
  notify_ready(answer ? "configuration read again" : "the new configuration is refused, the old one stays");
  return answer;
}

Status ObservedAgent::start() {
  SEABED_TRY(const auto page_from_now, listen(live_.config().metrics));
  page_from_now();
  engine_.background().on_end(
      [this](const std::string& key, bool again, const Status& result) { record_.note(key, again, result); });
  live_.on("log", [](const Config& next) { return prepare_log(next.log); });
  live_.on("audit", [](const Config& next) { return prepare_audit(next.audit_file); });
  live_.on("metrics", [this](const Config& next) { return listen(next.metrics); });
  live_.on("alert");  // each look reads it
  live_.on("drill");  // so does the schedule
  return engine_.background().every(
      kAlertKey, std::chrono::milliseconds(100), [this] { return alerts_.interval(); },
      [this](const CancelToken& cancel) { return alerts_.look(cancel); });
}

ObservedAgent::~ObservedAgent() {
  live_.stop();
  engine_.background().on_end(nullptr);
  engine_.background().cancel(kAlertKey);
  while (engine_.background().running(kAlertKey)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

Result<LiveConfig::Commit> ObservedAgent::listen(const MetricsConfig& config) {
  std::lock_guard lock(mutex_);
  if (config.listen == listening_) return LiveConfig::Commit([] {});
  std::shared_ptr<MetricsServer> next;
  if (!config.listen.empty()) {
    SEABED_TRY(next,
               MetricsServer::start(config.listen, [this] { return metrics_page(engine_, live_, record_); }));
  }
  return LiveConfig::Commit([this, next, address = config.listen] {
    std::lock_guard lock(mutex_);
    if (next) log::info("metrics at {} (port {})", address, next->port());
    server_ = next, listening_ = address;
  });
}

}  // namespace seabed
