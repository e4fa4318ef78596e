#pragma once
// Taking a staged tenant away again: its reader lease at the source, then what the restore put into its
// directory.

#include "core/engine/quick/quick_tenant.h"

namespace seabed::quick {

/// Never an activated one (kConflict), nor one that is served or worked on. What Seabed did not write stays,
/// and then the directory too. The result: what was left.
Result<std::vector<std::string>> discard(EngineContext& context, const std::string& directory);

}  // namespace seabed::quick
