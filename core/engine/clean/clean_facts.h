#pragma once
// Reads what the rules decide on from the catalog.

#include "core/engine/clean/clean_rules.h"
#include "core/engine/job/context.h"

namespace seabed::clean {

/// A restore of the tenant that runs here protects its sets and pieces; everything while it has not chosen
/// yet.
Result<CleanFacts> read_clean_facts(EngineContext& context, uint64_t tenant_id);

}  // namespace seabed::clean
