#pragma once
// Reading a log archive destination: what pieces there are and what they say of themselves. A piece that
// cannot be read is returned with its problem, so that window and restore can go around it and verify can
// name it.

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/format/meta.pb.h"
#include "core/media/medium.h"
#include "core/media/paths.h"

namespace seabed {

struct PieceFacts {
  paths::PieceKey key;
  bool frozen = false;  // its end placeholder is there
  bool empty = false;   // active, no checkpoint yet: nothing of it may be used
  /// Frozen: single_piece_info. Active: ids and start from checkpoint_info, the rest from the newest
  /// checkpoint.
  meta::PieceDescriptor descriptor;
  std::vector<meta::HoleRecord> holes;  // objects and descriptor together, rising by (scn_lo, ls), none twice
  std::vector<meta::HoleRecord> gaps;   // where log is missing, and why (HoleRecord.gap)
  /// How far its log may be used: the checkpoint, of a BROKEN piece what was left.
  uint64_t usable_end() const;
  std::optional<Error> problem;         // then nothing above but key and frozen is to be trusted
};

/// Thread-safe: holds no state but the format.
class ArchiveReader {
 public:
  /// kConflict when the destination is not a log archive.
  static Result<ArchiveReader> open(Medium medium);
  /// With the format file that was read before.
  static Result<ArchiveReader> open(Medium medium, meta::FormatInfo format);
  const meta::FormatInfo& format() const { return format_; }
  const Medium& medium() const { return medium_; }

  /// Every piece with a placeholder, and those that the newest piece's list names without one; rising. None that has
  /// a tombstone.
  Result<std::vector<PieceFacts>> pieces() const;
  /// The same without reading what is before `from`.
  Result<std::vector<PieceFacts>> pieces_from(const paths::PieceKey& from) const;
  Result<PieceFacts> read_piece(const paths::PieceKey& key, bool frozen) const;
  /// The list of earlier pieces that a piece carries; kNotFound: it has none (the first one).
  Result<meta::TenantArchivePieceInfos> earlier_pieces(const paths::PieceKey& key) const;

 private:
  ArchiveReader(Medium medium, meta::FormatInfo format)
      : medium_(std::move(medium)), format_(std::move(format)) {}
  Status read_frozen(PieceFacts* piece) const;
  Status read_active(PieceFacts* piece) const;
  /// Their objects are listed when this is called.
  Status read_holes(PieceFacts* piece) const;
  Status take_holes(PieceFacts* piece, const std::vector<ListEntry>& objects) const;
  Result<std::vector<PieceFacts>> read_all(const std::map<paths::PieceKey, bool>& frozen,
                                           std::vector<std::function<Status()>> beside) const;

  Medium medium_;
  meta::FormatInfo format_;
};

}  // namespace seabed
