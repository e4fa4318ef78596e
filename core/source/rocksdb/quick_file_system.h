#pragma once
// A staged RocksDB directory with remote data files, as RocksDB must see it to read it: CURRENT and MANIFEST under their
// names, SST and blob files from RemoteFiles. Nothing can be written.

#include <rocksdb/file_system.h>

#include <memory>
#include <string>
#include <vector>

#include "core/source/remote_files.h"

namespace seabed::rocksdb_source {

/// Open the path `staged` through it. Reading fails with IOError where the medium does.
std::shared_ptr<::rocksdb::FileSystem> make_quick_file_system(const std::string& staged, const std::string& manifest,
                                                            std::shared_ptr<RemoteFiles> files);

struct QuickFamily {
  std::string name, comparator;
};
struct QuickLayout {
  std::string manifest;  // "MANIFEST-000005"
  std::vector<QuickFamily> families;
};
/// What the staged directory holds. kConflict when it is not a finished standby.
Result<QuickLayout> read_quick_layout(const std::string& staged);

}  // namespace seabed::rocksdb_source
