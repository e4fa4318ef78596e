#include "tools/agent/alert_events.h"

#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/drills.h"
#include "tools/agent/standby_lag.h"
#include "tools/cli/error_json.h"

namespace seabed {
namespace {

constexpr size_t kJobsLookedAt = 50;
constexpr int kErrorPatience = 3;  // a medium that fails once is retried by itself
constexpr size_t kMaxRemembered = 10'000;

double lag_of(const ArchiveStatus& live) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const double seconds =
      std::chrono::duration<double>(now).count() - static_cast<double>(live.checkpoint_scn) / 1e9;
  return seconds > 0 ? seconds : 0;
}

void look_at_archive(const ArchiveView& view, const AlertConfig& config, std::vector<Trouble>* out) {
  const ArchiveStatus& live = view.live;
  const std::string& tenant = view.tenant.name;
  if (live.status == "INTERRUPTED")
    out->push_back({"archive_interrupted", tenant, "round " + std::to_string(live.round_id), live.comment,
                    "`seabed archive stop`, `seabed archive start`, then a backup"});
  if (!view.open_holes.empty())
    out->push_back({"archive_hole", tenant, "",
                    std::to_string(view.open_holes.size()) + " hole(s) in the log that no backup covers",
                    "`seabed backup start --incremental` if the agent does not bridge them by itself"});
  const bool runs = live.status == "DOING" || live.status == "INTERRUPTED";
  const double lag = live.checkpoint_scn ? lag_of(live) : 0;
  if (runs && config.lag_limit.count() > 0 && lag * 1000 > static_cast<double>(config.lag_limit.count())) {
    Trouble late{"archive_lag", tenant, "",
                 "the archive is " + std::to_string(static_cast<int64_t>(lag)) + " s behind",
                 "`seabed archive status` tells which stream and why"};
    late.lag_seconds = lag;
    out->push_back(late);
  }
  for (const LsArchiveStatus& ls : live.streams)
    if (!ls.error.empty()) {
      Trouble failing{"archive_error", tenant, "log stream " + std::to_string(ls.ls_id), ls.error,
                      "it is retried"};
      failing.patience = kErrorPatience;
      out->push_back(failing);
    }
  for (const LsArchiveStatus& ls : live.streams)
    if (!ls.link_error.empty())
      out->push_back({"link_error", tenant, "log stream " + std::to_string(ls.ls_id), ls.link_error,
                      "while it lasts the agent must not fall behind: log that the database deletes is lost"});
}

Status look_at_jobs(Engine& engine, const catalog::TenantRow& tenant, uint64_t since_us,
                    std::vector<Trouble>* out) {
  SEABED_TRY(const auto jobs,
             engine.context().catalog->get<std::vector<catalog::BackupJobRow>>(
                 [&](auto& tx) { return catalog::list_backup_jobs(tx, tenant.tenant_id, kJobsLookedAt); }));
  for (const auto& job : jobs) {
    if (job.status != "FAILED" || job.end_us < since_us) continue;
    Trouble failed{"backup_failed", tenant.name, "job " + std::to_string(job.job_id), job.comment,
                   "`seabed backup status`"};
    failed.once = true;
    out->push_back(failed);
  }
  return ok();
}

Status look_at_drills(Engine& engine, const catalog::TenantRow& tenant, uint64_t since_us, std::vector<Trouble>* out) {
  SEABED_TRY(const auto drills, engine.context().catalog->get<std::vector<catalog::DrillRow>>([&](auto& tx) {
    return catalog::list_drills(tx, tenant.tenant_id, kJobsLookedAt);
  }));
  for (const auto& drill : drills) {
    if (drill.status != "FAILED" || drill.end_us < since_us) continue;
    Trouble failed{"drill_failed", tenant.name, "drill " + std::to_string(drill.drill_id), drill.comment,
                   "`seabed drill status`, `seabed verify`: this backup may not be restorable"};
    failed.once = true;
    out->push_back(failed);
  }
  return ok();
}

Status look_at_standbys(Engine& engine, const AlertConfig& config, std::vector<Trouble>* out) {
  if (config.lag_limit.count() == 0) return ok();
  SEABED_TRY(const auto all, standbys(engine.context(), ""));
  for (const StandbyView& standby : all) {
    const auto lag = standby_lag(standby);
    if (!lag || *lag * 1000 <= static_cast<double>(config.lag_limit.count())) continue;
    Trouble late{"standby_lag", standby.tenant.name, "",
                 "the standby stands at a moment " + std::to_string(static_cast<int64_t>(*lag)) + " s ago",
                 "`seabed standby status` tells which stream and why"};
    late.lag_seconds = *lag;
    out->push_back(late);
  }
  return ok();
}

}  // namespace

Result<std::vector<Trouble>> find_troubles(Engine& engine, const AlertConfig& config, uint64_t since_us) {
  std::vector<Trouble> out;
  SEABED_TRY(const auto tenants, engine.tenants());
  for (const auto& tenant : tenants) {
    SEABED_TRY(const ArchiveView view, engine.archive_status(tenant.name));
    look_at_archive(view, config, &out);
    SEABED_CHECK(look_at_jobs(engine, tenant, since_us, &out));
    SEABED_CHECK(look_at_drills(engine, tenant, since_us, &out));
  }
  SEABED_CHECK(look_at_standbys(engine, config, &out));
  return out;
}

std::vector<AlertMessage> AlertGate::look(const std::vector<Trouble>& troubles, int64_t now,
                                          std::chrono::milliseconds repeat) {
  std::vector<AlertMessage> out;
  std::set<std::string> there;
  for (const Trouble& trouble : troubles) {
    const std::string key = trouble.key();
    if (trouble.once) {
      if (happened_.size() > kMaxRemembered) happened_.clear();
      if (happened_.insert(key).second) out.push_back({trouble, false});
      continue;
    }
    there.insert(key);
    Known& known = known_[key];
    known.trouble = trouble;
    if (++known.seen < trouble.patience) continue;
    if (known.said >= 0 && now - known.said < repeat.count()) continue;
    known.said = now;
    out.push_back({trouble, false});
  }
  for (auto at = known_.begin(); at != known_.end();) {
    if (there.count(at->first)) {
      ++at;
      continue;
    }
    if (at->second.said >= 0) out.push_back({at->second.trouble, true});
    at = known_.erase(at);
  }
  return out;
}

std::string alert_json(const AlertMessage& message, const Config& config) {
  const Trouble& t = message.trouble;
  const time_t now = std::time(nullptr);
  tm utc{};
  ::gmtime_r(&now, &utc);
  char time_text[32];
  std::strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  Json json = {{"event", t.event},
               {"state", message.resolved ? "resolved"
                         : t.once         ? "happened"
                                          : "firing"},
               {"time", time_text},
               {"cluster", config.cluster_name},
               {"cluster_id", config.cluster_id},
               {"tenant", t.tenant},
               {"object", t.object},
               {"reason", t.reason},
               {"next_step", t.next_step}};
  if (t.event == "archive_lag" || t.event == "standby_lag")
    json["lag_seconds"] = t.lag_seconds,
    json["limit_seconds"] = double(config.alert.lag_limit.count()) / 1000;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace seabed
