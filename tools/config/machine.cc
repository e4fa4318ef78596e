#include "tools/config/machine.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "core/base/fd.h"
#include "core/media/lease.h"
#include "core/source/myrocks/myrocks_tenant_source.h"
#include "tools/config/adapters.h"
#include "tools/config/table_parts.h"
#include "tools/reads/scan_child.h"

namespace seabed {
namespace {

/// Tests name a persisted state at which the process kills itself (EngineContext::at_state).
std::function<void(const std::string&)> kill_at_state() {
  const char* state = std::getenv("SEABED_TEST_KILL_AT");
  if (!state) return [](const std::string&) {};
  return [wanted = std::string(state)](const std::string& reached) {
    if (reached == wanted) ::kill(::getpid(), SIGKILL);
  };
}

class LocalMachine : public Machine {
 public:
  explicit LocalMachine(const Config& config) : config_(config) {}

  Status prepare() {
    SEABED_TRY(storage_, Storage::create(config_.storage));
    context_.cluster_id = config_.cluster_id;
    context_.cluster_name = config_.cluster_name;
    context_.owner = process_owner();
    context_.storage = storage_.get();
    context_.clock = &system_clock();
    context_.tenants = config_.tenants;
    context_.limits = config_.limits;
    context_.tenant_destinations = {config_.storage.allowed_destinations, config_.storage.driver_defaults};
    context_.drill = config_.drill;
    context_.scan_tenant = scan_in_child(config_.file);
    context_.state_directory = config_.state_directory;
    context_.at_state = kill_at_state();
    context_.adapters = make_adapters();
    use_config_for_tables(config_);
    context_.open_tenant_source = [](const TenantConfig& tenant) {
      return tenant.data_directory.empty() ? nullptr : open_myrocks_tenant(tenant.data_directory);
    };
    return ok();
  }

  const Config& config() const override { return config_; }
  EngineContext& context() override { return context_; }

  Result<Engine*> engine() override {
    if (engine_) return engine_.get();
    if (!catalog_) {
      SEABED_TRY(catalog_, Catalog::open({.path = config_.catalog, .key_path = config_.catalog_key}));
      context_.catalog = catalog_.get();
    }
    SEABED_CHECK(make_directories(config_.state_directory));
    SEABED_TRY(engine_, Engine::create(context_));
    return engine_.get();
  }

 private:
  Config config_;
  EngineContext context_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Engine> engine_;  // goes first
};

}  // namespace

Result<std::unique_ptr<Machine>> Machine::create(const Config& config) {
  auto machine = std::make_unique<LocalMachine>(config);
  SEABED_CHECK(machine->prepare());
  return machine;
}

}  // namespace seabed
