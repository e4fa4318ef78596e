#include "core/media/archive_reader.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>

#include "core/media/tombstone.h"

namespace seabed {
namespace {

constexpr int kCheckpointLooks = 10;

/// The key of a descriptor's own ids; they must be those of the place where it was found.
bool names(const meta::PieceDescriptor& d, const paths::PieceKey& key) {
  return d.dest_id() == key.dest && d.round_id() == key.round && d.piece_id() == key.piece;
}

Error misplaced(const Medium& medium, const std::string& object) {
  return Error{Code::kCorruption, medium.name(object), "describes another piece than the one it lies in",
               "run seabed verify on the destination"};
}

/// The largest SCN among checkpoint.<scn>.obarc; nullopt: none yet.
Result<std::optional<uint64_t>> newest_checkpoint(const Medium& medium, const paths::PieceKey& key) {
  SEABED_TRY(auto entries, medium.list(paths::checkpoint_dir(key)));
  std::optional<uint64_t> newest;
  for (const ListEntry& e : entries)
    if (auto scn = paths::parse_checkpoint(e.key); scn && *scn >= newest.value_or(0)) newest = scn;
  return newest;
}

}  // namespace

Result<ArchiveReader> ArchiveReader::open(Medium medium) {
  meta::FormatInfo format;
  SEABED_CHECK(medium.read_message(paths::format(), FileType::kFormat, &format));
  if (format.kind() != meta::DEST_ARCHIVE)
    return fail(Code::kConflict, medium.store->describe(), "is no log archive destination",
                "give the destination of LOG_ARCHIVE_DEST");
  return ArchiveReader(std::move(medium), std::move(format));
}

Result<std::vector<PieceFacts>> ArchiveReader::pieces() const { return pieces_from({}); }

Result<std::vector<PieceFacts>> ArchiveReader::pieces_from(const paths::PieceKey& from) const {
  std::map<paths::PieceKey, bool> frozen;
  SEABED_TRY(auto entries, medium_.list(paths::pieces()));
  for (const ListEntry& e : entries)
    if (auto p = paths::parse_piece_placeholder(e.key)) frozen[p->piece] |= p->end;
  if (!frozen.empty()) {
    if (auto earlier = earlier_pieces(frozen.rbegin()->first); earlier)
      for (const meta::PieceDescriptor& d : earlier->pieces())
        if (d.file_status() != "DELETED") frozen[{d.dest_id(), d.round_id(), d.piece_id()}] = true;
  }
  // The newest piece is found even when its placeholder was taken away: latest must not be something earlier.
  while (!frozen.empty()) {
    paths::PieceKey next = frozen.rbegin()->first;
    ++next.piece;
    SEABED_TRY(bool more, any_object(*medium_.store, paths::checkpoint_dir(next), medium_.io()));
    if (!more) break;
    SEABED_TRY(bool sealed, any_object(*medium_.store, paths::single_piece_info(next), medium_.io()));
    frozen[next] = sealed;
  }
  SEABED_TRY(const DeletedNames gone, deleted_names(*medium_.store, medium_.io()));
  std::vector<PieceFacts> out;
  for (const auto& [key, is_frozen] : frozen) {
    if (key < from || gone.pieces.contains(key)) continue;
    SEABED_TRY(PieceFacts piece, read_piece(key, is_frozen));
    out.push_back(std::move(piece));
  }
  return out;
}

Result<PieceFacts> ArchiveReader::read_piece(const paths::PieceKey& key, bool frozen) const {
  PieceFacts piece;
  piece.key = key;
  piece.frozen = frozen;
  Status s = frozen ? read_frozen(&piece) : read_active(&piece);
  if (s) s = read_holes(&piece);
  if (s) return piece;
  const Code c = s.error().code;
  if (c != Code::kNotFound && c != Code::kCorruption && c != Code::kUnsupported) return fail(s.error());
  piece.problem = s.error();
  return piece;
}

Status ArchiveReader::read_frozen(PieceFacts* piece) const {
  const std::string key = paths::single_piece_info(piece->key);
  SEABED_CHECK(medium_.read_message(key, FileType::kPieceInfo, &piece->descriptor));
  return names(piece->descriptor, piece->key) ? ok() : fail(misplaced(medium_, key));
}

Status ArchiveReader::read_active(PieceFacts* piece) const {
  meta::CheckpointInfo info;
  const std::string info_key = paths::checkpoint_info(piece->key);
  if (auto s = medium_.read_message(info_key, FileType::kCheckpointInfo, &info); !s) {
    piece->empty = s.error().code == Code::kNotFound;  // opened, nothing in it yet
    if (!piece->empty) return s;
    SEABED_TRY(auto newest, newest_checkpoint(medium_, piece->key));
    return newest ? s : ok();
  }
  meta::PieceDescriptor& d = piece->descriptor;
  d.set_dest_id(info.dest_id());
  d.set_round_id(info.round_id());
  d.set_piece_id(info.piece_id());
  d.set_tenant_id(info.tenant_id());
  d.set_incarnation(info.incarnation());
  d.set_start_scn(info.start_scn());
  d.set_status("ACTIVE");
  if (!names(d, piece->key)) return fail(misplaced(medium_, info_key));
  for (int look = 0; look < kCheckpointLooks; ++look) {
    SEABED_TRY(auto newest, newest_checkpoint(medium_, piece->key));
    if (!newest) {
      piece->empty = true;
      return ok();
    }
    meta::Checkpoint checkpoint;
    const std::string key = paths::checkpoint(piece->key, *newest);
    auto s = medium_.read_message(key, FileType::kCheckpoint, &checkpoint);
    if (!s && s.error().code == Code::kNotFound)
      continue;  // a newer one took its place between list and read
    SEABED_CHECK(s);
    if (checkpoint.checkpoint_scn() != *newest)
      return fail(Code::kCorruption, medium_.name(key), "its name tells another SCN than its body",
                  "run seabed verify on the destination");
    d.set_checkpoint_scn(*newest);
    d.mutable_ls()->Swap(checkpoint.mutable_ls());
    return ok();
  }
  return fail(Code::kUnavailable, medium_.name(paths::checkpoint_dir(piece->key)),
              "checkpoints change too fast to read", "try again");
}

Status ArchiveReader::read_holes(PieceFacts* piece) const {
  std::map<std::tuple<uint64_t, uint64_t, std::string>, meta::HoleRecord> found;
  auto put = [&](const meta::HoleRecord& h) { found[{h.scn_lo(), h.ls_id(), h.lsn()}] = h; };
  for (const meta::HoleRecord& h : piece->descriptor.holes()) put(h);
  SEABED_TRY(auto entries, medium_.list(paths::holes_dir(piece->key)));
  for (const ListEntry& e : entries) {
    meta::HoleRecord h;
    SEABED_CHECK(medium_.read_message(e.key, FileType::kHole, &h));
    put(h);
  }
  for (auto& [key, h] : found) piece->holes.push_back(std::move(h));
  return ok();
}

Result<meta::TenantArchivePieceInfos> ArchiveReader::earlier_pieces(const paths::PieceKey& key) const {
  meta::TenantArchivePieceInfos infos;
  SEABED_CHECK(medium_.read_message(paths::tenant_piece_infos(key), FileType::kTenantPieceInfos, &infos));
  return infos;
}

}  // namespace seabed
