// Cleanup against a simple model: hours, days of log and sets as bits, written from the reference's text and
// not from the rules' code. Random histories with several cleanups each; what a cleanup deletes is gone for
// the rest of the history.
#include <gtest/gtest.h>

#include <random>

#include "core/engine/clean/clean_rules.h"

namespace seabed::clean {
namespace {

constexpr uint64_t kHourUs = 3'600'000'000ull;

struct MSet {
  uint64_t id, dest, time, replay, parent_full, parent_inc, log_dest, round;
  bool full, own_log;
  enum { kGood, kFailed, kBroken } state;
  bool alive = true;
};
struct MPiece {
  uint64_t id, dest, round, from, end, reached;  // hours
  bool active = true, alive = true;
};

class World {
 public:
  explicit World(uint64_t seed) : random_(seed) { begin_round(); }

  uint64_t dice(uint64_t n) { return random_() % n; }

  void step() {
    advance(1 + dice(30));
    switch (dice(12)) {
      case 0:
      case 1:
      case 2: backup(true); break;
      case 3:
      case 4:
      case 5: backup(false); break;
      case 6:
        if (dice(3) == 0) break_round();
        break;
      case 7:
        if (dice(8) == 0) ++data_dest_;
        break;
      case 8:
        if (dice(8) == 0) ++archive_dest_, break_round();
        break;
      case 9:
        if (!sets_.empty() && dice(4) == 0) sets_[dice(sets_.size())].state = MSet::kBroken;
        break;
      default: break;
    }
  }

  /// Every hour's own answer, looked up in the log hour by hour.
  std::vector<bool> restorable() const {
    std::vector<bool> can(now_ + 1);
    for (const MSet& s : sets_) {
      if (!chain_is_there(s)) continue;
      if (s.own_log) can[s.time] = true;
      for (uint64_t hour = s.replay; hour <= now_; ++hour) {
        if (hour >= s.time) can[hour] = true;
        if (!logged(s, hour)) break;
      }
    }
    return can;
  }

  CleanFacts facts(uint64_t now, uint64_t window) const {
    CleanFacts out;
    out.policy = "default", out.now_us = now * kHourUs, out.window_us = window * kHourUs;
    out.stock.data_dest = data_dest_, out.stock.archive_dest = archive_dest_;
    for (const MSet& s : sets_) out.stock.sets.push_back(row(s));
    for (const MPiece& p : pieces_) out.stock.pieces.push_back(row(p));
    return out;
  }

  /// The reference's six steps in the model's own terms.
  std::pair<std::set<uint64_t>, std::set<uint64_t>> expected(uint64_t now, uint64_t window) const {
    std::set<uint64_t> sets, pieces;
    if (window == 0 || now <= window) return {};
    const MSet* point = nullptr;
    for (const MSet& s : sets_)
      if (s.alive && s.dest == data_dest_ && s.full && s.time + window <= now && has_log(s)) point = &s;
    if (!point) return {};
    for (const MSet& s : sets_)
      if (s.alive && s.dest == data_dest_ && s.time + window <= now &&
          (s.id < point->id || s.state == MSet::kFailed))
        sets.insert(s.id);
    for (const MPiece& p : pieces_)
      if (p.alive && p.dest == archive_dest_ && !p.active && p.end <= point->replay) pieces.insert(p.id);
    return {sets, pieces};
  }

  void remove(const CleanDecision& decision) {
    for (const CleanItem& item : decision.items) {
      if (!item.remove) continue;
      if (item.kind == CleanItem::Kind::kSet)
        sets_[item.id - 1].alive = false;
      else
        pieces_[item.id - 1].alive = false;
    }
  }

  /// No good set that is kept lost a parent or, from `clean_point` on, log behind its start by this cleanup.
  void expect_whole(uint64_t clean_point, const std::set<uint64_t>& pieces_gone) const {
    for (const MSet& s : sets_) {
      if (!s.alive || s.state != MSet::kGood || s.dest != data_dest_) continue;
      const bool parents = s.full || (set(s.parent_full).alive && (!s.parent_inc || set(s.parent_inc).alive));
      EXPECT_TRUE(parents) << "set " << s.id;
      for (const MPiece& p : pieces_)
        EXPECT_TRUE(s.id < clean_point || !pieces_gone.contains(p.id) || p.end <= s.replay)
            << "piece " << p.id << " of set " << s.id;
    }
  }

  uint64_t now() const { return now_; }
  uint64_t count() const { return sets_.size(); }

 private:
  void begin_round() {
    ++round_;
    pieces_.push_back({pieces_.size() + 1, archive_dest_, round_, now_, now_ + 24, now_});
  }
  void break_round() {
    pieces_.back().active = dice(2) != 0;  // stopped, or left as it was
    now_ += 1 + dice(30);
    begin_round();
  }
  void advance(uint64_t hours) {
    for (now_ += hours; pieces_.back().end <= now_;) {
      MPiece& last = pieces_.back();
      last.reached = last.end, last.active = false;
      pieces_.push_back({pieces_.size() + 1, archive_dest_, round_, last.end, last.end + 24, last.end});
    }
    pieces_.back().reached = now_;
  }
  void backup(bool full) {
    const uint64_t begun = now_;
    const MSet* parent = nullptr;
    for (const MSet& s : sets_)
      if (s.dest == data_dest_ && chain_is_there(s)) parent = &s;
    if (!full && !parent) full = true;
    MSet set{sets_.size() + 1, data_dest_, 0,    begun,        0,          0,
             archive_dest_,    round_,     full, dice(6) == 0, MSet::kGood};
    if (!full)
      set.parent_full = parent->full ? parent->id : parent->parent_full,
      set.parent_inc = parent->full ? 0 : parent->id;
    advance(dice(20));
    if (dice(8) == 0) break_round();  // its log has a gap: no clean point
    set.time = now_;
    if (dice(7) == 0) set.state = MSet::kFailed;
    sets_.push_back(set);
  }

  const MSet& set(uint64_t id) const { return sets_[id - 1]; }
  bool chain_is_there(const MSet& s) const {
    if (!s.alive || s.state != MSet::kGood) return false;
    return s.full ||
           (chain_is_there(set(s.parent_full)) && (!s.parent_inc || chain_is_there(set(s.parent_inc))));
  }
  /// The hour [hour, hour + 1) of the round that the set belongs to.
  bool logged(const MSet& s, uint64_t hour) const {
    for (const MPiece& p : pieces_)
      if (p.alive && p.dest == s.log_dest && p.round == s.round && p.from <= hour && hour < p.reached)
        return true;
    return false;
  }
  bool has_log(const MSet& s) const {
    if (!s.alive || s.state != MSet::kGood) return false;
    for (uint64_t hour = s.replay; !s.own_log && hour < s.time; ++hour)
      if (!logged(s, hour)) return false;
    return s.own_log || logged(s, s.replay) || s.replay == s.time;
  }

  catalog::BackupSetRow row(const MSet& s) const {
    catalog::BackupSetRow out;
    out.backup_set_id = s.id, out.dest_id = s.dest, out.backup_type = s.full ? "D" : "I";
    out.prev_full_backup_set_id = s.parent_full, out.prev_inc_backup_set_id = s.parent_inc;
    out.start_us = s.replay * kHourUs, out.end_us = s.time * kHourUs;
    out.start_replay_scn = s.replay * kHourUs * 1000, out.min_restore_scn = s.time * kHourUs * 1000;
    out.status = s.state == MSet::kFailed ? "FAILED" : "SUCCESS";
    out.file_status = !s.alive ? "DELETED" : s.state == MSet::kBroken ? "BROKEN" : "AVAILABLE";
    out.plus_archivelog = s.own_log ? "ON" : "OFF";
    out.archive_dest_id = s.log_dest, out.archive_round_id = s.round;
    return out;
  }
  catalog::PieceRow row(const MPiece& p) const {
    catalog::PieceRow out;
    out.piece_id = p.id, out.dest_id = p.dest, out.round_id = p.round;
    out.status = p.active ? "ACTIVE" : "FROZEN", out.file_status = p.alive ? "AVAILABLE" : "DELETED";
    out.start_scn = p.from * kHourUs * 1000, out.end_scn = p.end * kHourUs * 1000;
    out.checkpoint_scn = p.reached * kHourUs * 1000;
    return out;
  }

  std::mt19937_64 random_;
  uint64_t now_ = 1000, round_ = 0, data_dest_ = 1, archive_dest_ = 101;
  std::vector<MSet> sets_;
  std::vector<MPiece> pieces_;
};

struct Totals {
  uint64_t cleanups = 0, sets = 0, pieces = 0, restorable = 0;
};

std::set<uint64_t> removed(const CleanDecision& decision, CleanItem::Kind kind) {
  std::set<uint64_t> ids;
  for (const auto& item : decision.items)
    if (item.remove && item.kind == kind) ids.insert(item.id);
  return ids;
}

/// The clock may be wrong by two days either way.
void clean_once(World& world, uint64_t window, Totals& totals) {
  const uint64_t now = world.dice(4) ? world.now() : world.now() + world.dice(97) - 48;
  auto facts = world.facts(now, window);
  if (world.dice(3) == 0 && world.count()) facts.stock.used_sets.insert(1 + world.dice(world.count()));
  const auto before = world.restorable();
  const auto expected = world.expected(now, window);
  const auto decision = decide_cleanup(facts);
  const auto sets = removed(decision, CleanItem::Kind::kSet),
             pieces = removed(decision, CleanItem::Kind::kPiece);
  if (facts.stock.used_sets.empty()) {
    EXPECT_EQ(sets, expected.first);
    EXPECT_EQ(pieces, expected.second);
  }
  for (uint64_t used : facts.stock.used_sets) EXPECT_FALSE(sets.contains(used));
  world.remove(decision);
  world.expect_whole(decision.clean_point.value_or(UINT64_MAX), pieces);
  const auto after = world.restorable();
  for (uint64_t hour = now > window ? now - window : 0; window && hour < before.size(); ++hour) {
    EXPECT_EQ(after[hour], before[hour])
        << "hour " << hour << " of the window that begins at " << now - window;
    totals.restorable += before[hour];
  }
  EXPECT_TRUE(window != 0 || after == before);
  ++totals.cleanups, totals.sets += sets.size(), totals.pieces += pieces.size();
}

TEST(CleanModel, WhatTheWindowHoldsStaysRestorable) {
  Totals totals;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    uint64_t window = 24 * world.dice(10);
    for (int i = 0; i < 40; ++i) {
      world.step();
      if (world.dice(9) == 0) window = 12 * world.dice(20);
      if (world.dice(4) == 0) clean_once(world, window, totals);
    }
    if (HasFailure()) break;
  }
  EXPECT_GT(totals.cleanups, 20'000u);  // the model is no use when nothing happens in it
  EXPECT_GT(totals.sets, 5'000u);
  EXPECT_GT(totals.pieces, 10'000u);
  EXPECT_GT(totals.restorable, 1'000'000u);
}

}  // namespace
}  // namespace seabed::clean
