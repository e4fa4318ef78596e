#pragma once
// Log groups made from the files of a database after the fact: an archiver that missed nothing. Stamps are
// 10, 20, 30 … by group, so that a test can cut anywhere.

#include <cstdint>
#include <string>
#include <vector>

#include "core/format/log_types.h"
#include "core/source/stream_source.h"

namespace seabed::test {

/// The MANIFEST edits behind the base first, then every WAL from the base's start_replay on (also from
/// RocksDB's archive folder), `records` to a group.
std::vector<LogGroup> groups_behind(const std::string& directory, const Snapshot& base, uint64_t records);

}  // namespace seabed::test
