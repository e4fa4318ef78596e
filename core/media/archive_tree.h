#pragma once
// The coordinator's files of an archive destination: rounds, pieces, checkpoints, lists (reference: layout, section 6,
// in the order of state machines, section 2). Every one may be written again after a crash: equal content is accepted.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/scn.h"
#include "core/media/archive_objects.h"
#include "core/media/archive_stream.h"
#include "core/media/paths.h"

namespace seabed::meta {
class Checkpoint;
class HoleRecord;
class LsFileInfo;
class LsPieceProgress;
class PieceDescriptor;
class PieceFileList;
class RoundInfo;
}  // namespace seabed::meta

namespace seabed {

/// Of the pieces and rounds that a destination has, by their placeholders.
struct ArchiveNumbers {
  uint64_t last_round = 0, last_piece = 0;
  std::vector<paths::PieceKey> pieces;   // rising
};

/// Returns the scn_lo under which it is kept: a second hole with the same stamp is kept a nanosecond earlier.
Result<Scn> write_hole(ObjectStore& store, const paths::PieceKey& piece, const meta::HoleRecord& hole,
                       const IoContext& ctx);

/// What is there already is accepted, whatever it says: it was written before a crash.
Status write_gap(ObjectStore& store, const paths::PieceKey& piece, const meta::HoleRecord& gap, const IoContext& ctx);

/// Not thread-safe: one coordinator owns it.
class ArchiveTree {
 public:
  using Io = std::function<IoContext()>;
  ArchiveTree(std::shared_ptr<ObjectStore> store, std::string time_zone, Io io);

  Result<ArchiveNumbers> numbers();
  Status write_round_start(const meta::RoundInfo& round);
  Status write_round_end(const meta::RoundInfo& round);
  /// piece_start and checkpoint_info.0.
  Status open_piece(const paths::PieceKey& piece, uint64_t tenant_id, uint64_t incarnation, Scn start);
  /// tenant_archive_piece_infos: every frozen piece before this one.
  Status write_earlier_pieces(const paths::PieceKey& piece);

  /// nullopt: none yet.
  Result<std::optional<meta::Checkpoint>> newest_checkpoint(const paths::PieceKey& piece);
  /// The new name first, then the older ones go. A checkpoint that is not newer than the newest is not written.
  Status write_checkpoint(const paths::PieceKey& piece, const meta::Checkpoint& checkpoint);

  /// Everything that makes a piece frozen, after its final checkpoint was written: file lists, range placeholder,
  /// single_piece_info, piece_end. `files` gives a stream's log files; they are clipped to what the final checkpoint
  /// accepted. *descriptor gets ids, start_scn, end_scn and counts on the way in and the rest on the way out. Where the
  /// medium holds less than was accepted, its file_status is BROKEN and its holes have the gaps.
  using LogFiles = std::function<Result<std::vector<LogFile>>(const meta::LsPieceProgress&)>;
  Status freeze_piece(const paths::PieceKey& piece, const LogFiles& files, meta::PieceDescriptor* descriptor);

  ObjectStore& store() { return *store_; }

 private:
  Result<meta::PieceDescriptor> read_descriptor(const paths::PieceKey& piece);
  Status write_file_lists(const paths::PieceKey& piece, const meta::Checkpoint& last, const LogFiles& files,
                          meta::PieceDescriptor* descriptor, meta::PieceFileList* all);
  Status note_losses(const paths::PieceKey& piece, const meta::PieceFileList& all, const std::vector<ListEntry>& entries,
                     meta::PieceDescriptor* descriptor);
  Result<std::string> loss_of(const std::string& key, const meta::LsFileInfo& file, const std::vector<ListEntry>& entries);
  Status seal_left_open(const paths::PieceKey& piece, uint64_t ls_id, const meta::LsFileInfo& file);
  Status list_small_files(const paths::PieceKey& piece, const std::vector<ListEntry>& entries,
                          meta::PieceDescriptor* descriptor);
  Status remove_older_checkpoints(const paths::PieceKey& piece, Scn newest);

  std::shared_ptr<ObjectStore> store_;
  std::string zone_;
  Io io_;
  paths::PieceKey checkpoint_piece_;   // of the last checkpoint written
  Scn checkpoint_scn_ = 0;
};

}  // namespace seabed
