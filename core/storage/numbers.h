#pragma once
// OceanBase's error numbers for what a medium answers: the one place where a Code becomes a number. Those of
// Seabed's own rules stand beside the rule (docs/exit-codes.md has them all).

#include "core/storage/store_call.h"

namespace seabed {

/// With the number of a refused URI or of a medium that cannot be opened; one that has a number keeps it.
Error numbered_open(Error error);
/// The same of a call. 0 for what is no trouble of the medium (nothing there, there already, cancelled,
/// damaged bytes).
Error numbered_call(Error error, StoreOp op);
std::shared_ptr<ObjectStore> with_numbers(std::shared_ptr<ObjectStore> inner);

}  // namespace seabed
