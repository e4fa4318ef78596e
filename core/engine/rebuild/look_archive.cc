// Rounds, pieces, progress and holes of a log archive destination.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>

#include "core/engine/rebuild/look.h"
#include "core/media/archive_reader.h"

namespace seabed::rebuild {
namespace {

using catalog::PieceRow;
using catalog::RoundRow;

/// A frozen piece that the catalog has as frozen needs no second look.
bool is_known(const KnownRows& known, const paths::PieceKey& key, bool frozen) {
  const PieceRow* row = known.piece(key);
  return row && frozen && row->status == "FROZEN";
}

class ArchiveLook {
 public:
  ArchiveLook(const Medium& medium, const KnownRows& known, DestinationLook* look)
      : medium_(medium), known_(known), look_(*look) {}

  Status run() {
    SEABED_CHECK(read_rounds());
    SEABED_TRY(auto reader, ArchiveReader::open(medium_));
    SEABED_TRY(auto entries, medium_.list(paths::pieces()));
    std::map<paths::PieceKey, bool> frozen;
    for (const ListEntry& e : entries)
      if (auto p = paths::parse_piece_placeholder(e.key)) frozen[p->piece] |= p->end;
    SEABED_CHECK(look_at_tombstones(medium_, [&](const auto& gone) { return frozen.contains(gone.piece); }, &look_));
    for (const auto& gone : look_.deleted) note_deleted(gone.piece), frozen.erase(gone.piece);
    for (const auto& [key, is_frozen] : frozen) {
      look_.listed.push_back(key);
      ensure_round(key);
      if (is_known(known_, key, is_frozen)) {
        note_in_round(*known_.piece(key));
        continue;
      }
      SEABED_TRY(PieceFacts piece, reader.read_piece(key, is_frozen));
      SEABED_CHECK(add_piece(piece));
    }
    for (auto& [id, round] : rounds_) look_.rounds.push_back(std::move(round));
    for (auto it = frozen.rbegin(); it != frozen.rend() && !look_.decided; ++it) SEABED_CHECK(read_decided(it->first));
    return ok();
  }

 private:
  /// In the last checkpoint of a piece; the newest piece may have none yet.
  Status read_decided(const paths::PieceKey& key) {
    SEABED_TRY(const auto entries, medium_.list(paths::checkpoint_dir(key)));
    std::optional<uint64_t> newest;
    for (const ListEntry& e : entries)
      if (const auto scn = paths::parse_checkpoint(e.key); scn && *scn >= newest.value_or(0)) newest = scn;
    if (!newest) return ok();
    meta::Checkpoint checkpoint;
    const Status read = medium_.read_message(paths::checkpoint(key, *newest), FileType::kCheckpoint, &checkpoint);
    if (!read && read.error().code != Code::kNotFound && read.error().code != Code::kCorruption) return read;
    if (read && checkpoint.has_operator_facts()) note_decided(checkpoint.operator_facts(), &look_);
    return ok();
  }

  Status read_rounds() {
    SEABED_TRY(auto entries, medium_.list(paths::rounds()));
    for (const ListEntry& e : entries) {
      const auto start = paths::parse_round_start(e.key);
      if (!start) continue;
      SEABED_CHECK(read_round(start->first, start->second));
    }
    return ok();
  }

  Status read_round(uint64_t dest_id, uint64_t round_id) {
    meta::RoundInfo info;
    if (auto s = medium_.read_message(paths::round_start(dest_id, round_id), FileType::kRound, &info); !s) {
      if (s.error().code != Code::kCorruption && s.error().code != Code::kNotFound) return s;
      look_.problems.push_back(s.error().message());
      return ok();
    }
    RoundRow& row = rounds_[round_id];
    row = new_round(dest_id, round_id);
    row.incarnation = std::max<uint64_t>(info.incarnation(), 1);
    row.start_scn = row.checkpoint_scn = row.max_scn = info.start_scn();
    row.base_piece_id = row.used_piece_id = info.base_piece_id();
    row.piece_switch_interval_us = info.piece_switch_interval_us();
    meta::RoundInfo end;
    const Status ended = medium_.read_message(paths::round_end(dest_id, round_id), FileType::kRound, &end);
    if (!ended && ended.error().code != Code::kNotFound && ended.error().code != Code::kCorruption) return ended;
    if (!ended && ended.error().code == Code::kCorruption) look_.problems.push_back(ended.error().message());
    if (ended || ended.error().code == Code::kCorruption) row.status = "STOP";
    if (ended) row.checkpoint_scn = row.max_scn = std::max<uint64_t>(row.start_scn, end.checkpoint_scn());
    if (ended) row.comment = end.comment();
    return ok();
  }

  RoundRow new_round(uint64_t dest_id, uint64_t round_id) const {
    RoundRow row;
    row.tenant_id = look_.format.tenant_id;
    row.dest_id = dest_id;
    row.round_id = round_id;
    row.status.clear();
    row.path = look_.destination.path;
    row.piece_switch_interval_us = look_.destination.piece_switch_interval_us;
    return row;
  }

  /// A round whose start placeholder is gone is known by its pieces.
  void ensure_round(const paths::PieceKey& key) {
    if (rounds_.contains(key.round)) return;
    look_.problems.push_back(fmt::format("{}: is not there, its pieces are",
                                         medium_.name(paths::round_start(key.dest, key.round))));
    RoundRow& row = rounds_[key.round];
    if (const RoundRow* mine = known_.round(key.dest, key.round)) {  // what the placeholder said is known here
      row = *mine;
      row.status.clear(), row.input_bytes = row.output_bytes = 0;
      return;
    }
    row = new_round(key.dest, key.round);
    row.status = "STOP";   // it cannot be gone on with: nothing says where its pieces begin
    row.base_piece_id = row.used_piece_id = key.piece;
  }

  /// Cleanup may take a round's first pieces; its number and theirs are used.
  void note_deleted(const paths::PieceKey& key) {
    if (rounds_.contains(key.round)) rounds_[key.round].used_piece_id = std::max(rounds_[key.round].used_piece_id, key.piece);
  }

  void note_in_round(const PieceRow& piece) {
    RoundRow& round = rounds_.at(piece.round_id);
    round.used_piece_id = std::max(round.used_piece_id, piece.piece_id);
    round.checkpoint_scn = std::max(round.checkpoint_scn, piece.checkpoint_scn);
    round.max_scn = std::max(round.max_scn, piece.max_scn);
    round.input_bytes += piece.input_bytes;
    round.output_bytes += piece.output_bytes;
    if (round.start_scn == 0) round.start_scn = piece.start_scn;
  }

  Status add_piece(const PieceFacts& facts) {
    const meta::PieceDescriptor& d = facts.descriptor;
    // Its opening was cut off: whoever goes on with the round opens it again.
    if (!facts.frozen && facts.empty && d.piece_id() == 0) return ok();
    const RoundRow& round = rounds_.at(facts.key.round);
    const uint64_t interval = round.piece_switch_interval_us * 1000;
    PieceRow row;
    row.tenant_id = look_.format.tenant_id;
    row.dest_id = facts.key.dest, row.round_id = facts.key.round, row.piece_id = facts.key.piece;
    row.incarnation = std::max<uint64_t>(d.incarnation(), 1);
    row.status = facts.frozen ? "FROZEN" : "ACTIVE";
    row.start_scn = round.start_scn + (facts.key.piece - std::min(facts.key.piece, round.base_piece_id)) * interval;
    row.end_scn = row.start_scn + interval;
    row.path = look_.destination.path;
    if (facts.problem) {
      look_.problems.push_back(facts.problem->message());
      row.file_status = facts.frozen ? "BROKEN" : "INCOMPLETE";
      row.checkpoint_scn = row.max_scn = row.start_scn;
    } else {
      if (d.start_scn()) row.start_scn = d.start_scn();
      if (d.end_scn()) row.end_scn = d.end_scn();
      row.checkpoint_scn = std::max<uint64_t>(row.start_scn, d.checkpoint_scn());
      row.max_scn = std::max<uint64_t>(row.start_scn, d.max_scn());
      SEABED_TRY(row.file_status, file_status(facts));
      for (const meta::LsPieceProgress& ls : d.ls()) add_progress(row, ls);
    }
    row.create_us = row.start_scn / 1000;
    for (const meta::HoleRecord& hole : facts.holes) add_hole(facts.key, hole);
    note_in_round(row);
    look_.pieces.push_back(std::move(row));
    return ok();
  }

  Result<std::string> file_status(const PieceFacts& facts) const {
    if (facts.frozen) return std::string(facts.descriptor.file_status() == "BROKEN" ? "BROKEN" : "AVAILABLE");
    SEABED_TRY(bool there, any_object(*medium_.store, paths::tenant_piece_infos(facts.key), medium_.io()));
    return std::string(there ? "AVAILABLE" : "INCOMPLETE");
  }

  void add_progress(PieceRow& piece, const meta::LsPieceProgress& ls) {
    catalog::LsProgressRow row{piece.tenant_id, piece.dest_id, piece.round_id, piece.piece_id, ls.ls_id(),
                               std::max<uint64_t>(ls.incarnation(), 1)};
    row.status = piece.status == "FROZEN" ? "STOP" : "DOING";
    row.start_scn = piece.start_scn;
    row.checkpoint_scn = ls.checkpoint_scn();
    row.max_scn = ls.max_scn();
    row.min_lsn.bytes = ls.min_lsn(), row.max_lsn.bytes = ls.max_lsn();
    row.file_id = ls.last_file_id(), row.file_offset = ls.last_file_length();
    row.file_hash = catalog::Opaque{ls.last_file_hash128()};
    row.epoch = ls.epoch();
    row.input_bytes = row.output_bytes = ls.input_bytes();
    row.groups = ls.groups();
    row.resume = catalog::Opaque{ls.resume()};
    piece.input_bytes += ls.input_bytes(), piece.output_bytes += ls.input_bytes();
    piece.max_scn = std::max<uint64_t>(piece.max_scn, ls.max_scn());
    look_.progress.push_back(std::move(row));
  }

  void add_hole(const paths::PieceKey& piece, const meta::HoleRecord& hole) {
    catalog::HoleRow row{look_.format.tenant_id, piece.dest, piece.round, piece.piece, hole.ls_id()};
    row.scn_lo = hole.scn_lo(), row.scn_hi = hole.scn_hi();
    row.lsn.bytes = hole.lsn();
    row.incarnation = std::max<uint64_t>(hole.incarnation(), 1);
    row.reason = hole.reason();
    row.detail = catalog::Opaque{hole.detail()};
    look_.holes.push_back(std::move(row));
  }

  const Medium& medium_;
  const KnownRows& known_;
  DestinationLook& look_;
  std::map<uint64_t, RoundRow> rounds_;
};

}  // namespace

Status look_at_archive(const Medium& medium, const KnownRows& known, DestinationLook* look) {
  return ArchiveLook(medium, known, look).run();
}

}  // namespace seabed::rebuild
