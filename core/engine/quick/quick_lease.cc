#include "core/engine/quick/quick_lease.h"

#include <unistd.h>

#include <filesystem>

#include "core/base/bytes.h"
#include "core/base/checksum.h"
#include "core/base/log.h"
#include "core/engine/quick/restored_tenants.h"
#include "core/storage/destination.h"

namespace seabed::quick {
namespace {

constexpr std::chrono::milliseconds kCall{30'000};

std::string lease_id(const std::string& directory, const restore::RestoreState& state) {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  std::error_code ec;
  const std::string where = std::filesystem::weakly_canonical(directory, ec).string();
  Hasher128 hasher;
  for (const std::string& part :
       {std::string(host), where, state.backup_tenant, std::to_string(state.target)}) {
    hasher.update(part);
    hasher.update(std::string_view("\0", 1));
  }
  return "quick-" + to_hex(view(hasher.digest()));
}

Result<std::shared_ptr<ObjectStore>> open_store(EngineContext& context, const restore::RestoreState& state) {
  SEABED_TRY(const Uri uri, parse_uri(state.data_destination));
  return context.storage->open(uri);
}

}  // namespace

ReaderLeaseFacts quick_lease_facts(const EngineContext& context, const std::string& directory,
                                   const restore::RestoreState& state) {
  ReaderLeaseFacts facts;
  facts.id = lease_id(directory, state);
  facts.cluster_id = context.cluster_id;
  facts.cluster_name = context.cluster_name;
  facts.tenant_name = state.tenant;
  facts.owner = context.owner;
  facts.purpose = "quick tenant";
  facts.directories = state.sets;
  return facts;
}

Result<std::vector<std::string>> renew_quick_lease(EngineContext& context, std::shared_ptr<ObjectStore> store,
                                                   const std::string& directory,
                                                   const restore::RestoreState& state,
                                                   const CancelToken* cancel) {
  Clock& clock = context.clock ? *context.clock : system_clock();
  const std::string source = store->describe();
  auto taken = ReaderLease::take(std::move(store), quick_lease_facts(context, directory, state), kQuickLease,
                                 clock, {.deadline = after(kCall), .cancel = cancel});
  if (taken) return std::vector<std::string>{};
  if (taken.error().code == Code::kConflict || taken.error().code == Code::kCancelled)
    return fail(taken.error());
  return std::vector<std::string>{source +
                                  ": no reader lease can be left there, so a cleanup of its owner may delete "
                                  "what this quick tenant reads: " +
                                  taken.error().message()};
}

Result<std::vector<std::string>> renew_quick_lease(EngineContext& context, const std::string& directory,
                                                   const restore::RestoreState& state,
                                                   const CancelToken* cancel) {
  SEABED_TRY(auto store, open_store(context, state));
  return renew_quick_lease(context, std::move(store), directory, state, cancel);
}

void release_quick_lease(EngineContext& context, const std::string& directory,
                         const restore::RestoreState& state) {
  auto store = open_store(context, state);
  if (!store) return;
  Clock& clock = context.clock ? *context.clock : system_clock();
  const IoContext io{.deadline = after(kCall)};
  if (auto taken =
          ReaderLease::take(*store, quick_lease_facts(context, directory, state), kQuickLease, clock, io))
    (*taken)->release(io);
}

void release_quick_lease(EngineContext& context, const std::string& directory) {
  if (const auto state = restore::read_state(directory); state && *state && (*state)->remote)
    release_quick_lease(context, directory, **state);
}

Status renew_quick_leases(EngineContext& context, const CancelToken& cancel) {
  SEABED_TRY(const auto tenants, restored_tenants(context));
  for (const RestoredTenant& tenant : tenants) {
    if (cancel.cancelled()) return ok();
    if (!tenant.state.remote) continue;
    auto warnings = renew_quick_lease(context, tenant.directory, tenant.state, &cancel);
    if (!warnings) {
      log::warn("quick tenant {} in {}: {}", tenant.name, tenant.directory, warnings.error().message());
      continue;
    }
    for (const std::string& warning : *warnings) log::warn("quick tenant {}: {}", tenant.name, warning);
  }
  return ok();
}

ServedLease::ServedLease(EngineContext& context, std::shared_ptr<ObjectStore> store,
                         const std::string& directory, const restore::RestoreState& state) {
  Clock& clock = context.clock ? *context.clock : system_clock();
  thread_ = std::thread(
      [this, &clock, store = std::move(store), facts = quick_lease_facts(context, directory, state)] {
        auto keeper = ReaderLeaseKeeper::hold({{store, facts}}, clock, &stop_, kQuickLease);
        if (!keeper) {
          if (!stop_.cancelled())
            log::error("quick tenant {}: {}", facts.tenant_name, keeper.error().message());
          return;
        }
        (*keeper)->leave();  // the tenant is still there when nobody reads it
        while (!stop_.wait_for(std::chrono::hours(1))) {
        }
      });
}

ServedLease::~ServedLease() {
  stop_.cancel();
  thread_.join();
}

}  // namespace seabed::quick
