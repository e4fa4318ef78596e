#pragma once
// Taking a staged tenant away again: its reader lease at the source, then what the restore put into its
// directory.

#include "core/engine/quick/quick_tenant.h"

namespace seabed::quick {

struct Discarded {
  std::vector<std::string> removed, left;  // names in the directory
};

/// Never an activated one (kConflict), nor one that is served or worked on. What Seabed did not write stays,
/// and then the directory too. `dry_run`: the same checks and the same answer; nothing is touched.
Result<Discarded> discard(EngineContext& context, const std::string& directory, bool dry_run = false);

}  // namespace seabed::quick
