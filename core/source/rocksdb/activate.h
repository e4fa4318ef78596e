#pragma once
// From staged to open (restore_target.h: activate_staged). Every step may be the last one before a crash:
// calling again goes on from there. The LOCK directory keeps every RocksDB out until CURRENT is whole, and
// the rename to the final name comes last.

#include <functional>
#include <string>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// `after_step` is called with 1, 2, … after each durable step (tests stop the process there).
Status activate_with_steps(const std::string& directory, const std::function<void(int)>& after_step);

}  // namespace seabed::rocksdb_source
