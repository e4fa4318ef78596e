#pragma once
// Column families of a quick standby, and leaving out those that nobody asked for: edits behind its MANIFEST,
// so that their files are not opened and their records in the log are passed over (rocksdb-attach.md section
// 5).

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

struct StagedFamily {
  uint32_t id = 0;
  std::string name, comparator;
};

/// Rising by id. kConflict when the directory is not a finished standby.
Result<std::vector<StagedFamily>> read_staged_families(const std::string& staged);

/// For good: drops every family but `wanted`. Of column family 0, which cannot be dropped, the files go, and
/// its log number is put above every log. Idempotent.
Status narrow_families(const std::string& staged, const std::set<std::string>& wanted);

}  // namespace seabed::rocksdb_source
