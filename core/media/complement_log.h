#pragma once
// BACKUP PLUS ARCHIVELOG: the log that a set needs to be restored alone, copied out of the archive into the set's
// complement_log/. That is a small archive of its own: the same tree and names, every piece frozen, at the set's
// min_restore_scn at the latest. Log files are plain objects there, whatever form the archive has them in.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/media/archive_reader.h"
#include "core/media/stream_log.h"

namespace seabed {

/// One piece as the set keeps it: only the files that hold log of the range.
struct ComplementPiece {
  meta::PieceDescriptor piece;      // ids and stamps; neither streams nor files
  meta::PieceFileList files;        // every stream's progress and files, clipped
  std::vector<std::string> small;   // keys at the archive: folds of the dictionary, holes
  paths::PieceKey key() const { return {piece.dest_id(), piece.round_id(), piece.piece_id()}; }
};

struct ComplementNeed {
  std::map<uint64_t, StreamLogStart> from;   // by stream; of one that is not named everything is taken
  Scn to = 0;
};

/// Reads the archive only. `pieces` touch, rise and cover the need. kGap or kCorruption when a file is not there as its
/// piece says.
Result<std::vector<ComplementPiece>> plan_complement(const Medium& archive, const std::vector<PieceFacts>& pieces,
                                                     const ComplementNeed& need);

/// Does what was planned; every step may be done again after a crash. Thread-safe: copy_log.
class ComplementWriter {
 public:
  /// `data`: the destination of the set.
  ComplementWriter(Medium archive, Medium data, paths::SetId set, std::string time_zone, uint64_t part_bytes);
  /// format.obbak and the start of the round, as the archive has them.
  Status begin(const paths::PieceKey& first);
  /// One whole log file; its entry, the key relative to the set. kCorruption when the archive has other bytes by now.
  Result<meta::FileEntry> copy_log(const paths::PieceKey& piece, uint64_t ls, const meta::LsFileInfo& file,
                                   const std::function<void(uint64_t bytes)>& copied);
  /// Everything else of a piece, its end placeholder last; after its log files and the pieces before it.
  Status finish(const ComplementPiece& piece);
  /// What lies there beside the log files, read back; keys relative to the set.
  Result<std::vector<meta::FileEntry>> small_files() const;

 private:
  Status copy_small(const std::string& key);

  const Medium archive_, log_;      // log_: complement_log as a medium
  const paths::SetId set_;
  const std::string zone_;
  const uint64_t part_bytes_;
};

}  // namespace seabed
