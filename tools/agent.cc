// seabed agent
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/archive_priority.h"
#include "core/base/log.h"
#include "core/base/spare_memory.h"
#include "tools/agent/audit.h"
#include "tools/agent/call_rights.h"
#include "tools/agent/calls.h"
#include "tools/agent/drill_schedule.h"
#include "tools/agent/observed_agent.h"
#include "tools/agent/server.h"
#include "tools/agent/service_notify.h"
#include "tools/agent/table_calls.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/log_output.h"
#include "tools/cli/signals.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

/// A call for whoever is at the other end of the socket.
Result<Json> serve(Engine& engine, LiveConfig& live, const std::string& name, const Json& arguments,
                   const Peer& peer) {
  SEABED_TRY(const Caller caller, caller_of(live.config().roles, peer, arguments));
  if (name != kReloadCall) return run_call(engine, name, arguments, caller);
  const auto began = std::chrono::steady_clock::now();
  auto allowed = check_rights(caller, name, arguments);
  auto result = allowed ? reload_noted(live) : allowed;
  audit_call(caller, name, arguments, result, std::chrono::steady_clock::now() - began);
  return result;
}

/// No role: refused, and told to the audit file, but no more often than once a second: others must not fill
/// the disk.
class Door {
 public:
  explicit Door(LiveConfig& live) : live_(live) {}
  Status admit(const std::string& name, const Peer& peer) {
    auto caller = caller_of(live_.config().roles, peer, Json{{"tenant", ""}});
    if (caller || caller.error().code != Code::kPermissionDenied) return ok();
    const auto now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    if (name.find('/') != name.npos && now - told_ > std::chrono::seconds(1)) {
      told_ = now;
      Caller who{false, "nothing", user_name(peer.uid)};
      who.uid = peer.uid, who.pid = peer.pid;
      audit_call(who, name, Json::object(), fail(caller.error()), {});
    }
    return fail(caller.error());
  }

 private:
  LiveConfig& live_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point told_{};
};

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
  set_archive_nice(static_cast<int>(config->archive_nice));
  spare_memory::return_large_blocks();
  SEABED_TRY(Machine * machine, invocation.machine());
  SEABED_TRY(Engine * engine, own_engine(*machine));
  SEABED_TRY(const auto audit_from_now, prepare_audit(config->audit_file));
  audit_from_now();
  SEABED_CHECK(engine->start());
  SEABED_CHECK(resume_tables(*engine));
  {
    ObservedAgent observed(*engine, live);
    SEABED_CHECK(observed.start());
    SEABED_CHECK(start_drill_schedule(*engine, live));
    Door door(live);
    SEABED_TRY(const SocketAccess access, socket_access(config->roles));
    SEABED_TRY(
        auto server,
        Server::start(config->socket, access,
                      {[&](const std::string& name, const Json& arguments, const Peer& peer) {
                         return serve(*engine, live, name, arguments, peer);
                       },
                       [&](const std::string& name, const Peer& peer) { return door.admit(name, peer); }}));
    live.on("roles", [&](const Config& next) -> Result<LiveConfig::Commit> {
      SEABED_TRY(const SocketAccess wanted, socket_access(next.roles));
      SEABED_CHECK(server->open_to(wanted));  // the last part: who is at the socket is looked at anew by each call
      return LiveConfig::Commit([] {});
    });
    ServiceWatchdog watchdog;
    notify_ready(std::to_string(config->tenants.size()) + " tenant(s)");
    log::info("agent {} of cluster {}: {} tenant(s), socket {}", ::getpid(), config->cluster_name,
              config->tenants.size(), config->socket);
    signals.wait();
    live.stop();
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
           "Owns the catalog. While it runs, every other verb reaches it over its Unix socket, as far as "
           "[roles] let it; "
           "unfinished\n"
           "backups of an earlier agent go on. Logs to standard error or [log] file. SIGHUP reads the "
           "configuration again.",
           {"seabed agent", "seabed --config /etc/seabed/seabed.toml agent"},
           {},
           agent}};
}

}  // namespace seabed
