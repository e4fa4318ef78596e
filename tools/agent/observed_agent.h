#pragma once
// The agent as its surroundings see it: metrics page, alerts, and the parts of the configuration that a
// reload applies.

#include <memory>
#include <mutex>

#include "tools/agent/alert_watch.h"
#include "tools/agent/metrics_server.h"
#include "tools/agent/reload.h"

namespace seabed {

inline constexpr char kReloadCall[] = "config/reload";

/// LiveConfig::reload(), told to systemd.
Result<Json> reload_noted(LiveConfig& live);

class ObservedAgent {
 public:
  ObservedAgent(Engine& engine, LiveConfig& live)
      : engine_(engine), live_(live), alerts_(engine, live, record_) {}
  /// Page, alerts, and what LiveConfig applies. The engine's background work ends before this object does.
  Status start();
  ~ObservedAgent();

 private:
  /// Another address or none: the new page is there before the old one goes.
  Result<LiveConfig::Commit> listen(const MetricsConfig& config);

  Engine& engine_;
  LiveConfig& live_;
  BackgroundRecord record_;
  AlertWatch alerts_;
  std::mutex mutex_;
  std::string listening_;
  std::shared_ptr<MetricsServer> server_;
};

}  // namespace seabed
