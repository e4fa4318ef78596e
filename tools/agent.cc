// seabed agent
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/log.h"
#include "tools/agent/calls.h"
#include "tools/agent/observed_agent.h"
#include "tools/agent/server.h"
#include "tools/agent/service_notify.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/log_output.h"
#include "tools/cli/signals.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

/// A verb that runs in process holds the catalog for a moment: the agent outwaits it, but not another agent.
Result<Engine*> own_engine(Machine& machine) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (;;) {
    auto engine = machine.engine();
    const bool owned =
        !engine && engine.error().code == Code::kConflict && engine.error().object.ends_with(".lock");
    if (!owned || std::chrono::steady_clock::now() > deadline) return engine;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Result<int> agent(Invocation& invocation) {
  SEABED_TRY(const Config* config, invocation.config());
  LiveConfig live(*config);
  SignalCancel signals([&live] { reload_noted(live); });  // before any thread: they inherit the mask
  SEABED_CHECK(set_up_log(config->log));
  SEABED_TRY(Machine * machine, invocation.machine());
  SEABED_TRY(Engine * engine, own_engine(*machine));
  SEABED_CHECK(engine->start());
  {
    ObservedAgent observed(*engine, live);
    SEABED_CHECK(observed.start());
    SEABED_TRY(auto server,
               Server::start(config->socket, [&](const std::string& name, const Json& arguments) {
                 return name == kReloadCall ? reload_noted(live) : run_call(*engine, name, arguments);
               }));
    ServiceWatchdog watchdog;
    notify_ready(std::to_string(config->tenants.size()) + " tenant(s)");
    log::info("agent {} of cluster {}: {} tenant(s), socket {}", ::getpid(), config->cluster_name,
              config->tenants.size(), config->socket);
    signals.wait();
    log::info("agent stops");
    notify_stopping();
  }
  engine->stop();
  return kExitOk;
}

}  // namespace

std::vector<Verb> agent_verbs() {
  return {{"agent",
           "",
           "Archive and run backups until SIGTERM",
           "Owns the catalog. While it runs, every other verb reaches it over its Unix socket (mode 0600); "
           "unfinished\n"
           "backups of an earlier agent go on. Logs to standard error or [log] file. SIGHUP reads the configuration again.",
           {"seabed agent", "seabed --config /etc/seabed/seabed.toml agent"},
           {},
           agent}};
}

}  // namespace seabed
