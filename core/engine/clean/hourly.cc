#include "core/engine/clean/hourly.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/catalog/tenants.h"
#include "core/engine/archive/archiver.h"
#include "core/engine/clean/clean_facts.h"
#include "core/engine/clean/clean_run.h"
#include "core/engine/clean/stale_uploads.h"
#include "core/engine/clean/trim_catalog.h"

namespace seabed::clean {

std::string clean_key(uint64_t tenant_id) { return "clean/" + std::to_string(tenant_id); }

Status start_clean(EngineContext& context, Background& background, uint64_t tenant_id, uint64_t job_id) {
  const ProgressFn progress = background.teller(clean_key(tenant_id));
  auto started = background.submit(clean_key(tenant_id), [&context, job_id, progress](const CancelToken& cancel) {
    return run_clean(context, job_id, progress, cancel);
  });
  if (started || started.error().code != Code::kConflict) return started;
  return fail(Error{Code::kConflict, "cleanup", "runs for this tenant",
                    "wait for its end, or `seabed clean cancel`", 0, 9044});
}

Result<uint64_t> cancel_running(EngineContext& context, Background& background, uint64_t tenant_id) {
  SEABED_TRY(const uint64_t job, cancel_clean(context, tenant_id));
  const std::string key = clean_key(tenant_id);
  const auto end = [&context, job] { (void)run_clean(context, job, {}, CancelToken()); };  // its outcome is in the catalog
  if (!background.cancel(key)) {
    end();
    return job;
  }
  const Status waits = background.submit("clean-cancel/" + std::to_string(job), [&background, key, end](const CancelToken& stop) {
    while (background.running(key))
      if (stop.wait_for(std::chrono::milliseconds(10))) return ok();
    end();
    return ok();
  });
  if (!waits) return fail(waits.error());
  return job;
}

namespace {

/// A job that nobody runs: of a process that is no more, or asked for while the hourly look was on.
Status go_on(EngineContext& context, uint64_t tenant_id, const CancelToken& cancel, const CleanTools& tools) {
  SEABED_TRY(const auto unfinished,
             context.catalog->get<std::vector<catalog::DeleteJobRow>>(
                 [&](Transaction& tx) { return catalog::unfinished_delete_jobs(tx, tenant_id); }));
  for (const auto& job : unfinished) {
    log::info("cleanup: job {} of tenant {} goes on from {}", job.job_id, tenant_id, job.status);
    SEABED_CHECK(run_clean(context, job.job_id, {}, cancel, tools));
  }
  return ok();
}

Status take_turn(EngineContext& context, uint64_t tenant_id, const CancelToken& cancel,
                 const CleanTools& tools) {
  SEABED_TRY(const auto seen, look(context, tenant_id, {}, tools, cancel));
  const CleanRequest request{.tenant_id = tenant_id};
  SEABED_TRY(const auto decision, decide(context, seen, request, cancel));
  const bool any = std::ranges::any_of(decision.items, [](const auto& item) { return item.remove; });
  const bool waits = !seen.facts.policy.empty() && seen.facts.window_us != 0 && !decision.blocked.empty();
  if (any || waits) {
    SEABED_TRY(const uint64_t job, submit_clean(context, request, tools));
    return run_clean(context, job, {}, cancel, tools);
  }
  if (seen.against.empty()) tidy_up(context, seen, tools, cancel);
  return ok();
}

/// Those of the configuration, and the standbys, which have media of their own.
Result<std::vector<uint64_t>> cleaned_here(EngineContext& context) {
  std::vector<uint64_t> out;
  for (const TenantConfig& tenant : context.tenants) out.push_back(tenant.tenant_id);
  SEABED_TRY(const auto rows, context.catalog->get<std::vector<catalog::TenantRow>>(
                                  [](Transaction& tx) { return catalog::list_tenants(tx); }));
  for (const auto& row : rows)
    if (row.role == "STANDBY" && std::ranges::find(out, row.tenant_id) == out.end()) out.push_back(row.tenant_id);
  return out;
}

}  // namespace

Status run_hourly_clean(EngineContext& context, uint64_t tenant_id, const CancelToken& cancel,
                        const CleanTools& tools) {
  if (const Status frozen = freeze_forced_rounds(context, tenant_id); !frozen)  // its medium may be away still
    log::warn("cleanup: {}", frozen.error().message());
  SEABED_CHECK(go_on(context, tenant_id, cancel, tools));
  SEABED_CHECK(take_turn(context, tenant_id, cancel, tools));
  return go_on(context, tenant_id, cancel, tools);
}

Status start_hourly(EngineContext& context, Background& background) {
  SEABED_TRY(const auto unfinished, context.catalog->get<std::vector<catalog::DeleteJobRow>>(
                                        [](Transaction& tx) { return catalog::unfinished_delete_jobs(tx); }));
  for (const auto& job : unfinished) {
    log::info("cleanup: job {} of tenant {} goes on from {}", job.job_id, job.tenant_id, job.status);
    SEABED_CHECK(start_clean(context, background, job.tenant_id, job.job_id));
  }
  const auto first =
      std::min<std::chrono::milliseconds>(std::chrono::minutes(1), context.limits.clean_interval);
  return background.every(
      "hourly-clean", first, [&context] { return context.limits.clean_interval; },
      [&context, &background](const CancelToken&) -> Status {
        SEABED_CHECK(trim_catalog(context));
        SEABED_TRY(const auto ids, cleaned_here(context));
        for (const uint64_t id : ids) {
          const auto started = background.submit(clean_key(id), [&context, id](const CancelToken& cancel) {
            return run_hourly_clean(context, id, cancel);
          });
          if (!started && started.error().code != Code::kConflict)
            return started;  // one that still runs has its turn next hour
        }
        return ok();
      });
}

}  // namespace seabed::clean
