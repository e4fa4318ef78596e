#pragma once
// TenantSource over a MariaDB data directory: table names and the files that MyRocks needs beside #rocksdb.

#include <memory>
#include <string>

#include "core/source/tenant_source.h"

namespace seabed {

/// `data_directory`: MariaDB's datadir (the parent of #rocksdb), absolute. Nothing is opened before look().
/// A look lists a schema directory again only when its modification time changed (or is too young to tell),
/// and reads a file again only when its inode, size or times did. Not thread-safe.
std::unique_ptr<TenantSource> open_myrocks_tenant(const std::string& data_directory);

}  // namespace seabed
