// The tenant's checkpoint: the smallest of its streams', on the medium first, in the catalog at most once a second.

#include <algorithm>

#include "core/catalog/ls_progress.h"
#include "core/catalog/operator_facts.h"
#include "core/engine/archive/round_executor.h"
#include "core/format/meta.pb.h"

namespace seabed::archive {

namespace {
using namespace std::chrono_literals;
constexpr auto kAtMostEvery = 350ms, kIdleEvery = 1000ms;
constexpr uint64_t kUnreleased = 64ull << 20;   // so much log may wait for a checkpoint whatever the lag target says
}  // namespace

std::vector<StreamProgress> RoundExecutor::stream_progress() const {
  std::vector<StreamProgress> out;
  std::lock_guard lock(mutex_);
  for (const auto& [ls_id, stream] : streams_) out.push_back(stream->progress());
  return out;
}

bool RoundExecutor::checkpoint_due(const std::vector<StreamProgress>& streams, Scn scn) const {
  const auto since = Steady::now() - checkpoint_at_;
  if (round_->status == "BEGINNING") return true;
  if (Steady::now().time_since_epoch().count() < hurried_until_) return since >= 20ms;
  uint64_t bytes = 0;
  for (const auto& s : streams) bytes += s.durable_bytes;
  if (plan_.piece_of(scn) > open_pieces_.begin()->first) return true;
  if (bytes - checkpoint_bytes_ >= kUnreleased) return since >= kAtMostEvery;
  const auto lag = std::chrono::milliseconds(lag_ms_);
  return since >= std::max<Steady::duration>(bytes == checkpoint_bytes_ ? kIdleEvery : kAtMostEvery, lag * 9 / 10);
}

Status RoundExecutor::move_checkpoint(const std::vector<StreamProgress>& streams, bool now) {
  Scn scn = kScnMax;
  for (const auto& s : streams) scn = std::min(scn, s.checkpoint);
  if (streams.empty() || scn == 0 || scn <= checkpoint_) return save_progress(streams, now);
  if (!now && !checkpoint_due(streams, scn)) return ok();
  SEABED_CHECK(dest_.lease->check());
  SEABED_CHECK(enter_pieces_up_to(scn, streams));
  SEABED_CHECK(write_checkpoint(plan_.piece_of(scn), scn, streams));
  uint64_t bytes = 0;
  for (const auto& s : streams) bytes += s.durable_bytes;
  checkpoint_bytes_ = bytes;
  checkpoint_at_ = Steady::now();
  checkpoint_ = scn;
  round_->checkpoint_scn = scn;
  for (const auto& s : streams) {
    round_->max_scn = std::max(round_->max_scn, s.max_scn);
    if (const auto live = stream(s.ls_id)) live->checkpointed(s.resume_lsn);
  }
  context_.at_state("archive/CHECKPOINT");
  return save_progress(streams, now);
}

Status RoundExecutor::write_checkpoint(uint64_t piece_id, Scn scn, const std::vector<StreamProgress>& streams) {
  SEABED_CHECK(dest_.lease->check());
  meta::Checkpoint body;
  body.set_checkpoint_scn(scn);
  uint64_t holes = 0;
  for (const auto& s : streams) {
    const auto part = s.parts.find(piece_id);
    auto* ls = body.add_ls();
    ls->set_ls_id(s.ls_id);
    ls->set_start_scn(plan_.piece_start(piece_id));
    ls->set_checkpoint_scn(std::min(s.checkpoint, plan_.piece_end(piece_id)));
    ls->set_epoch(s.epoch);
    ls->set_incarnation(s.incarnation);
    ls->set_resume(s.resume);
    ls->set_resume_lsn(s.resume_lsn.bytes);
    holes += s.holes;
    if (part == s.parts.end()) continue;
    const PieceSummary& p = part->second;
    ls->set_max_scn(p.max_scn);
    ls->set_min_lsn(p.min_lsn.bytes);
    ls->set_max_lsn(p.max_lsn.bytes);
    ls->set_first_file_id(p.first_file_id);
    ls->set_last_file_id(p.last.file_id);
    ls->set_last_file_length(p.last.length);
    ls->set_last_file_hash128(std::string(view(p.last.hash)));
    ls->set_input_bytes(p.bytes);
    ls->set_groups(p.groups);
  }
  body.set_hole_count(holes);
  SEABED_TRY(const auto decided, context_.catalog->get<catalog::OperatorFacts>(
                                     [&](Transaction& tx) { return catalog::operator_facts(tx, config_.tenant_id); }));
  catalog::put_facts(decided, scn, body.mutable_operator_facts());
  return dest_.tree->write_checkpoint(key(piece_id), body);
}

// Rows of the round, its active piece, the streams and the position index; a cache of the medium.
Status RoundExecutor::save_progress(const std::vector<StreamProgress>& streams, bool now) {
  if (!now && Steady::now() - catalog_at_ < tuning_.catalog_period) return ok();
  if (open_pieces_.empty() || saved_checkpoint_ == round_->checkpoint_scn) return ok();
  auto piece = open_pieces_.begin()->second;
  piece.checkpoint_scn = std::max(piece.start_scn, checkpoint_);
  const Row row = *round_;
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    for (const auto& s : streams) {
      const auto part = s.parts.find(piece.piece_id);
      if (part == s.parts.end()) continue;
      const PieceSummary& p = part->second;
      catalog::LsProgressRow ls{row.tenant_id, row.dest_id, row.round_id, piece.piece_id, s.ls_id, s.incarnation};
      ls.status = row.status;
      ls.start_scn = piece.start_scn;
      ls.checkpoint_scn = s.checkpoint;
      ls.max_scn = p.max_scn;
      ls.min_lsn = p.min_lsn;
      ls.max_lsn = p.max_lsn;
      ls.file_id = p.last.file_id;
      ls.file_offset = p.last.length;
      ls.file_hash = catalog::Opaque{std::string(view(p.last.hash))};
      ls.epoch = s.epoch;
      ls.input_bytes = ls.output_bytes = p.bytes;
      ls.groups = p.groups;
      ls.resume = catalog::Opaque{s.resume};
      piece.max_scn = std::max(piece.max_scn, p.max_scn);
      SEABED_CHECK(catalog::put_ls_progress(tx, ls));
      const std::pair file{s.stamp.piece_id, s.stamp.file_id};   // a look begins with a whole file: one stamp each is enough
      if (s.stamp.file_id == 0 || stamped_[s.ls_id] == file) continue;
      stamped_[s.ls_id] = file;
      SEABED_CHECK(catalog::put_stamp(tx, {row.tenant_id, row.dest_id, row.round_id, s.ls_id, s.stamp.piece_id,
                                           s.stamp.file_id, s.stamp.offset, s.stamp.group.begin, s.stamp.group.scn_lo,
                                           s.stamp.group.scn_hi}));
    }
    SEABED_CHECK(catalog::update_piece(tx, piece, "ACTIVE"));
    return catalog::update_round(tx, row, row.status);
  }));
  open_pieces_.begin()->second = piece;
  saved_checkpoint_ = row.checkpoint_scn;
  catalog_at_ = Steady::now();
  return ok();
}

void RoundExecutor::update_status(const std::vector<StreamProgress>& streams) {
  ArchiveStatus out;
  if (round_) {
    out.status = round_->status;
    out.dest_id = round_->dest_id;
    out.round_id = round_->round_id;
    out.start_scn = round_->start_scn;
    out.checkpoint_scn = std::max(round_->checkpoint_scn, checkpoint_);
    out.comment = round_->comment;
  }
  if (!open_pieces_.empty()) out.piece_id = open_pieces_.rbegin()->first;
  auto say = [&](const std::string& text) {
    if (!text.empty()) out.comment += (out.comment.empty() ? "" : "; ") + text;
  };
  say(error_);
  for (const auto& s : streams) {
    LsArchiveStatus ls;
    ls.ls_id = s.ls_id;
    ls.piece_id = s.piece_id;
    ls.epoch = s.epoch;
    ls.checkpoint_scn = s.checkpoint;
    ls.max_scn = s.max_scn;
    ls.position = s.position;
    ls.input_bytes = s.durable_bytes;
    ls.pending_bytes = s.pending_bytes;
    ls.error = s.error;
    out.streams.push_back(std::move(ls));
    if (!s.error.empty() && s.error != error_) say(s.error);
  }
  say(hole_comment_);
  {
    std::lock_guard lock(mutex_);
    status_ = std::move(out);
  }
  moved();
}

}  // namespace seabed::archive
