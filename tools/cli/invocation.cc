#include "tools/cli/invocation.h"

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/agent/audit.h"
#include "tools/agent/calls.h"
#include "tools/agent/client.h"
#include "tools/agent/peer.h"
#include "tools/cli/exit_code.h"
#include "tools/config/machine.h"

namespace seabed {

Invocation::Invocation(const Verb& verb, std::string config_path, bool config_given, bool json)
    : verb_(verb), config_path_(std::move(config_path)), config_given_(config_given), json_(json) {}
Invocation::~Invocation() = default;

Result<const Config*> Invocation::config() {
  if (config_) return config_.get();
  SEABED_TRY(auto loaded, load_config(config_path_).map_error([&](Error error) {
    if (error.code == Code::kNotFound)
      error.next_step = "write one (config/ has samples), or give --config FILE";
    return error;
  }));
  config_ = std::make_unique<Config>(std::move(loaded));
  return config_.get();
}

Result<const Config*> Invocation::config_or_default() {
  if (config_) return config_.get();
  if (config_given_ || access(config_path_.c_str(), F_OK) == 0) return config();
  SEABED_TRY(auto loaded, load_without_file());
  config_ = std::make_unique<Config>(std::move(loaded));
  return config_.get();
}

bool Invocation::has_catalog() {
  const auto loaded = config();
  return loaded && access((*loaded)->catalog.c_str(), F_OK) == 0;
}

Result<Machine*> Invocation::machine() {
  if (machine_) return machine_.get();
  SEABED_TRY(const Config* config, config_or_default());
  SEABED_TRY(machine_, Machine::create(*config));
  return machine_.get();
}

/// An agent that is just starting holds the catalog but does not answer yet: it gets a moment.
Result<Json> Invocation::call(const std::string& name, const Json& arguments) {
  SEABED_TRY(const Config* config, this->config());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  for (;;) {
    auto remote = call_agent(config->socket, name, arguments);
    if (remote || remote.error().code != Code::kNotFound || !remote.error().object.starts_with("no agent")) {
      through_agent_ = true;
      return remote;
    }
    if (through_agent_)  // this verb began there: doing the rest here could do it twice
      return fail(Code::kOutcomeUnknown, remote.error().object,
                  "the agent died while " + verb_.title() + " waited",
                  "start it again: what it had begun goes on");
    auto local = call_here(name, arguments);
    bool owned = !local && local.error().code == Code::kConflict && local.error().object.ends_with(".lock");
    if (!owned || std::chrono::steady_clock::now() > deadline) return local;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

Result<Json> Invocation::call_here(const std::string& name, const Json& arguments) {
  SEABED_TRY(Machine * machine, this->machine());
  SEABED_TRY(Engine * engine, machine->engine());
  set_up_audit(machine->config().audit_file);
  return run_call(*engine, name, arguments, caller_in_process());
}

int Invocation::answer(const Json& answer, const std::function<std::string()>& text) const {
  std::cout << (json_ ? answer.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : text());
  std::cout.flush();
  return std::cout.good() ? kExitOk : kExitIo;
}

}  // namespace seabed
