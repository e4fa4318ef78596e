#pragma once
// What one stream's archiver has made durable, as the coordinator reads it.

#include <map>
#include <string>
#include <vector>

#include "core/media/archive_stream.h"

namespace seabed::archive {

/// A stream's part of one piece, summed over its files.
struct PieceSummary {
  uint32_t first_file_id = 0;       // 0: not entered
  LogFile last;                     // the newest file; it may still grow
  uint64_t bytes = 0, groups = 0;
  Scn max_scn = 0;
  Lsn min_lsn, max_lsn;
};

/// The files of such a part, oldest first; sums are kept, so that a copy of the summary is cheap.
class PiecePart {
 public:
  /// A new file, or the newest one with more in it.
  void update(const LogFile& file);
  const PieceSummary& summary() const { return summary_; }
  const std::vector<LogFile>& files() const { return files_; }

 private:
  std::vector<LogFile> files_;
  PieceSummary summary_;
};

enum class StreamCondition {
  kStarting,      // waits for its lease, its source or the medium
  kRunning,
  kBroken,        // log is missing: `reason` says where
  kFenced,        // another archiver took over
  kStopped,
};

/// Everything named here is on the medium, written while the lease was held.
struct StreamProgress {
  uint64_t ls_id = 0, epoch = 0, incarnation = 0;
  StreamCondition condition = StreamCondition::kStarting;
  Scn checkpoint = 0;               // clock before the last complete step; 0: none yet
  Scn max_scn = 0;
  Lsn end;                          // of the log
  std::string resume;               // the source's state at `resume_lsn`
  Lsn resume_lsn;
  uint64_t piece_id = 0;            // entered last
  std::map<uint64_t, PieceSummary> parts;  // pieces that are not frozen
  uint64_t durable_bytes = 0;       // written by this process, for the pace of checkpoints
  uint64_t pending_bytes = 0;
  uint64_t holes = 0;               // found by this process
  std::string position;             // for people
  std::string error;                // retried at the moment
  std::string reason;               // of kBroken and kFenced
  /// A log group for the index position -> stamp, the newest one that is durable; file_id 0: none.
  struct Stamp {
    uint64_t piece_id = 0, offset = 0;
    uint32_t file_id = 0;
    GroupMeta group;
  } stamp;
};

}  // namespace seabed::archive
