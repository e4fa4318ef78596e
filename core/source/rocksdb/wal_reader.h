#pragma once
// The WAL half of a look: whole records from where the last look ended, file after file. Bytes that do not
// form a whole record are never kept: the next look reads them again. Not thread-safe.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/base/status.h"
#include "core/source/rocksdb/log_directory.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/sequence_rules.h"
#include "core/source/rocksdb/write_batch.h"

namespace seabed::rocksdb_source {

/// Where reading stands. A value: a look works on a copy, which replaces it when the whole look succeeded.
struct WalCursor {
  uint64_t wal = 0;  // number; until `opened` the smallest that is wanted
  uint64_t offset = 0;
  bool opened = false;  // the file was found
  bool file_has_batch = false;
  FramingState framing;
  uint64_t previous_wal = 0, previous_length = 0;  // the last file with content before this one
  uint64_t first_wal = 0;   // reading began at it: a PREPARE in an older one is unknown
  uint64_t begun_with = 0;  // no WAL from this number on commits such a PREPARE; 0: not known yet
  SequenceRules rules;
};

/// A sequence jump, not yet known to be a hole: the MANIFEST, read afterwards, may explain it.
struct PendingJump {
  SequenceCheck check;
  uint64_t offset = 0;
  bool between_files = false;
};

/// A run of whole records of one file.
struct WalRun {
  uint64_t wal = 0, offset = 0, records = 0;
  bool begins_file = false;
  uint64_t previous_wal = 0, previous_length = 0;
  std::string payload;  // kWalRunRoom bytes for the numbers (payload.h), then the records
  uint64_t size() const;
  std::vector<PendingJump> jumps;
  bool stamped = true;  // every batch so far carries stamps, and they rise
  Scn first_stamp = 0, last_stamp = 0;
};

struct WalLook {
  std::vector<WalRun> runs;
  bool drained = false;  // read to the end of the last file
  bool broken = false;   // read up to bytes that are no record: there may be more behind them, so this is no end
  uint64_t bytes = 0;
  std::optional<std::string> gap;  // behind the last run
};

class WalReader {
 public:
  WalReader(const LogDirectory& directory, bool allow_recycled)
      : directory_(directory), allow_recycled_(allow_recycled) {}

  /// At most about `max_bytes`. kUnsupported: recycled files that are not allowed, an unknown record type or
  /// batch tag.
  Result<WalLook> read(WalCursor* cursor, uint64_t max_bytes);
  /// Opens the cursor's file if it is there, so that it cannot go away any more.
  Status locate(WalCursor* cursor);
  /// Reads no further than this position (0, 0: no such limit).
  void set_stop(uint64_t wal, uint64_t offset) {
    stop_wal_ = wal;
    stop_offset_ = offset;
  }
  bool recycles() const { return recycles_; }

 private:
  enum class FileEnd { kLimit, kEnd, kBroken };
  Result<bool> find_file(WalCursor* cursor, WalLook* look);
  Result<bool> successor_has_batch(uint64_t number);
  Result<bool> holds_batch(uint64_t number);
  Result<FileEnd> read_file(WalCursor* cursor, uint64_t length, uint64_t max_bytes, WalRun* run,
                            std::optional<std::string>* gap);
  Result<std::optional<FileEnd>> parse_chunk(WalCursor* cursor, std::string_view chunk, uint64_t room,
                                             WalRun* run, size_t* taken, std::optional<std::string>* gap);
  Status take_batch(WalCursor* cursor, const LogRecord& record, WalRun* run, std::optional<std::string>* gap);
  bool broken_for_good(const WalCursor& cursor, uint64_t size);
  static void next_file(WalCursor* cursor, uint64_t number);

  const LogDirectory& directory_;
  bool allow_recycled_;
  bool recycles_ = false;
  uint64_t stop_wal_ = 0, stop_offset_ = 0;
  Fd file_;
  uint64_t file_number_ = 0;
  std::optional<LogParser> parser_;
  uint64_t parser_number_ = 0;
  std::vector<char> head_;           // of a file that may be the next one
  BatchFacts facts_;
  uint64_t proven_ = 0;  // this file is known to hold a batch
  struct Broken {
    uint64_t wal = 0, offset = 0;
    std::chrono::steady_clock::time_point since;
  };
  std::optional<Broken> broken_;
  std::string broken_reason_;
};

}  // namespace seabed::rocksdb_source
