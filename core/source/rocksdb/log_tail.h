#pragma once
// The tailer: one look = the WAL, then the MANIFEST, then OPTIONS; stamped and put into the order in which
// they must be written (metadata before the log). See rocksdb-attach.md section 2 and
// docs/format/rocksdb-groups.md.
//
// A base's start_replay should be the smaller of its own first WAL at byte 0 and position() read before the
// base's MANIFEST was frozen: then every edit behind the frozen length stands in a group from there on, even
// while the tailer is behind.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/source/rocksdb/log_directory.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/manifest_tail.h"
#include "core/source/rocksdb/options_tail.h"
#include "core/source/rocksdb/wal_reader.h"
#include "core/source/stream_source.h"

namespace seabed::rocksdb_source {

struct TailConfig {
  std::string database;       // absolute directory
  std::string wal_directory;  // empty: the database directory
  std::string links;          // the linker's directory (link_directory in linker.h); empty: none
  bool allow_recycled = false;
};

/// Not thread-safe, except position().
class LogTail {
 public:
  LogTail(const TailConfig& config, Clock& clock);
  ~LogTail();

  /// A new round: from the smallest live WAL that recovery would need, byte 0.
  Status begin(uint64_t incarnation);
  /// Goes on behind `state.end`. kGap when the log no longer reaches back.
  Status resume(const ArchivedState& state);
  /// One look. After a gap every further step tells the same gap.
  Result<LogStep> step(uint64_t max_bytes);
  /// State behind the last step returned: ArchivedState::resume.
  std::string resume_state() const;
  /// Thread-safe. Where the next log group will begin.
  Lsn position() const;

  /// Thread-safe. Everything before `end` is durable: drops the links that only it needed.
  Status release(const Lsn& end);

  const Version& version() const { return manifest_.version(); }
  bool recycles() const { return reader_.recycles(); }
  const OptionsTail& options() const { return options_; }

 private:
  struct Look;
  Status resume_saved(const ArchivedState& state, const LogPosition& end);
  Status fast_forward(const LogPosition& end);
  Status read_metadata(Look* look);
  void settle_beginning(Look* look);
  void settle_jumps(Look* look);
  enum class StepStamps { kLooks, kLate, kExact };
  StepStamps stamps_of(const Look& look, size_t metadata) const;
  void add_metadata(Look* look, LogStep* step, StepStamps stamps);
  void add_log(Look* look, LogStep* step, StepStamps stamps);
  void stamp(LogGroup* group, const Look& look, Scn earliest);
  LogGroup blank(GroupType type) const;
  size_t holes_told() const;
  void tell_tablets(LogStep* step);
  void advance(const Look& look);

  const TailConfig config_;
  Clock& clock_;
  LogDirectory directory_;
  WalReader reader_;
  ManifestTail manifest_;
  OptionsTail options_;

  uint64_t incarnation_ = 0;
  WalCursor cursor_;
  mutable std::mutex position_mutex_;
  LogPosition position_;
  std::map<LogPosition, uint64_t> manifests_;  // position -> the MANIFEST read when the log stood there
  Scn last_scn_ = 0;                           // of the last group
  Scn last_complete_ = 0;                      // clock before the last complete look
  bool exact_stream_ = false;
  bool families_told_ = false;                 // the last step's tablets are still true
  ManifestLook metadata_;  // read, and not yet part of a step returned
  std::vector<std::string> options_runs_;
  uint64_t saved_manifest_ = 0, saved_manifest_offset_ = 0;
  std::string saved_options_;
  std::optional<LogGap> gap_;
};

}  // namespace seabed::rocksdb_source
