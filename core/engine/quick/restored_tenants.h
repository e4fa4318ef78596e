#pragma once
// Staged tenants that this installation restored, by the rows of its restore jobs: where they lie, and
// whether they are quick. What is gone from the disk is not told.

#include <string>
#include <vector>

#include "core/engine/job/context.h"
#include "core/engine/restore/restore_state.h"

namespace seabed::quick {

struct RestoredTenant {
  std::string name, directory;
  restore::RestoreState state;
};

/// Finished and not activated, newest first: of one name there may be several, in directories of their own.
Result<std::vector<RestoredTenant>> restored_tenants(EngineContext& context);
/// The newest of that name. kNotFound: no such one.
Result<RestoredTenant> find_restored(EngineContext& context, const std::string& name);

}  // namespace seabed::quick
