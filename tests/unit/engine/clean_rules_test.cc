// Each rule of the reference's cleanup (state-machines.md section 7) by itself; the model test is
// clean_model_test.cc.
#include "core/engine/clean/clean_rules.h"

#include <gtest/gtest.h>

#include "core/engine/clean/manual_rules.h"

namespace seabed::clean {
namespace {

using Ids = std::set<uint64_t>;
constexpr uint64_t kDayUs = 86'400'000'000ull;
constexpr uint64_t day(uint64_t n) { return n * kDayUs; }
constexpr uint64_t scn(uint64_t n) { return day(n) * 1000; }

/// Days of January; data destination 1001, archive 1002, round 1.
catalog::BackupSetRow full(uint64_t id, uint64_t on) {
  catalog::BackupSetRow set;
  set.backup_set_id = id, set.dest_id = 1001;
  set.start_us = set.end_us = day(on);
  set.status = "SUCCESS", set.file_status = "AVAILABLE";
  set.start_replay_scn = scn(on), set.min_restore_scn = scn(on);
  set.output_bytes = 100;
  return set;
}
catalog::BackupSetRow inc(uint64_t id, uint64_t on, uint64_t prev_full, uint64_t prev_inc = 0) {
  auto set = full(id, on);
  set.backup_type = "I", set.prev_full_backup_set_id = prev_full, set.prev_inc_backup_set_id = prev_inc;
  return set;
}
/// [from, to): FROZEN; the last is made ACTIVE by its test.
catalog::PieceRow piece(uint64_t id, uint64_t from, uint64_t to) {
  catalog::PieceRow row;
  row.piece_id = id, row.dest_id = 1002, row.round_id = 1;
  row.status = "FROZEN", row.file_status = "AVAILABLE";
  row.start_scn = scn(from), row.checkpoint_scn = row.end_scn = scn(to);
  row.output_bytes = 10;
  return row;
}

/// The reference's example: fulls on the 1st, 7th, 14th, incrementals on the 4th, 11th; window 7d; on the
/// 15th.
CleanFacts january() {
  CleanFacts facts;
  facts.stock.sets = {full(1, 1), inc(2, 4, 1), full(3, 7), inc(4, 11, 3), full(5, 14)};
  for (uint64_t d = 1; d <= 15; ++d) facts.stock.pieces.push_back(piece(d, d, d + 1));
  facts.stock.pieces.back().status = "ACTIVE";
  facts.stock.data_dest = 1001, facts.stock.archive_dest = 1002;
  facts.policy = "default", facts.window_us = day(7), facts.now_us = day(15);
  return facts;
}

Ids removed(const CleanDecision& decision, CleanItem::Kind kind) {
  Ids ids;
  for (const auto& item : decision.items)
    if (item.remove && item.kind == kind) ids.insert(item.id);
  return ids;
}
Ids sets_gone(const CleanFacts& facts) { return removed(decide_cleanup(facts), CleanItem::Kind::kSet); }
Ids pieces_gone(const CleanFacts& facts) { return removed(decide_cleanup(facts), CleanItem::Kind::kPiece); }
std::string reason(const CleanFacts& facts, uint64_t set) {
  for (const auto& item : decide_cleanup(facts).items)
    if (item.kind == CleanItem::Kind::kSet && item.id == set) return item.reason;
  return {};
}

TEST(CleanRules, TheExampleOfTheReference) {
  const auto decision = decide_cleanup(january());
  EXPECT_EQ(decision.expired_point_us, day(8));
  EXPECT_EQ(decision.clean_point, 3u);
  EXPECT_EQ(removed(decision, CleanItem::Kind::kSet), (Ids{1, 2}));
  EXPECT_EQ(removed(decision, CleanItem::Kind::kPiece), (Ids{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(decision.items.size(), 20u);
  for (const auto& item : decision.items) EXPECT_FALSE(item.reason.empty());
}

TEST(CleanRules, NoPolicyAndAWindowOfZeroDeleteNothing) {
  auto facts = january();
  facts.window_us = 0;
  EXPECT_TRUE(sets_gone(facts).empty() && pieces_gone(facts).empty());
  facts = january();
  facts.policy.clear();
  EXPECT_TRUE(sets_gone(facts).empty() && pieces_gone(facts).empty());
  facts = january();
  facts.now_us = day(5);  // a clock far back
  EXPECT_TRUE(sets_gone(facts).empty() && pieces_gone(facts).empty());
}

TEST(CleanRules, NeverTheLastUsableSet) {
  auto facts = january();
  facts.now_us = day(400);  // everything expired
  EXPECT_EQ(sets_gone(facts), (Ids{1, 2, 3, 4}));
  EXPECT_EQ(decide_cleanup(facts).clean_point, 5u);
}

TEST(CleanRules, WithoutACleanPointNothingGoesNotEvenAFailedSet) {
  auto facts = january();
  facts.stock.sets = {full(1, 1), full(2, 2)};
  facts.stock.sets[0].status = "FAILED";
  facts.stock.sets[1].file_status = "BROKEN";
  EXPECT_TRUE(sets_gone(facts).empty() && pieces_gone(facts).empty());
}

TEST(CleanRules, ADamagedOrUncoveredFullIsNoCleanPoint) {
  auto facts = january();
  facts.stock.sets[2].file_status = "BROKEN";
  EXPECT_EQ(decide_cleanup(facts).clean_point, 1u);
  facts = january();
  facts.stock.sets[2].min_restore_scn = scn(7) + 5;
  facts.stock.pieces[6].checkpoint_scn = scn(7) + 4;  // the log ends before it is consistent
  EXPECT_EQ(decide_cleanup(facts).clean_point, 1u);
  facts.stock.sets[2].plus_archivelog = "ON";
  EXPECT_EQ(decide_cleanup(facts).clean_point, 3u);
  facts = january();
  facts.stock.sets[2].start_replay_scn = scn(6) + 1, facts.stock.sets[2].min_restore_scn = scn(7) + 2;
  facts.stock.pieces[6].start_scn += 1;  // does not touch the sixth
  EXPECT_EQ(decide_cleanup(facts).clean_point, 1u);
}

TEST(CleanRules, AFullBehindAHoleThatNothingClosedIsNoCleanPoint) {
  auto facts = january();
  catalog::HoleRow hole;
  hole.dest_id = 1002, hole.round_id = 1, hole.scn_lo = scn(6) + 1;
  facts.stock.holes = {hole};
  EXPECT_FALSE(decide_cleanup(facts).clean_point == 3u) << "a restore refuses set 3";
  EXPECT_EQ(sets_gone(facts), Ids{});
  EXPECT_EQ(pieces_gone(facts), Ids{});
  facts.stock.holes[0].status = "CLOSED", facts.stock.holes[0].closed_by_set = 4;  // too late for set 3
  EXPECT_EQ(sets_gone(facts), Ids{});
  facts.stock.holes[0].closed_by_set = 3;
  EXPECT_EQ(sets_gone(facts), (Ids{1, 2}));
  facts.stock.holes[0] = hole, facts.stock.holes[0].scn_lo = scn(7) + 1;  // behind its point
  EXPECT_EQ(sets_gone(facts), (Ids{1, 2}));
}

TEST(CleanRules, TheLatestTimeOfASetCounts) {
  auto facts = january();
  facts.stock.sets[2].end_us = day(8) + 1;
  EXPECT_EQ(decide_cleanup(facts).clean_point, 1u);
  facts.stock.sets[2].end_us = day(8);
  EXPECT_EQ(decide_cleanup(facts).clean_point, 3u);
}

TEST(CleanRules, FailedAndDeletingGoDoingStays) {
  auto facts = january();
  facts.now_us = day(30);
  facts.stock.sets.push_back(full(6, 15));
  facts.stock.sets.push_back(full(7, 16));
  facts.stock.sets.push_back(full(8, 17));
  facts.stock.sets[5].status = "FAILED";
  facts.stock.sets[6].file_status = "DELETING";
  facts.stock.sets[7].status = "DOING", facts.stock.sets[7].file_status = "COPYING";
  EXPECT_EQ(sets_gone(facts), (Ids{1, 2, 3, 4, 6, 7}));
  facts.now_us = day(17);  // day 10: the failed set is inside the window
  EXPECT_EQ(sets_gone(facts), (Ids{1, 2}));
}

TEST(CleanRules, AChainStaysWhole) {
  auto facts = january();
  facts.stock.sets[4] = inc(5, 14, 1, 2);  // of the first full, though a newer one is there
  EXPECT_TRUE(sets_gone(facts).empty());
  EXPECT_EQ(reason(facts, 1), "the chain of set 5 needs it");
  EXPECT_EQ(pieces_gone(facts), (Ids{1, 2, 3, 4, 5, 6})) << "a parent's own log is not needed";
  facts.stock.sets[4].status = "DOING", facts.stock.sets[4].file_status = "COPYING";
  EXPECT_TRUE(sets_gone(facts).empty()) << "a running incremental needs its parents too";
}

TEST(CleanRules, WhatIsUsedStaysWithItsChainAndItsLog) {
  auto facts = january();
  facts.stock.used_sets = {2};
  EXPECT_TRUE(sets_gone(facts).empty());
  EXPECT_EQ(pieces_gone(facts), (Ids{1, 2, 3}));
  facts = january();
  facts.stock.used_pieces = {{1002, 4}};
  EXPECT_EQ(pieces_gone(facts), (Ids{1, 2, 3})) << "no gap behind a piece that stays";
}

TEST(CleanRules, OldDestinationsAreNotTouched) {
  auto facts = january();
  for (int i : {0, 1}) facts.stock.sets[i].dest_id = 900;
  for (int i : {0, 1, 2}) facts.stock.pieces[i].dest_id = 901;
  EXPECT_TRUE(sets_gone(facts).empty());
  EXPECT_EQ(pieces_gone(facts), (Ids{4, 5, 6}));
  facts.stock.data_dest = facts.stock.archive_dest = 0;
  EXPECT_TRUE(sets_gone(facts).empty() && pieces_gone(facts).empty());
}

TEST(CleanRules, ActiveAndDeletedPieces) {
  auto facts = january();
  facts.stock.pieces[1].status = "ACTIVE";
  facts.stock.pieces[0].file_status = "DELETED";
  facts.stock.sets[0].file_status = "DELETED";
  EXPECT_EQ(pieces_gone(facts), (Ids{3, 4, 5, 6}));
  EXPECT_EQ(sets_gone(facts), (Ids{2}));
}

TEST(CleanRules, LogOnlyGoesByTheWindowAndOnlyWithoutSets) {
  auto facts = january();
  facts.policy = "log_only";
  EXPECT_TRUE(sets_gone(facts).empty() && pieces_gone(facts).empty()) << "there are sets that need the log";
  facts.stock.sets.clear();
  EXPECT_EQ(pieces_gone(facts), (Ids{1, 2, 3, 4, 5, 6, 7}));
}

// ---- by hand ----
ManualFacts by_hand() {
  ManualFacts facts;
  facts.stock = january().stock;
  return facts;
}
int sets_refused(const ManualFacts& facts, const Ids& ids) {
  Status status = check_delete_sets(facts, ids);
  return status ? 0 : status.error().ob_error;
}
int pieces_refused(const ManualFacts& facts, const Ids& ids) {
  Status status = check_delete_pieces(facts, ids);
  return status ? 0 : status.error().ob_error;
}

TEST(ManualRules, Sets) {
  EXPECT_EQ(sets_refused(by_hand(), {1, 2}), 0);
  EXPECT_EQ(sets_refused(by_hand(), {2}), 0);
  EXPECT_EQ(sets_refused(by_hand(), {1}), 9045) << "set 2 needs it";
  EXPECT_EQ(sets_refused(by_hand(), {9}), 9046);
  EXPECT_EQ(sets_refused(by_hand(), {5}), 9045) << "the newest restorable full";
  EXPECT_EQ(check_delete_sets(by_hand(), {}).error().code, Code::kInvalidArgument);
  auto facts = by_hand();
  facts.has_policy = true;
  EXPECT_EQ(sets_refused(facts, {2}), 9045);
  facts.stock.data_dest = 7;  // an old destination: its owner deletes it, policy or not
  EXPECT_EQ(sets_refused(facts, {1, 2, 3, 4, 5}), 0);
  facts.unreachable_dests = {1001};
  EXPECT_EQ(sets_refused(facts, {2}), 9070);
  facts = by_hand();
  facts.stock.sets[1].dest_id = 7;
  EXPECT_EQ(sets_refused(facts, {1, 2}), 9045);
  facts = by_hand();
  facts.stock.sets[4].file_status = "BROKEN";
  EXPECT_EQ(sets_refused(facts, {3, 4}), 9045) << "3 is the newest restorable full now";
}

TEST(ManualRules, SetsByTheirState) {
  auto facts = by_hand();
  facts.stock.sets[1].status = "DOING", facts.stock.sets[1].file_status = "COPYING";
  EXPECT_EQ(sets_refused(facts, {2}), 9045);
  EXPECT_EQ(sets_refused(facts, {1}), 9045) << "its child is being written";
  facts.stock.sets[1].status = "SUCCESS", facts.stock.sets[1].file_status = "DELETED";
  EXPECT_EQ(sets_refused(facts, {2}), 9045);
  EXPECT_EQ(sets_refused(facts, {1}), 0);
  facts.stock.used_sets = {1};
  EXPECT_EQ(sets_refused(facts, {1}), 9045);
  facts.stock.sets.push_back(full(6, 15));
  facts.stock.sets.back().status = "FAILED";
  EXPECT_EQ(sets_refused(facts, {6}), 0) << "no use to anyone, however new";
}

TEST(ManualRules, Pieces) {
  auto facts = by_hand();
  facts.stock.sets.erase(facts.stock.sets.begin(), facts.stock.sets.begin() + 2);  // oldest full: day 7
  EXPECT_EQ(pieces_refused(facts, {1, 2, 3, 4, 5}), 0);
  EXPECT_EQ(pieces_refused(facts, {1, 2, 3, 4, 5, 6}), 9069) << "ends where the full begins";
  EXPECT_EQ(pieces_refused(facts, {2}), 9069) << "a smaller one exists";
  EXPECT_EQ(pieces_refused(facts, {1, 3}), 9069) << "a gap";
  EXPECT_EQ(pieces_refused(facts, {99}), 9069);
  EXPECT_EQ(pieces_refused(facts, {15}), 9069) << "ACTIVE";
  facts.stock.pieces[0].file_status = "DELETED";
  EXPECT_EQ(pieces_refused(facts, {1}), 9069);
  EXPECT_EQ(pieces_refused(facts, {2, 3}), 0);
  facts.stock.used_pieces = {{1002, 2}};
  EXPECT_EQ(pieces_refused(facts, {2}), 9069);
  facts.stock.used_pieces.clear();
  facts.has_policy = true;
  EXPECT_EQ(pieces_refused(facts, {2}), 9069);
  facts.has_policy = false, facts.stock.pieces[2].dest_id = 7;
  EXPECT_EQ(pieces_refused(facts, {2, 3}), 9069) << "two destinations";
  facts.stock.sets.clear();
  EXPECT_EQ(pieces_refused(facts, {2}), 9069) << "no full set";
}

}  // namespace
}  // namespace seabed::clean
