#include "core/engine/bridge.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/destinations.h"
#include "core/catalog/holes.h"
#include "core/catalog/rounds.h"

namespace seabed {
namespace {

constexpr auto kLook = std::chrono::milliseconds(500);

bool finished(const std::string& status) {
  return status == "COMPLETED" || status == "FAILED" || status == "CANCELED";
}

}  // namespace

void Bridge::start() {
  if (thread_.joinable()) return;
  thread_ = std::thread([this] {
    do {
      for (const TenantConfig& tenant : context_.tenants) look(tenant.tenant_id);
    } while (!cancel_.wait_for(kLook));
  });
}

void Bridge::stop() {
  cancel_.cancel();
  if (thread_.joinable()) thread_.join();
}

std::string Bridge::obstacle(uint64_t tenant_id) {
  std::lock_guard lock(mutex_);
  return states_[tenant_id].obstacle;
}

/// Empty: a bridging incremental may be submitted, or is not wanted.
Result<std::string> Bridge::find_obstacle(uint64_t tenant_id) {
  return context_.catalog->get<std::string>([&](Transaction& tx) -> Result<std::string> {
    SEABED_TRY(auto dest, catalog::current_destination(tx, tenant_id, catalog::DestinationKind::kData));
    if (!dest) return std::string("there is no data destination: `seabed backup set-dest`, then `seabed backup start`");
    SEABED_TRY(auto sets, catalog::list_backup_sets(tx, tenant_id, dest->dest_id));
    bool base = std::any_of(sets.begin(), sets.end(), [](auto& set) { return set.status == "SUCCESS"; });
    SEABED_TRY(auto jobs, catalog::unfinished_backup_jobs(tx, tenant_id));
    if (!base && jobs.empty()) return std::string("there is no base yet: `seabed backup start`");
    SEABED_TRY(auto round, catalog::newest_round(tx, tenant_id));
    if (!round || round->status != "DOING") return std::string("archiving is not DOING");
    return std::string();
  });
}

Result<bool> Bridge::due(uint64_t tenant_id) {
  return context_.catalog->get<bool>([&](Transaction& tx) -> Result<bool> {
    SEABED_TRY(auto open_holes, catalog::list_holes(tx, tenant_id, "OPEN"));
    if (open_holes.empty()) return false;
    SEABED_TRY(auto unfinished, catalog::unfinished_backup_jobs(tx, tenant_id));
    if (!unfinished.empty()) return false;   // it may close them; else the next one
    SEABED_TRY(auto jobs, catalog::list_backup_jobs(tx, tenant_id, 100));
    for (const auto& job : jobs) {           // newest first
      if (!job.bridge || !finished(job.status)) continue;
      uint64_t pause_us = std::max<uint64_t>(context_.limits.bridge_min_interval.count() * 1000,
                                             10 * (job.end_us - std::min(job.start_us, job.end_us)));
      return context_.clock->read().now / 1000 >= job.end_us + pause_us;
    }
    return true;
  });
}

void Bridge::tell(uint64_t tenant_id, const std::string& obstacle) {
  std::lock_guard lock(mutex_);
  State& state = states_[tenant_id];
  if (state.obstacle != obstacle) state.told = false;
  state.obstacle = obstacle;
  if (obstacle.empty() || state.told) return;
  state.told = true;
  log::warn("tenant {}: the log has a hole that nothing bridges: {}. Targets behind the hole are refused until then",
            tenant_id, obstacle);
}

void Bridge::look(uint64_t tenant_id) {
  auto wanted = due(tenant_id);
  if (!wanted) return log::error("tenant {}: holes: {}", tenant_id, wanted.error().message());
  if (!*wanted) return;
  auto obstacle = find_obstacle(tenant_id);
  if (!obstacle) return log::error("tenant {}: holes: {}", tenant_id, obstacle.error().message());
  tell(tenant_id, *obstacle);
  if (!obstacle->empty()) return;
  BackupRequest request{.tenant_id = tenant_id, .incremental = true, .description = "bridges a hole in the log"};
  request.bridge = true;
  auto job = submit_backup(context_, request);
  if (!job) return tell(tenant_id, job.error().message());
  log::info("tenant {}: backup job {} bridges a hole in the log", tenant_id, *job);
  runner_.submit(tenant_id, *job);
}

}  // namespace seabed
