#pragma once
// "<catalog>.lock": one engine owns a catalog at a time. Held by flock, so that it goes with the process.

#include <string>

#include "core/base/fd.h"
#include "core/base/status.h"

namespace seabed {

/// kConflict naming the owner's process when another one holds it.
Result<Fd> take_owner_lock(const std::string& path);

}  // namespace seabed
