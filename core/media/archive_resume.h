#pragma once
// What a log stream has on the medium: found again after a restart, a crash or a takeover. Reads only.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/media/archive_stream.h"
#include "core/storage/object_store.h"

namespace seabed {

/// One file read to its end, or to `limit` bytes when a successor names them.
struct LogFileScan {
  LogFile file;               // length and hash: header and whole groups that hold
  std::string writer;
  uint64_t incarnation = 0;   // of the header
  Lsn start;                  // of the header: where the log stood when the file was made; empty: not known
  uint64_t previous_piece_id = 0, previous_length = 0;
  uint32_t previous_file_id = 0;
  Hash128 previous_hash{};
  std::string torn;           // why the scan ended before the file did; empty: at its end
  uint64_t ignored_bytes = 0;
};
/// Called for every group, in order. The payload may be moved from.
using GroupVisitor = std::function<void(LogGroup&)>;
/// Errors of the medium and a damaged header only: a torn or damaged tail is told in the result.
Result<LogFileScan> scan_log_file(ObjectStore& store, const ArchiveStreamId& id, uint64_t piece_id, uint32_t file_id,
                                  uint64_t limit, const GroupVisitor& visit, const IoContext& ctx);

/// The files of a stream in one piece by number, as listed.
Result<std::vector<uint32_t>> list_log_files(ObjectStore& store, const ArchiveStreamId& id, uint64_t piece_id,
                                             const IoContext& ctx);

struct StreamTail {
  LogFile last;               // file_id 0: nothing was written in this round
  std::string last_writer;
  std::string torn;           // what was found behind the accepted length of `last`
  uint64_t ignored_bytes = 0;
  Lsn end;                    // of the last group that carries log
  uint64_t incarnation = 0;   // of the last group
  Scn scn_hi = 0;             // of the last group
  Scn scn_lo = 0;             // of the last group with an observed stamp; 0: the files read have none
  std::vector<LogFile> files; // of the pieces from `first_piece` on, oldest first, `last` included
  std::vector<std::string> damage;  // files that do not hold what their successor says
};
/// `first_piece`: the oldest piece that is not frozen; `newest_piece`: where to begin looking for the newest.
Result<StreamTail> find_tail(ObjectStore& store, const ArchiveStreamId& id, uint64_t first_piece,
                             uint64_t newest_piece, const IoContext& ctx);

}  // namespace seabed
