#pragma once
// Positions in RocksDB's log: (incarnation, WAL number, byte offset), three big-endian 64-bit numbers, so
// that the opaque bytes sort as the log runs.

#include <cstdint>
#include <string>

#include "core/base/status.h"
#include "core/format/log_types.h"

namespace seabed::rocksdb_source {

struct LogPosition {
  uint64_t incarnation = 0, wal = 0, offset = 0;
  auto operator<=>(const LogPosition&) const = default;
};

Lsn encode_lsn(const LogPosition& position);
/// An empty LSN is position 0/0/0; any other length than 24 is kCorruption.
Result<LogPosition> decode_lsn(const Lsn& lsn);
/// "incarnation 1, WAL 000123 at 4711".
std::string display_lsn(const Lsn& lsn);

}  // namespace seabed::rocksdb_source
