#pragma once
// Hydration: the pages of a quick tenant that are not here yet are copied into its staged directory while it
// is served; then it is a full one and may be activated. Goes on where it stopped: what is there is proved
// page by page.

#include "core/engine/job/background.h"
#include "core/engine/quick/quick_tenant.h"

namespace seabed::quick {

struct HydrateRequest {
  std::string directory;
  std::vector<std::string> uris{};  // as open_quick_tenant
  KeyAccess keys{};
  uint32_t concurrency = 2;  // files at a time
};
struct HydrateOutcome {
  uint64_t files = 0, bytes = 0;  // of the tenant's data files
  uint64_t medium_bytes = 0;      // asked of the medium by this run
};

/// Progress in bytes and files. kConflict: another process hydrates it. A tenant that is full already:
/// nothing is done.
Result<HydrateOutcome> hydrate(EngineContext& context, const HydrateRequest& request,
                               const ProgressFn& progress, const CancelToken& cancel);
/// In the agent's background, under this key; kConflict while it runs.
std::string hydration_key(const std::string& directory);
Status start_hydration(EngineContext& context, Background& background, const HydrateRequest& request);
/// Hydrations that this installation's tenants had begun when their process ended.
Status resume_hydrations(EngineContext& context, Background& background);

}  // namespace seabed::quick
