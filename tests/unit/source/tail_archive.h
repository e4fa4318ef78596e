#pragma once
// An archive of one tailer in memory, and what is to be true of it.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/source/rocksdb/log_tail.h"

namespace seabed::test {

struct TailArchive {
  std::vector<LogGroup> groups;
  std::vector<LogHole> holes;
  std::optional<LogGap> gap;
  bool complete = false;
  uint64_t bytes = 0;

  /// One step; false when it failed (the failure is reported to gtest).
  bool take(rocksdb_source::LogTail& tail, uint64_t max_bytes = 1 << 20);
  /// Steps until a complete one brings nothing new (bounded), or a gap.
  bool drain(rocksdb_source::LogTail& tail, uint64_t max_bytes = 1 << 20);
  /// WAL number -> bytes, put together from the groups.
  std::map<uint64_t, std::string> wals() const;
  /// What the pure checker says of the groups; holes it finds are appended.
  Status check(std::vector<LogHole>* found, const std::string& recovery = "") const;
  /// Positions, order and stamps of the groups hold.
  void expect_well_formed() const;
};

/// The database's own WAL files, also those in RocksDB's archive folder.
std::map<uint64_t, std::string> wal_files_of(const std::string& directory);
/// Every archived WAL equals the database's file (whole, where `whole`).
void expect_same_wals(const TailArchive& archive, const std::string& directory, bool whole);

}  // namespace seabed::test
