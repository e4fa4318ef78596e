#pragma once
// What one look of the tailer holds until its step is made (log_tail.cc, step_groups.cc).

#include <vector>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/log_tail.h"

namespace seabed::rocksdb_source {

struct LogTail::Look {
  ClockReading before, after;
  bool fresh = false;
  WalCursor cursor;
  WalLook wal;
  std::vector<rocksdb::Hole> jumps;
};

}  // namespace seabed::rocksdb_source
