#pragma once
// RESTORE_DATA_MODE of restored tenants in the catalog, after their directories, which are right.

#include <string>

#include "core/engine/job/context.h"

namespace seabed::quick {

/// Of the tenant in that directory; empty: of all. What is not there, and a process without a catalog, change nothing; a
/// catalog that cannot be written is logged: the agent's next start does it.
void note_data_mode(EngineContext& context, const std::string& directory = {});

}  // namespace seabed::quick
