#pragma once
// Tables of a plain RocksDB: a column family is one.

#include <memory>

#include "core/source/table_access.h"

namespace seabed {

std::unique_ptr<TableAccess> make_rocksdb_tables();

}  // namespace seabed
