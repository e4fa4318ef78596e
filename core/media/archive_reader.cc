#include "core/media/archive_reader.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>

#include "core/flow/side_by_side.h"
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
  return open(std::move(medium), std::move(format));
}

Result<ArchiveReader> ArchiveReader::open(Medium medium, meta::FormatInfo format) {
  if (format.kind() != meta::DEST_ARCHIVE)
    return fail(Code::kConflict, medium.store->describe(), "is no log archive destination",
                "give the destination of LOG_ARCHIVE_DEST");
  return ArchiveReader(std::move(medium), std::move(format));
}

Result<std::vector<PieceFacts>> ArchiveReader::pieces() const { return pieces_from({}); }

namespace {

/// What was read of pieces that turned out to be there, and in that form.
std::map<paths::PieceKey, bool> not_among(const std::map<paths::PieceKey, bool>& wanted,
                                          const std::vector<PieceFacts>& read) {
  std::map<paths::PieceKey, bool> rest = wanted;
  for (const PieceFacts& piece : read)
    if (const auto it = rest.find(piece.key); it != rest.end() && it->second == piece.frozen) rest.erase(it);
  return rest;
}

}  // namespace

Result<std::vector<PieceFacts>> ArchiveReader::pieces_from(const paths::PieceKey& from) const {
  std::map<paths::PieceKey, bool> frozen;
  std::vector<ListEntry> entries;
  DeletedNames gone;
  SEABED_CHECK(side_by_side({[&]() -> Status {
                               SEABED_TRY(entries, medium_.list(paths::pieces()));
                               return ok();
                             },
                             [&]() -> Status {
                               SEABED_TRY(gone, deleted_names(*medium_.store, medium_.io()));
                               return ok();
                             }}));
  for (const ListEntry& e : entries)
    if (auto p = paths::parse_piece_placeholder(e.key)) frozen[p->piece] |= p->end;
  const auto wanted = [&] {
    auto some = frozen;
    std::erase_if(some, [&](const auto& piece) { return piece.first < from || gone.pieces.contains(piece.first); });
    return some;
  };
  // The pieces, while it is asked whether there are others.
  std::vector<std::function<Status()>> beside;
  std::optional<meta::TenantArchivePieceInfos> earlier;
  bool more = false, sealed = false;
  paths::PieceKey next;
  const auto ask_behind = [&]() -> Status {
    SEABED_TRY(more, any_object(*medium_.store, paths::checkpoint_dir(next), medium_.io()));
    if (!more) return ok();
    SEABED_TRY(sealed, any_object(*medium_.store, paths::single_piece_info(next), medium_.io()));
    return ok();
  };
  if (!frozen.empty()) {
    next = frozen.rbegin()->first;
    ++next.piece;
    beside = {[&, last = frozen.rbegin()->first]() -> Status {
                if (auto infos = earlier_pieces(last)) earlier = std::move(*infos);
                return ok();
              },
              ask_behind};
  }
  SEABED_TRY(std::vector<PieceFacts> out, read_all(wanted(), std::move(beside)));
  if (earlier)
    for (const meta::PieceDescriptor& d : earlier->pieces())
      if (d.file_status() != "DELETED") frozen[{d.dest_id(), d.round_id(), d.piece_id()}] = true;
  // The newest piece is found even when its placeholder was taken away: latest must not be something earlier.
  while (more) {
    frozen[next] = sealed;
    ++next.piece;
    SEABED_CHECK(ask_behind());
  }
  const auto all = wanted();
  SEABED_TRY(std::vector<PieceFacts> others, read_all(not_among(all, out), {}));
  std::erase_if(out, [&](const PieceFacts& p) { return !all.contains(p.key) || all.at(p.key) != p.frozen; });
  std::move(others.begin(), others.end(), std::back_inserter(out));
  std::sort(out.begin(), out.end(), [](const PieceFacts& a, const PieceFacts& b) { return a.key < b.key; });
  return out;
}

/// Rising.
Result<std::vector<PieceFacts>> ArchiveReader::read_all(const std::map<paths::PieceKey, bool>& frozen,
                                                        std::vector<std::function<Status()>> beside) const {
  std::vector<PieceFacts> out(frozen.size());
  size_t at = 0;
  for (const auto& [key, is_frozen] : frozen)
    beside.push_back([this, key, is_frozen, to = &out[at++]]() -> Status {
      SEABED_TRY(*to, read_piece(key, is_frozen));
      return ok();
    });
  SEABED_CHECK(side_by_side(beside));
  return out;
}

Result<PieceFacts> ArchiveReader::read_piece(const paths::PieceKey& key, bool frozen) const {
  PieceFacts piece;
  piece.key = key;
  piece.frozen = frozen;
  const Status s = frozen ? read_frozen(&piece) : read_active(&piece);
  if (s) return piece;
  const Code c = s.error().code;
  if (c != Code::kNotFound && c != Code::kCorruption && c != Code::kUnsupported) return fail(s.error());
  piece.problem = s.error();
  return piece;
}

Status ArchiveReader::read_frozen(PieceFacts* piece) const {
  const std::string key = paths::single_piece_info(piece->key);
  std::vector<ListEntry> holes;
  SEABED_CHECK(side_by_side(
      {[&] { return medium_.read_message(key, FileType::kPieceInfo, &piece->descriptor); },
       [&]() -> Status {
         SEABED_TRY(holes, medium_.list(paths::holes_dir(piece->key)));
         return ok();
       }}));
  if (!names(piece->descriptor, piece->key)) return fail(misplaced(medium_, key));
  return take_holes(piece, holes);
}

Status ArchiveReader::read_active(PieceFacts* piece) const {
  meta::CheckpointInfo info;
  const std::string info_key = paths::checkpoint_info(piece->key);
  Status there = ok();
  std::optional<uint64_t> newest;
  SEABED_CHECK(side_by_side({[&] {
                               there = medium_.read_message(info_key, FileType::kCheckpointInfo, &info);
                               return ok();
                             },
                             [&]() -> Status {
                               SEABED_TRY(newest, newest_checkpoint(medium_, piece->key));
                               return ok();
                             }}));
  if (!there && there.error().code == Code::kNotFound && newest)  // written between the two looks
    there = medium_.read_message(info_key, FileType::kCheckpointInfo, &info);
  if (!there) {
    piece->empty = there.error().code == Code::kNotFound;  // opened, nothing in it yet
    if (piece->empty && !newest) return read_holes(piece);
    return there;
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
    if (look != 0) {
      SEABED_TRY(newest, newest_checkpoint(medium_, piece->key));
    }
    if (!newest) {
      piece->empty = true;
      return read_holes(piece);
    }
    meta::Checkpoint checkpoint;
    const std::string key = paths::checkpoint(piece->key, *newest);
    Status read = ok();
    std::vector<ListEntry> holes;  // asked for behind the name of the checkpoint: all that it has passed are there
    SEABED_CHECK(side_by_side({[&] {
                                 read = medium_.read_message(key, FileType::kCheckpoint, &checkpoint);
                                 return ok();
                               },
                               [&]() -> Status {
                                 SEABED_TRY(holes, medium_.list(paths::holes_dir(piece->key)));
                                 return ok();
                               }}));
    if (!read && read.error().code == Code::kNotFound)
      continue;  // a newer one took its place between list and read
    SEABED_CHECK(read);
    if (checkpoint.checkpoint_scn() != *newest)
      return fail(Code::kCorruption, medium_.name(key), "its name tells another SCN than its body",
                  "run seabed verify on the destination");
    d.set_checkpoint_scn(*newest);
    d.mutable_ls()->Swap(checkpoint.mutable_ls());
    return take_holes(piece, holes);
  }
  return fail(Code::kUnavailable, medium_.name(paths::checkpoint_dir(piece->key)),
              "checkpoints change too fast to read", "try again");
}

uint64_t PieceFacts::usable_end() const {
  uint64_t end = descriptor.checkpoint_scn();
  if (descriptor.file_status() == "BROKEN")
    for (const meta::HoleRecord& gap : gaps) end = std::min<uint64_t>(end, gap.scn_lo());
  return std::max<uint64_t>(end, descriptor.start_scn());
}

Status ArchiveReader::read_holes(PieceFacts* piece) const {
  SEABED_TRY(const auto objects, medium_.list(paths::holes_dir(piece->key)));
  return take_holes(piece, objects);
}

Status ArchiveReader::take_holes(PieceFacts* piece, const std::vector<ListEntry>& objects) const {
  std::map<std::tuple<uint64_t, uint64_t, std::string>, meta::HoleRecord> found;
  auto put = [&](const meta::HoleRecord& h) { found[{h.scn_lo(), h.ls_id(), h.lsn()}] = h; };
  for (const meta::HoleRecord& h : piece->descriptor.holes()) put(h);
  std::vector<meta::HoleRecord> read(objects.size());
  std::vector<std::function<Status()>> reads;
  for (size_t i = 0; i < objects.size(); ++i)
    reads.push_back([&, i] { return medium_.read_message(objects[i].key, FileType::kHole, &read[i]); });
  SEABED_CHECK(side_by_side(reads));
  for (const meta::HoleRecord& h : read) put(h);
  for (auto& [key, h] : found) (h.gap() ? piece->gaps : piece->holes).push_back(std::move(h));
  return ok();
}

Result<meta::TenantArchivePieceInfos> ArchiveReader::earlier_pieces(const paths::PieceKey& key) const {
  meta::TenantArchivePieceInfos infos;
  SEABED_CHECK(medium_.read_message(paths::tenant_piece_infos(key), FileType::kTenantPieceInfos, &infos));
  return infos;
}

}  // namespace seabed
