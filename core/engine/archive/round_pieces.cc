// Pieces one after the other: open the next, freeze the one that every stream has passed, make the next available.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <limits>

#include "core/base/log.h"
#include "core/engine/archive/round_executor.h"
#include "core/format/meta.pb.h"

namespace seabed::archive {

paths::PieceKey RoundExecutor::key(uint64_t piece_id) const { return {dest_.dest_id, plan_.round_id, piece_id}; }

// `scn` is the tenant's next checkpoint: afterwards its piece is the first open one, and available.
Status RoundExecutor::enter_pieces_up_to(Scn scn, const std::vector<StreamProgress>& streams) {
  const uint64_t target = plan_.piece_of(scn);
  while (open_pieces_.begin()->first < target) {
    const uint64_t passed = open_pieces_.begin()->first;
    SEABED_CHECK(open_piece(passed + 1));
    SEABED_CHECK(make_available(passed));
    SEABED_CHECK(write_checkpoint(passed, plan_.piece_end(passed), streams));
    SEABED_CHECK(freeze_piece(passed, PieceEvent::kAllPassed));
  }
  return make_available(target);
}

Status RoundExecutor::open_piece(uint64_t piece_id) {
  if (open_pieces_.contains(piece_id)) return ok();
  SEABED_CHECK(dest_.tree->open_piece(key(piece_id), config_.tenant_id, round_->incarnation,
                                      plan_.piece_start(piece_id)));
  catalog::PieceRow row;
  row.tenant_id = config_.tenant_id;
  row.dest_id = dest_.dest_id;
  row.round_id = plan_.round_id;
  row.piece_id = piece_id;
  row.incarnation = round_->incarnation;
  row.create_us = clock_.read().now / 1000;
  row.start_scn = row.checkpoint_scn = row.max_scn = plan_.piece_start(piece_id);
  row.end_scn = plan_.piece_end(piece_id);
  row.path = round_->path;
  Row round = *round_;
  round.used_piece_id = std::max(round.used_piece_id, piece_id);
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::put_piece(tx, row));  // the medium may have told it already
    return catalog::update_round(tx, round, round.status);
  }));
  round_ = round;
  open_pieces_[piece_id] = row;
  context_.at_state("archive/PIECE_ACTIVE");
  return ok();
}

Status RoundExecutor::make_available(uint64_t piece_id) {
  auto row = open_pieces_.at(piece_id);
  if (row.file_status != "INCOMPLETE") return ok();
  SEABED_CHECK(dest_.tree->write_earlier_pieces(key(piece_id)));
  row.file_status = "AVAILABLE";
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) { return catalog::update_piece(tx, row, "ACTIVE"); }));
  open_pieces_[piece_id] = row;
  context_.at_state("archive/PIECE_AVAILABLE");
  return ok();
}

// Its final checkpoint is on the medium. Everything else follows from it, so a second try writes the same.
Status RoundExecutor::freeze_piece(uint64_t piece_id, PieceEvent event) {
  auto row = open_pieces_.at(piece_id);
  const PieceState from{PieceStatus::kActive, row.file_status == "AVAILABLE" ? PieceFileStatus::kAvailable
                                                                             : PieceFileStatus::kIncomplete};
  if (!next_piece_state(from, event)) return fail(Code::kInternal, "piece", "can not be frozen");
  SEABED_TRY(const auto last, dest_.tree->newest_checkpoint(key(piece_id)));
  if (!last) SEABED_CHECK(write_checkpoint(piece_id, plan_.piece_start(piece_id), {}));
  meta::PieceDescriptor d;
  d.set_dest_id(dest_.dest_id);
  d.set_round_id(plan_.round_id);
  d.set_piece_id(piece_id);
  d.set_incarnation(round_->incarnation);
  d.set_tenant_id(config_.tenant_id);
  d.set_start_scn(plan_.piece_start(piece_id));
  d.set_end_scn(plan_.piece_end(piece_id));
  d.set_compatible(1);
  d.set_path(round_->path);
  SEABED_CHECK(dest_.lease->check());
  SEABED_CHECK(dest_.tree->freeze_piece(
      key(piece_id), [&](const meta::LsPieceProgress& p) { return files_of(piece_id, p); }, &d));
  row.status = "FROZEN";
  row.file_status = d.file_status();
  if (row.file_status == "BROKEN") note_broken(d);
  row.checkpoint_scn = d.checkpoint_scn();
  row.max_scn = std::max(row.max_scn, d.max_scn());
  row.input_bytes = d.input_bytes();
  row.output_bytes = d.output_bytes();
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) { return catalog::update_piece(tx, row, "ACTIVE"); }));
  open_pieces_.erase(piece_id);
  {
    std::lock_guard lock(mutex_);
    for (auto& [ls_id, stream] : streams_) stream->forget_pieces_below(piece_id + 1);
  }
  log::info("archive of tenant {}: piece {} is frozen", config_.name, piece_id);
  context_.at_state("archive/PIECE_FROZEN");
  return ok();
}

void RoundExecutor::note_broken(const meta::PieceDescriptor& piece) {
  for (const meta::HoleRecord& gap : piece.holes()) {
    if (!gap.gap()) continue;
    const std::string what = fmt::format("piece {} is BROKEN: log stream {}: {}", piece.piece_id(), gap.ls_id(), gap.reason());
    log::error("archive of tenant {}: {}", config_.name, what);
    round_->comment += (round_->comment.empty() ? "" : "; ") + what;
  }
}

// Opened just before a crash, and the round ended before any checkpoint reached it: to readers it is empty.
Status RoundExecutor::give_up_piece(uint64_t piece_id) {
  auto row = open_pieces_.at(piece_id);
  row.status = "FROZEN";
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) { return catalog::update_piece(tx, row, "ACTIVE"); }));
  open_pieces_.erase(piece_id);
  return ok();
}

// From the running stream, else (after a crash, or behind the end of a stream) from the medium; clipped to what the
// final checkpoint accepted.
Result<std::vector<LogFile>> RoundExecutor::files_of(uint64_t piece_id, const meta::LsPieceProgress& p) {
  std::vector<LogFile> files;
  if (const auto live = stream(p.ls_id())) files = live->files(piece_id);
  const auto whole = [&] {
    return !files.empty() && files.front().file_id == p.first_file_id() && files.back().file_id == p.last_file_id() &&
           files.back().length == p.last_file_length();
  };
  if (whole() || p.first_file_id() == 0) return files;
  const ArchiveStreamId id{config_.tenant_id, dest_.dest_id, plan_.round_id, p.ls_id()};
  files.clear();
  LogFile known;   // what the checkpoint, or the file behind it, says of it
  known.piece_id = piece_id;
  known.file_id = p.last_file_id();
  known.length = p.last_file_length();
  std::copy_n(p.last_file_hash128().begin(), std::min(p.last_file_hash128().size(), known.hash.size()), known.hash.begin());
  for (; known.file_id >= p.first_file_id() && known.file_id != 0; --known.file_id) {
    SEABED_TRY(LogFile file, scan_accepted(id, p, &known));
    files.insert(files.begin(), std::move(file));
  }
  return files;
}

/// A file that lost bytes is listed as it was: the freeze compares lists and medium. Of `before` only what a header told is
/// known; where that is lost too, the file before is taken as it lies there.
Result<LogFile> RoundExecutor::scan_accepted(const ArchiveStreamId& id, const meta::LsPieceProgress& p, LogFile* known) {
  constexpr uint64_t kWhole = std::numeric_limits<uint64_t>::max();
  const LogFile wanted = *known;
  auto scan = scan_log_file(dest_.tree->store(), id, wanted.piece_id, wanted.file_id, wanted.length, {}, io());
  const Code code = scan ? Code::kInternal : scan.error().code;
  if (!scan && code != Code::kNotFound && code != Code::kCorruption && code != Code::kGap) return fail(scan.error());
  known->length = scan ? scan->previous_length : kWhole;
  known->hash = scan ? scan->previous_hash : Hash128{};
  if (scan && (scan->file.length == wanted.length || wanted.length == kWhole)) return scan->file;
  LogFile lost = scan ? scan->file : wanted;
  lost.length = wanted.length, lost.hash = wanted.hash;
  lost.max_scn = std::max<Scn>(lost.max_scn, p.max_scn());
  return lost;
}

}  // namespace seabed::archive
