// The work of each state of the round. External work first, each step repeatable, then one transaction.

#include <spdlog/fmt/fmt.h>

#include "core/base/log.h"
#include "core/catalog/events.h"
#include "core/engine/archive/round_executor.h"
#include "core/format/meta.pb.h"
#include "core/media/format_file.h"

namespace seabed::archive {

namespace {
meta::RoundInfo info_of(const catalog::RoundRow& row) {
  meta::RoundInfo m;
  m.set_dest_id(row.dest_id);
  m.set_round_id(row.round_id);
  m.set_incarnation(row.incarnation);
  m.set_start_scn(row.start_scn);
  m.set_base_piece_id(row.base_piece_id);
  m.set_piece_switch_interval_us(row.piece_switch_interval_us);
  m.set_tenant_id(row.tenant_id);
  return m;
}

bool is_snapshot_only(const catalog::RoundRow& row) { return row.comment.starts_with(kSnapshotOnly); }
}  // namespace

// Numbers run on behind what the medium and the catalog have, whichever knows more: either may have been lost.
Status RoundExecutor::begin_new_round(const Facts& facts) {
  tear_down("");
  SEABED_CHECK(open_destination(facts, facts.wanted->dest_id));
  freeze_forced_here(facts.wanted->dest_id);
  SEABED_TRY(const ArchiveNumbers numbers, dest_.tree->numbers());
  Row row;
  row.tenant_id = config_.tenant_id;
  row.dest_id = facts.wanted->dest_id;
  row.incarnation = facts.tenant.incarnation;
  row.path = facts.wanted->path;
  row.piece_switch_interval_us = facts.wanted->piece_switch_interval_us;
  row.round_id = numbers.last_round;
  row.base_piece_id = numbers.last_piece + 1;
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto rounds, catalog::list_rounds(tx, config_.tenant_id));
    for (const auto& r : rounds) {
      row.round_id = std::max(row.round_id, r.round_id);
      if (r.dest_id == row.dest_id) row.base_piece_id = std::max(row.base_piece_id, r.used_piece_id + 1);
    }
    ++row.round_id;
    row.status = state_name(next_state(RoundState::kNone, RoundEvent::kEnable)->to);
    return catalog::insert_round(tx, row);
  }));
  round_ = row;
  log::info("archive of tenant {}: round {} begins at destination {}", config_.name, row.round_id, row.dest_id);
  context_.at_state("archive/PREPARE");
  return prepare(facts, row);
}

Status RoundExecutor::prepare(const Facts& facts, Row row) {
  SEABED_CHECK(open_destination(facts, row.dest_id));
  SEABED_CHECK(hold_lease());
  if (row.start_scn == 0) {  // kept before anything on the medium names it
    if (!facts.standby_directory.empty()) SEABED_CHECK(open_sources(facts));
    SEABED_TRY(row.start_scn, start_scn());
    row.checkpoint_scn = row.max_scn = row.start_scn;
    row.used_piece_id = row.base_piece_id;
    SEABED_CHECK(context_.catalog->transact(
        [&](Transaction& tx) { return catalog::update_round(tx, row, "PREPARE"); }));
    round_ = row;
    context_.at_state("archive/START_CHOSEN");
  }
  plan_ = {row.round_id, row.start_scn, row.base_piece_id, row.piece_switch_interval_us * 1000};
  SEABED_CHECK(dest_.tree->write_round_start(info_of(row)));
  const auto piece = key(row.base_piece_id);
  SEABED_CHECK(dest_.tree->open_piece(piece, config_.tenant_id, row.incarnation, row.start_scn));
  catalog::PieceRow first;
  first.tenant_id = row.tenant_id;
  first.dest_id = row.dest_id;
  first.round_id = row.round_id;
  first.piece_id = row.base_piece_id;
  first.incarnation = row.incarnation;
  first.create_us = clock_.read().now / 1000;
  first.start_scn = first.checkpoint_scn = first.max_scn = row.start_scn;
  first.end_scn = plan_.piece_end(row.base_piece_id);
  first.path = row.path;
  return persist(row, RoundEvent::kStartChosen, [&](Transaction& tx) { return catalog::put_piece(tx, first); });  // the medium may have told it already
}

Status RoundExecutor::resume_round(const Facts& facts, Row row) {
  tear_down("");
  SEABED_CHECK(open_destination(facts, row.dest_id));
  row.comment.clear();
  return persist(row, RoundEvent::kEnable);
}

// Mandatory holds as long as the round has a use for the log: behind a gap or an end nobody would ever release it.
void RoundExecutor::bind_log(const Facts& facts, RoundState state) {
  const bool going_on = state == RoundState::kPrepare || state == RoundState::kBeginning || state == RoundState::kDoing ||
                        state == RoundState::kSuspending || state == RoundState::kSuspend;
  const bool keep = going_on && facts.archivelog() && facts.wanted && facts.wanted->binding == "Mandatory";
  std::lock_guard lock(mutex_);
  for (const auto& [ls_id, source] : sources_) {
    const auto told = kept_.find(ls_id);
    if (told != kept_.end() && told->second == keep) continue;
    if (const Status done = source->keep_log(keep)) kept_[ls_id] = keep;   // else again with the next tick
    else log::warn("archive of tenant {}: BINDING could not be told: {}", config_.name, done.error().message());
  }
}

// BEGINNING and DOING.
Status RoundExecutor::archive(const Facts& facts) {
  if (!facts.archivelog()) return persist(*round_, RoundEvent::kNoArchivelog);
  if (facts.wanted && facts.wanted->state == "DEFER" && next_state(*parse_state(round_->status), RoundEvent::kDefer))
    return persist(*round_, RoundEvent::kDefer);
  SEABED_CHECK(ensure_running(facts, *round_));
  SEABED_CHECK(feed_dictionary(facts));
  const auto streams = stream_progress();
  for (const auto& s : streams) {
    if (s.condition == StreamCondition::kFenced) {
      tear_down(s.reason);
      return fail(Code::kFenced, fmt::format("log stream {}", s.ls_id), s.reason);
    }
  }
  SEABED_CHECK(move_checkpoint(streams, false));
  SEABED_CHECK(watch_holes(facts, streams));
  for (const auto& s : streams)
    if (s.condition == StreamCondition::kBroken) return interrupt(s.ls_id, s.reason);
  if (round_->status == "BEGINNING") {
    bool began = !streams.empty();
    for (const auto& s : streams) began &= s.condition == StreamCondition::kRunning && s.checkpoint > round_->start_scn;
    if (began && checkpoint_ > round_->start_scn) return persist(*round_, RoundEvent::kAllBegan);
  }
  return ok();
}

Status RoundExecutor::interrupt(uint64_t ls_id, const std::string& reason) {
  stop_streams(true);
  (void)move_checkpoint(stream_progress(), true);  // what the others have; the medium may fail, the break stays
  note_gap(ls_id, reason);
  Row row = *round_;
  row.comment = reason;
  log::error("archive of tenant {}: INTERRUPTED: {}", config_.name, reason);
  SEABED_CHECK(persist(row, RoundEvent::kStreamBroken));
  tear_down("");
  return ok();
}

/// For windows without this catalog. On a medium that fails the reason waits for the round's end, which tells it too.
void RoundExecutor::note_gap(uint64_t ls_id, const std::string& reason) {
  meta::HoleRecord gap;
  gap.set_ls_id(ls_id);
  gap.set_scn_lo(checkpoint_);
  gap.set_reason(reason);
  gap.set_incarnation(round_->incarnation);
  gap.set_gap(true);
  if (const auto noted = write_gap(dest_.tree->store(), key(open_pieces_.begin()->first), gap, io()); !noted)
    log::warn("archive of tenant {}: where it broke is not on the medium yet: {}", config_.name, noted.error().message());
}

// A hole is closed by the backup that covers it; here it is only asked for, and said.
Status RoundExecutor::watch_holes(const Facts& facts, const std::vector<StreamProgress>& streams) {
  if (Steady::now() - holes_at_ < tuning_.catalog_period) return ok();
  holes_at_ = Steady::now();
  uint64_t found = 0, open = 0;
  for (const auto& s : streams) found += s.holes;
  SEABED_TRY(const auto holes, context_.catalog->get<std::vector<catalog::HoleRow>>(
                                   [&](Transaction& tx) { return catalog::list_holes(tx, config_.tenant_id); }));
  for (const auto& hole : holes) open += hole.status != "CLOSED" && hole.round_id == round_->round_id;
  if (!snapshot_only_told_ && is_snapshot_only(*round_)) bridge_.go_on_snapshot_only();
  snapshot_only_told_ = true;
  bridge_.poll(round_->status == "DOING" ? open : 0, found);
  SEABED_CHECK(keep_snapshot_only());
  const std::string comment = open == 0 ? "" : bridge_.comment();
  if (!comment.empty() && comment != hole_comment_) log::warn("archive of tenant {}: {}", facts.tenant.name, comment);
  hole_comment_ = comment;
  return ok();
}

/// In the row, where views and the next process find it.
Status RoundExecutor::keep_snapshot_only() {
  const bool now = bridge_.snapshot_only();
  if (round_->status != "DOING" || now == is_snapshot_only(*round_)) return ok();
  Row row = *round_;
  row.comment = now ? kSnapshotOnly : "";
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::update_round(tx, row, row.status));
    catalog::EventRow event{.module = "archive", .event = now ? "round_SNAPSHOT_ONLY" : "round_settled"};
    event.facts = {{"tenant", config_.name}, {"round_id", std::to_string(row.round_id)}};
    return catalog::record_event(tx, event);
  }));
  round_ = row;
  if (now) log::error("archive of tenant {}: {}", config_.name, row.comment);
  else log::info("archive of tenant {}: no longer SNAPSHOT_ONLY, a backup met no new holes", config_.name);
  return ok();
}

Status RoundExecutor::finish_stopping(const Facts& facts, Row row, bool suspend) {
  if (stopping_since_ == Steady::time_point{}) stopping_since_ = Steady::now();
  Status done = [&]() -> Status {
    // After a crash here nobody has told the linker yet that its log is of no use any more.
    if (!suspend && sources_.empty() && open_sources(facts)) bind_log(facts, RoundState::kStopping);
    SEABED_CHECK(open_destination(facts, row.dest_id));
    SEABED_CHECK(hold_lease());
    if (plan_.round_id != row.round_id) SEABED_CHECK(load_pieces(row));
    stop_streams(true);
    SEABED_CHECK(move_checkpoint(stream_progress(), true));
    row = *round_;
    return suspend ? ok() : close_round(&row);
  }();
  // A medium that is gone for good must not keep a round alive; what it has stays restorable as an active piece.
  if (!done && (suspend || Steady::now() - stopping_since_ < tuning_.stop_patience)) return done;
  if (!done) row.comment = "stopped by force, the last piece is not frozen: " + done.error().message();
  stopping_since_ = {};
  SEABED_CHECK(persist(row, RoundEvent::kStreamsStopped));
  tear_down("");
  return ok();
}

Status RoundExecutor::close_round(Row* row) {
  while (!open_pieces_.empty()) {
    const uint64_t piece = open_pieces_.begin()->first;
    if (plan_.piece_start(piece) > checkpoint_ && piece != plan_.base_piece_id) {
      SEABED_CHECK(give_up_piece(piece));
      continue;
    }
    SEABED_CHECK(make_available(piece));
    SEABED_CHECK(freeze_piece(piece, PieceEvent::kRoundEnds));
  }
  auto info = info_of(*row);
  info.set_checkpoint_scn(checkpoint_);
  info.set_status("STOP");
  info.set_comment(round_->comment);
  SEABED_CHECK(dest_.tree->write_round_end(info));
  *row = *round_;
  return ok();
}

}  // namespace seabed::archive
