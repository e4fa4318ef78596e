#pragma once
// Archived runs of log put back as WAL files, byte for byte, ending exactly behind a record. Not thread-safe.

#include <cstdint>
#include <string>

#include "core/base/fd.h"
#include "core/base/scn.h"
#include "core/base/status.h"
#include "core/source/rocksdb/payload.h"

namespace seabed::rocksdb_source {

/// How much of a run with exact stamps lies at or before a target.
struct ExactCut {
  uint64_t length = 0;   // bytes of `data` to keep: up to the end of the last record stamped <= target
  uint64_t records = 0;  // data records among them
  Scn last_stamp = 0;    // of that record; 0 when none is kept
  Scn next_stamp = 0;    // of the first record left out; 0 when all are kept
};

class WalPlacement {
 public:
  /// Files are made in the open `directory`; WALs below `start_wal` are passed over.
  WalPlacement(int directory, uint64_t start_wal) : directory_(directory), start_wal_(start_wal) {}

  /// Goes on behind what an earlier process placed: file `wal` ends at `length`, exactly; 0: none was placed. Bytes behind
  /// it were never committed and are cut off, later files go.
  Status resume(uint64_t wal, uint64_t length);
  uint64_t wal() const { return number_; }
  uint64_t length() const { return length_; }

  /// `data`: the run's bytes, or the front of them. Runs come in order (LogContinuity proved it).
  Status place(const WalRunView& run, std::string_view data);
  /// Reads the stamps of a run; facts of the framing are taken from the file's first records, placed before.
  Result<ExactCut> cut(const WalRunView& run, Scn until) const;
  /// Everything placed is durable.
  Status sync();
  uint64_t bytes() const { return bytes_; }

 private:
  int directory_;
  uint64_t start_wal_, number_ = 0, length_ = 0, bytes_ = 0;
  Fd file_;
};

/// Log behind (wal, length) goes; kCorruption when there is less. wal 0: nothing was placed, all log goes.
Status cut_log(int directory, uint64_t wal, uint64_t length);

}  // namespace seabed::rocksdb_source
