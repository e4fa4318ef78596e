#pragma once
// What makes two SST files the same file: who wrote them (lessons.md 5: numbers alone are reused with other
// content). The table properties are parsed by hand: format of RocksDB's block-based table, versions 0 to 6
// of the footer (table/format.cc, table/meta_blocks.cc there). No checksum of the blocks is verified: a
// damaged identity is another identity, and then the content decides.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// From rocksdb.creating.db.identity, rocksdb.creating.session.identity, rocksdb.original.file.number.
struct TableOrigin {
  std::string db_id, session_id;
  uint64_t original_number = 0;
};

/// nullopt: no block-based table, too old to carry an origin, or damaged. Errors only for failing reads.
Result<std::optional<TableOrigin>> read_table_origin(int fd, const std::string& name);

/// SnapshotFile::identity: 'u' + the MANIFEST's unique id (16 bytes; zeros: not recorded), or 'o' + XXH3-128
/// of the origin; then the size. Empty when neither is known.
std::string identity_of(const std::array<uint64_t, 2>& unique_id, const std::optional<TableOrigin>& origin,
                        uint64_t size);

}  // namespace seabed::rocksdb_source
