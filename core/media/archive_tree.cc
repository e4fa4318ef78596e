#include "core/media/archive_tree.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/format/meta.pb.h"
#include "core/media/tombstone.h"

namespace seabed {

ArchiveTree::ArchiveTree(std::shared_ptr<ObjectStore> store, std::string time_zone, Io io)
    : store_(std::move(store)), zone_(std::move(time_zone)), io_(std::move(io)) {}

Result<ArchiveNumbers> ArchiveTree::numbers() {
  ArchiveNumbers out;
  SEABED_TRY(const auto rounds, list_all(*store_, paths::rounds(), io_()));
  for (const auto& entry : rounds)
    if (const auto round = paths::parse_round_start(entry.key)) out.last_round = std::max(out.last_round, round->second);
  SEABED_TRY(const auto pieces, list_all(*store_, paths::pieces(), io_()));
  for (const auto& entry : pieces) {
    const auto piece = paths::parse_piece_placeholder(entry.key);
    if (!piece || piece->end) continue;
    out.pieces.push_back(piece->piece);
    out.last_piece = std::max(out.last_piece, piece->piece.piece);
    out.last_round = std::max(out.last_round, piece->piece.round);
  }
  SEABED_TRY(const DeletedNames gone, deleted_names(*store_, io_()));
  for (const auto& piece : gone.pieces) {  // their numbers are never given again
    out.last_piece = std::max(out.last_piece, piece.piece);
    out.last_round = std::max(out.last_round, piece.round);
  }
  std::erase_if(out.pieces, [&](const auto& piece) { return gone.pieces.contains(piece); });
  std::sort(out.pieces.begin(), out.pieces.end());
  return out;
}

Status ArchiveTree::write_round_start(const meta::RoundInfo& r) {
  SEABED_CHECK(put_once(*store_, paths::round_start(r.dest_id(), r.round_id()), FileType::kRound, r, io_()));
  return ok();
}
Status ArchiveTree::write_round_end(const meta::RoundInfo& r) {
  SEABED_CHECK(put_once(*store_, paths::round_end(r.dest_id(), r.round_id()), FileType::kRound, r, io_()));
  return ok();
}

namespace {
meta::Placeholder placeholder(const paths::PieceKey& piece, Scn scn) {
  meta::Placeholder p;
  p.set_id(piece.piece);
  p.set_round_id(piece.round);
  p.set_dest_id(piece.dest);
  p.set_scn(scn);
  return p;
}
}  // namespace

Status ArchiveTree::open_piece(const paths::PieceKey& piece, uint64_t tenant_id, uint64_t incarnation, Scn start) {
  SEABED_TRY(const std::string tag, scn_to_tag(start, zone_));
  SEABED_CHECK(put_once(*store_, paths::piece_start(piece, tag), FileType::kPlaceholder, placeholder(piece, start),
                        io_()));
  meta::CheckpointInfo info;
  info.set_tenant_id(tenant_id);
  info.set_dest_id(piece.dest);
  info.set_round_id(piece.round);
  info.set_piece_id(piece.piece);
  info.set_incarnation(incarnation);
  info.set_start_scn(start);
  SEABED_CHECK(put_once(*store_, paths::checkpoint_info(piece), FileType::kCheckpointInfo, info, io_()));
  return ok();
}

Result<meta::PieceDescriptor> ArchiveTree::read_descriptor(const paths::PieceKey& piece) {
  meta::PieceDescriptor descriptor;
  SEABED_CHECK(read_message(*store_, paths::single_piece_info(piece), FileType::kPieceInfo, &descriptor, io_()));
  return descriptor;
}

// The list of the piece before, and that piece: so the chain is found from the newest piece alone.
Status ArchiveTree::write_earlier_pieces(const paths::PieceKey& piece) {
  SEABED_TRY(const ArchiveNumbers all, numbers());
  meta::TenantArchivePieceInfos infos;
  const auto here = std::lower_bound(all.pieces.begin(), all.pieces.end(), piece);
  if (here != all.pieces.begin()) {
    const paths::PieceKey before = *(here - 1);
    SEABED_CHECK(read_message(*store_, paths::tenant_piece_infos(before), FileType::kTenantPieceInfos, &infos, io_()));
    if (auto descriptor = read_descriptor(before); descriptor) {
      descriptor->clear_files();
      *infos.add_pieces() = std::move(*descriptor);
    } else if (descriptor.error().code != Code::kNotFound) {
      return fail(descriptor.error());  // an unfrozen piece of a round that was ended by force is left out
    }
  }
  const std::string key = paths::tenant_piece_infos(piece);
  const auto put = put_once(*store_, key, FileType::kTenantPieceInfos, infos, io_());
  if (put || put.error().code != Code::kConflict) return put ? ok() : fail(put.error());
  // Written before a crash, and a cleanup came in between: the list of then is as good.
  return read_message(*store_, key, FileType::kTenantPieceInfos, &infos, io_());
}

Result<std::optional<meta::Checkpoint>> ArchiveTree::newest_checkpoint(const paths::PieceKey& piece) {
  SEABED_TRY(const auto entries, list_all(*store_, paths::checkpoint_dir(piece), io_()));
  std::optional<uint64_t> newest;
  for (const auto& entry : entries)
    if (const auto scn = paths::parse_checkpoint(entry.key)) newest = std::max(newest.value_or(0), *scn);
  if (!newest) return std::optional<meta::Checkpoint>();
  meta::Checkpoint checkpoint;
  const std::string key = paths::checkpoint(piece, *newest);
  SEABED_CHECK(read_message(*store_, key, FileType::kCheckpoint, &checkpoint, io_()));
  if (checkpoint.checkpoint_scn() != *newest) return fail(Code::kCorruption, key, "its body names another SCN");
  return std::optional(std::move(checkpoint));
}

Status ArchiveTree::write_checkpoint(const paths::PieceKey& piece, const meta::Checkpoint& checkpoint) {
  const Scn scn = checkpoint.checkpoint_scn();
  const bool known = piece == checkpoint_piece_;
  if (known && scn <= checkpoint_scn_) return ok();
  const std::string key = paths::checkpoint(piece, scn);
  const auto put = put_once(*store_, key, FileType::kCheckpoint, checkpoint, io_());
  // The same stamp was written before a crash, with no less in it than is true now.
  if (!put && put.error().code != Code::kConflict) return fail(put.error());
  if (known && checkpoint_scn_ != 0) {
    const std::string older = paths::checkpoint(piece, checkpoint_scn_);
    (void)store_->remove(std::span(&older, 1), io_());  // readers take the largest
  } else {
    SEABED_CHECK(remove_older_checkpoints(piece, scn));
  }
  checkpoint_piece_ = piece;
  checkpoint_scn_ = scn;
  return ok();
}

Status ArchiveTree::remove_older_checkpoints(const paths::PieceKey& piece, Scn newest) {
  SEABED_TRY(const auto entries, list_all(*store_, paths::checkpoint_dir(piece), io_()));
  std::vector<std::string> older;
  for (const auto& entry : entries)
    if (const auto scn = paths::parse_checkpoint(entry.key); scn && *scn < newest) older.push_back(entry.key);
  if (!older.empty()) SEABED_CHECK(store_->remove(older, io_()));
  return ok();
}

Result<Scn> write_hole(ObjectStore& store, const paths::PieceKey& piece, const meta::HoleRecord& hole,
                       const IoContext& ctx) {
  meta::HoleRecord record = hole;
  for (int tries = 0; tries < 1000; ++tries, record.set_scn_lo(record.scn_lo() - 1)) {
    const auto put = put_once(store, paths::hole(piece, hole.ls_id(), record.scn_lo()), FileType::kHole, record, ctx);
    if (put) return record.scn_lo();
    if (put.error().code != Code::kConflict) return fail(put.error());
  }
  return fail(Code::kInternal, paths::holes_dir(piece), "has no free name for another hole");
}

Status write_gap(ObjectStore& store, const paths::PieceKey& piece, const meta::HoleRecord& gap, const IoContext& ctx) {
  const auto put = put_once(store, paths::gap(piece, gap.ls_id(), gap.scn_lo()), FileType::kHole, gap, ctx);
  return put || put.error().code == Code::kConflict ? ok() : Status(fail(put.error()));
}

}  // namespace seabed
