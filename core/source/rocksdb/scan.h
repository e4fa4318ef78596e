#pragma once
// Opens a standby as its application would find it, without changing it, and reads every row of every family
// with checksums verified. The log up to the restored moment is replayed into memory.

#include "core/base/status.h"
#include "core/source/stream_scan.h"

namespace seabed::rocksdb_source {

/// kCorruption and kIo name the file where RocksDB does. Bad input may abort the process (RocksDB's asserts):
/// run it in one of its own.
Result<StreamScan> scan_standby(const ScanOptions& options);

}  // namespace seabed::rocksdb_source
