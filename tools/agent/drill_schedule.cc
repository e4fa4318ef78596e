#include "tools/agent/drill_schedule.h"

#include <algorithm>

#include "core/base/log.h"

namespace seabed {
namespace {

constexpr std::chrono::milliseconds kLongestPause{60'000};

uint64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

/// Start of the last drill that was not cancelled; 0: there was none.
Result<uint64_t> last_start(Engine& engine, uint64_t tenant_id) {
  SEABED_TRY(const auto rows, engine.context().catalog->get<std::vector<catalog::DrillRow>>(
                                  [&](Transaction& tx) { return catalog::list_drills(tx, tenant_id); }));
  for (const auto& row : rows)
    if (row.status != "CANCELED") return row.start_us;
  return 0;
}

/// A tenant that cannot be drilled yet (no backup destination) is asked again at the next look, in silence.
Status look(Engine& engine, const DrillSettings& settings, uint64_t agent_start_us) {
  for (const TenantConfig& tenant : engine.context().tenants) {
    SEABED_TRY(const uint64_t last, last_start(engine, tenant.tenant_id));
    const uint64_t due = next_drill_us(settings, tenant, last, agent_start_us);
    if (due == 0 || due > now_us() || engine.background().running(drill_key(tenant.name))) continue;
    const auto started = start_drill(
        engine, tenant.name,
        {.tenant_id = tenant.tenant_id, .moment = settings.moment, .full = settings.full, .scheduled = true});
    if (!started && started.error().code != Code::kConflict) return fail(started.error());
  }
  return ok();
}

/// Short intervals (tests) are looked at as often.
std::chrono::milliseconds pause_of(const Engine& engine, const DrillSettings& settings) {
  auto shortest = settings.every.count() > 0 ? settings.every : kLongestPause;
  for (const TenantConfig& tenant : const_cast<Engine&>(engine).context().tenants)
    if (tenant.drill_every && tenant.drill_every->count() > 0)
      shortest = std::min(shortest, *tenant.drill_every);
  return std::clamp(shortest / 4, std::chrono::milliseconds(50), kLongestPause);
}

}  // namespace

Result<catalog::DrillRow> start_drill(Engine& engine, const std::string& tenant,
                                      const DrillRequest& request) {
  if (engine.background().running(drill_key(tenant)))
    return fail(Code::kConflict, "tenant " + tenant, "a drill of it runs",
                "`seabed drill status`, `seabed drill cancel`");
  SEABED_TRY(const auto row, submit_drill(engine.context(), request));
  SEABED_CHECK(
      engine.background().submit(drill_key(tenant), [&engine, id = row.drill_id](const CancelToken& cancel) {
        return run_drill(engine.context(), id, cancel);
      }));
  return row;
}

Status start_drill_schedule(Engine& engine, const LiveConfig& live) {
  SEABED_CHECK(end_lost_drills(engine.context()));
  return engine.background().every(
      "drill-schedule", std::chrono::milliseconds(100),
      [&engine, &live] { return pause_of(engine, live.config().drill); },
      [&engine, &live, start = now_us()](const CancelToken&) {
        return look(engine, live.config().drill, start);
      });
}

}  // namespace seabed
