#pragma once
// The EngineAdapter "rocksdb", injected by tools.

#include <memory>

#include "core/source/restore_target.h"

namespace seabed {

std::unique_ptr<EngineAdapter> make_rocksdb_adapter();

}  // namespace seabed
