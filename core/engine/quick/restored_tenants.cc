#include "core/engine/quick/restored_tenants.h"

#include <set>

#include "core/catalog/restore_jobs.h"

namespace seabed::quick {

Result<std::vector<RestoredTenant>> restored_tenants(EngineContext& context) {
  SEABED_TRY(const auto jobs, context.catalog->get<std::vector<catalog::RestoreJobRow>>(
                                  [](Transaction& tx) { return catalog::list_restore_jobs(tx); }));
  std::vector<RestoredTenant> out;
  std::set<std::string> directories;  // a restore has two rows
  for (const auto& job : jobs) {
    if (job.status != "RESTORE_SUCCESS" || job.directory.empty() || directories.count(job.directory))
      continue;
    auto state = restore::read_state(job.directory);
    if (!state || !*state || (*state)->activated || (*state)->state != restore::State::kSuccess) continue;
    directories.insert(job.directory);
    out.push_back({job.restore_tenant_name, job.directory, std::move(**state)});
  }
  return out;
}

Result<RestoredTenant> find_restored(EngineContext& context, const std::string& name) {
  SEABED_TRY(auto all, restored_tenants(context));
  for (auto& tenant : all)
    if (tenant.name == name) return std::move(tenant);
  return fail(Code::kNotFound, "tenant " + name,
              "no staged tenant of that name was restored by this installation", "give its directory");
}

}  // namespace seabed::quick
