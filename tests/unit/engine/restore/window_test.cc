#include "core/engine/restore/window.h"

#include <gtest/gtest.h>

namespace seabed::restore {
namespace {

BaseFacts full(uint64_t id, Scn start, Scn min, uint64_t round = 1) {
  BaseFacts b;
  b.set_id = id;
  b.start_replay = start;
  b.min_restore = min;
  b.archive_dest = 1001;
  b.archive_round = round;
  return b;
}
BaseFacts inc(uint64_t id, uint64_t prev_full, uint64_t prev_inc, Scn start, Scn min, uint64_t round = 1) {
  BaseFacts b = full(id, start, min, round);
  b.full = false;
  b.prev_full = prev_full;
  b.prev_inc = prev_inc;
  return b;
}
PieceSpan piece(uint64_t id, Scn start, Scn end, uint64_t round = 1) {
  return {{1001, round, id}, start, end};
}

std::vector<uint64_t> ids(const std::vector<BaseFacts>& sets, const std::vector<size_t>& chain) {
  std::vector<uint64_t> out;
  for (size_t i : chain) out.push_back(sets[i].set_id);
  return out;
}
std::vector<std::pair<Scn, Scn>> ranges(const std::vector<WindowRange>& window) {
  std::vector<std::pair<Scn, Scn>> out;
  for (const WindowRange& r : window) out.emplace_back(r.from, r.to);
  return out;
}
using Ranges = std::vector<std::pair<Scn, Scn>>;
using Ids = std::vector<uint64_t>;

// The example of the documentation: sets and two rounds give [300, 500] and [900, 1500].
TEST(Window, DocumentedExample) {
  std::vector<BaseFacts> sets{full(1, 200, 300), inc(2, 1, 0, 350, 400), full(3, 700, 900, 2),
                              inc(4, 3, 0, 1000, 1100, 2)};
  std::vector<PieceSpan> pieces{piece(1, 100, 300), piece(2, 300, 500), piece(3, 600, 1000, 2),
                                piece(4, 1000, 1500, 2)};
  EXPECT_EQ(ranges(window_of(sets, pieces)), (Ranges{{300, 500}, {900, 1500}}));
  EXPECT_EQ(latest(sets, pieces), 1500u);
  EXPECT_FALSE(choose(sets, pieces, 299));
  EXPECT_FALSE(choose(sets, pieces, 501));
  EXPECT_FALSE(choose(sets, pieces, 899));
  EXPECT_FALSE(choose(sets, pieces, 1501));
  Nearest n = nearest(window_of(sets, pieces), 600);
  EXPECT_EQ(n.before, 500u);
  EXPECT_EQ(n.after, 900u);
  auto c = choose(sets, pieces, 1200);
  ASSERT_TRUE(c);
  EXPECT_EQ(ids(sets, c->sets), (Ids{3, 4}));
  EXPECT_EQ(c->pieces, (std::vector<size_t>{3}));
  c = choose(sets, pieces, 950);
  ASSERT_TRUE(c);
  EXPECT_EQ(ids(sets, c->sets), (Ids{3}));
  EXPECT_EQ(c->pieces, (std::vector<size_t>{2}));
}

// Constant ingestion: each backup meets the next hole before it is over.
TEST(Window, RangesThatEndInsideTheirOwnBackupArePoints) {
  std::vector<BaseFacts> sets{full(1, 100, 200), inc(2, 1, 0, 250, 300), inc(3, 1, 2, 350, 400)};
  sets[0].ended = 210, sets[0].uncovered = {{1001, 240, "ingestion"}};
  sets[1].ended = 310, sets[1].uncovered = {{1001, 305, "ingestion"}};
  sets[2].ended = 410, sets[2].uncovered = {{1001, 405, "ingestion"}};
  const auto window = window_of(sets, {piece(1, 50, 500)});
  EXPECT_EQ(ranges(window), (Ranges{{200, 239}, {300, 304}, {400, 404}}));
  EXPECT_FALSE(window[0].snapshot_only) << "settled before the hole";
  EXPECT_TRUE(window[1].snapshot_only);
  EXPECT_TRUE(window[2].snapshot_only);
  sets[2].uncovered.clear();
  EXPECT_FALSE(window_of(sets, {piece(1, 50, 500)}).back().snapshot_only) << "the last one settled";
}

TEST(Window, ASetWithoutItsLogGivesNothing) {
  std::vector<BaseFacts> sets{full(1, 50, 300)};
  EXPECT_TRUE(window_of(sets, {piece(1, 100, 500)}).empty());  // the log begins too late
  EXPECT_TRUE(window_of(sets, {piece(1, 0, 299)}).empty());    // ends before min_restore
  EXPECT_EQ(ranges(window_of(sets, {piece(1, 0, 300)})), (Ranges{{300, 300}}));
}

TEST(Window, AnUncoveredHoleEndsTheRangeAndABridgeBeginsAnother) {
  std::vector<BaseFacts> sets{full(1, 100, 200), inc(2, 1, 0, 400, 450)};
  sets[0].uncovered = {{1001, 350, "ingestion"}};
  std::vector<PieceSpan> pieces{piece(1, 0, 1000)};
  EXPECT_EQ(ranges(window_of(sets, pieces)), (Ranges{{200, 349}, {450, 1000}}));
  EXPECT_FALSE(choose(sets, pieces, 350));
  EXPECT_FALSE(choose(sets, pieces, 449));
  EXPECT_EQ(ids(sets, choose(sets, pieces, 349)->sets), (Ids{1}));
  EXPECT_EQ(ids(sets, choose(sets, pieces, 450)->sets), (Ids{1, 2}));
}

TEST(Window, AHoleBeforeMinRestoreMakesABaseUseless) {
  std::vector<BaseFacts> sets{full(1, 100, 200)};
  sets[0].uncovered = {{1001, 150, "disabled WAL"}};
  EXPECT_TRUE(window_of(sets, {piece(1, 0, 1000)}).empty());
  EXPECT_EQ(latest(sets, {piece(1, 0, 1000)}), 1000u);  // named, and refused by choose
  EXPECT_FALSE(choose(sets, {piece(1, 0, 1000)}, 1000));
}

TEST(Window, LatestIsNotMovedBeforeAHole) {
  std::vector<BaseFacts> sets{full(1, 100, 200)};
  sets[0].uncovered = {{1001, 500, "ingestion"}};
  std::vector<PieceSpan> pieces{piece(1, 0, 1000)};
  EXPECT_EQ(latest(sets, pieces), 1000u);
  EXPECT_FALSE(choose(sets, pieces, 1000));
  EXPECT_EQ(nearest(window_of(sets, pieces), 1000).before, 499u);
  EXPECT_FALSE(nearest(window_of(sets, pieces), 1000).after);
}

TEST(ChooseSets, DocumentedWalk) {
  std::vector<BaseFacts> sets{full(1, 10, 20), inc(2, 1, 0, 30, 40), inc(3, 1, 2, 50, 60), full(4, 70, 80),
                              inc(5, 4, 0, 90, 100)};
  EXPECT_TRUE(choose_sets(sets, 0, 19).empty());
  EXPECT_EQ(ids(sets, choose_sets(sets, 0, 20)), (Ids{1}));
  EXPECT_EQ(ids(sets, choose_sets(sets, 0, 79)), (Ids{1, 2, 3}));
  EXPECT_EQ(ids(sets, choose_sets(sets, 0, 99)), (Ids{4}));
  EXPECT_EQ(ids(sets, choose_sets(sets, 0, 5000)), (Ids{4, 5}));
  EXPECT_TRUE(choose_sets(sets, 1, 5000).empty());  // another source
}

TEST(ChooseSets, AnIncrementalWithoutAParentDoesNotJoin) {
  std::vector<BaseFacts> sets{full(1, 10, 20), inc(3, 1, 2, 50, 60), inc(4, 1, 3, 70, 80)};
  EXPECT_EQ(ids(sets, choose_sets(sets, 0, 500)), (Ids{1}));
  EXPECT_TRUE(chain_of(sets, 1).empty());
  EXPECT_TRUE(chain_of(sets, 2).empty());
  EXPECT_EQ(ids(sets, chain_of(sets, 0)), (Ids{1}));
}

TEST(ChoosePieces, NeighboursMustTouch) {
  std::vector<PieceSpan> pieces{piece(1, 0, 100), piece(2, 100, 200), piece(3, 201, 300)};
  EXPECT_EQ(run_from(pieces, 1001, 1, 50).pieces, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(run_from(pieces, 1001, 1, 50).end, 200u);
  EXPECT_EQ(run_from(pieces, 1001, 1, 100).pieces, (std::vector<size_t>{1}));  // the first ends at the start
  EXPECT_TRUE(run_from(pieces, 1001, 1, 200).pieces.empty());
  EXPECT_TRUE(run_from(pieces, 1002, 1, 50).pieces.empty());
}

TEST(ChoosePieces, AMissingNumberEndsTheRunAndSoDoesARound) {
  EXPECT_EQ(run_from({piece(1, 0, 100), piece(3, 100, 200)}, 0, 0, 0).end, 100u);
  EXPECT_EQ(run_from({piece(1, 0, 100), piece(2, 100, 200, 2)}, 0, 0, 0).end, 100u);
}

TEST(ChoosePieces, TheCutTakesNoPieceTooManyAndNoneTooFew) {
  std::vector<PieceSpan> pieces{piece(1, 0, 100), piece(2, 100, 200), piece(3, 200, 300)};
  PieceRun run = run_from(pieces, 0, 0, 0);
  EXPECT_EQ(cut_run(pieces, run, 100).pieces.size(), 1u);
  EXPECT_EQ(cut_run(pieces, run, 101).pieces.size(), 2u);
  EXPECT_EQ(cut_run(pieces, run, 300).pieces.size(), 3u);
  EXPECT_EQ(cut_run(pieces, run, 1).pieces.size(), 1u);
}

}  // namespace
}  // namespace seabed::restore
