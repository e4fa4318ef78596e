#pragma once
// Reader leases at the destinations: what they need is used, whichever cluster the reader is of.

#include "core/engine/clean/clean_look.h"

namespace seabed::clean {

/// Adds to used_sets and used_pieces; returns the readers in words. A lease that names no directory, or one
/// that is not understood, protects everything at the place.
Result<std::vector<std::string>> protect_readers(EngineContext& context, const CleanPlace& place,
                                                 const IoContext& io, Stock* stock);

}  // namespace seabed::clean
