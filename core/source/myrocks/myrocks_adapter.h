#pragma once
// The EngineAdapter "myrocks": RocksDB in "<datadir>/#rocksdb" of a MariaDB server. Streams and targets are
// named so, and nothing else: a server finds its restored tables only under this name.

#include <memory>

#include "core/source/restore_target.h"

namespace seabed {

std::unique_ptr<EngineAdapter> make_myrocks_adapter();

}  // namespace seabed
