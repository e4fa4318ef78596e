// Cleanup executed against the model: random histories of backups, failures, gaps, holes, policies, deletions by id
// and cleanups on real media. Every moment that the model calls restorable is restored and equals the oracle; every
// moment that it calls lost is refused.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/unit/engine/clean_history.h"
#include "tests/unit/engine/clean_rig.h"

namespace seabed::testing_clean {
namespace {

using clean::CleanRequest;
using Ids = HistoryModel::Ids;
constexpr uint64_t kPiece = 8;  // seconds

class History {
 public:
  explicit History(uint64_t seed) : random_(seed), rig_(dice(4) == 0, kPiece) { rig_.advance(archive(1 + dice(9))); }

  void run() {
    for (int i = 0; i < 26 && !::testing::Test::HasFailure(); ++i) step();
    expect_every_moment();
  }
  struct Counts {
    uint64_t restores = 0, refusals = 0, sets = 0, pieces = 0, by_id = 0, not_by_id = 0, holes = 0, gaps = 0;
  } counts;

 private:
  uint64_t dice(uint64_t n) { return random_() % n; }
  uint64_t archive(uint64_t second) {
    model_.archive(second);
    return second;
  }

  void step() {
    switch (dice(16)) {
      case 0:
      case 1: return advance(1 + dice(9));
      case 2:
      case 3: return backup(true);
      case 4:
      case 5:
      case 6: return backup(false);
      case 7: return fail_backup();
      case 8: return hole();
      case 9: return dice(2) ? gap("INTERRUPTED") : defer();
      case 10:
      case 11:
      case 12: return delete_by_id();
      case 13:
      case 14: policy(); [[fallthrough]];
      default: clean();
    }
  }

  // ---- log ----
  void advance(uint64_t seconds) { rig_.advance(archive(rig_.now() + seconds)); }
  void hole() {
    const uint64_t second = rig_.now() + 1;
    rig_.put_hole(1001 + dice(2), second);
    model_.holes.push_back({model_.round, second});
    advance(1 + dice(4));
    ++counts.holes;
    if (dice(2)) backup(dice(3) != 0, second);  // too early: what was not logged is not in a file yet
  }
  void stand_still(const std::string& status) {
    rig_.stand_still(rig_.now() + 1 + dice(9), status);
    model_.now = rig_.now();
    if (dice(2)) clean();
  }
  void gap(const std::string& status) {
    stand_still(status);
    rig_.next_round();
    model_.begin_round(rig_.now());
    advance(1 + dice(4));
    replay_ = 0, ++counts.gaps;
  }
  /// ENABLE goes on where the round stood, if the log was kept so long.
  void defer() { dice(3) ? (stand_still("SUSPEND"), advance(1 + dice(4))) : gap("SUSPEND"); }

  // ---- sets ----
  /// `open_hole`: replays from before it, and does not have what it left out. 0: as it comes.
  void backup(bool full, uint64_t open_hole = 0) {
    const HistoryModel::Set* parent = model_.parent();
    change_files();
    full = full || !parent;
    const uint64_t back = open_hole ? open_hole : rig_.now() - std::min(rig_.now(), dice(6));
    const uint64_t replay = std::max({model_.round_begin() + 1, back, replay_});  // what a database dropped stays so
    const uint64_t covers = std::max({replay, covers_, !open_hole && dice(2) ? rig_.now() + 1 : 0});
    replay_ = replay, covers_ = covers;
    const uint64_t parent_id = full ? 0 : parent->id, round = model_.round;
    const uint64_t id = rig_.backup(full, 1 + dice(5), replay, covers);
    model_.sets.push_back({id, round, replay, archive(rig_.now()), covers, parent_id, full});
  }
  void fail_backup() {
    const bool full = !model_.parent() || dice(2);
    const uint64_t took = 1 + dice(5), id = rig_.failed_backup(full, took);
    model_.sets.push_back({id, model_.round, 0, rig_.now() + took, 0, 0, full, true});
    advance(took + dice(3));
  }
  /// So that the bytes tell from which set they came.
  void change_files() {
    auto& files = rig_.media.files[1001 + dice(2)];
    std::erase_if(files, [](const auto& f) { return f.name == "000099.sst"; });
    files.push_back({"000099.sst", "minor", testing_restore::noise(dice(1000), 100 + dice(3000))});
  }

  // ---- deletions ----
  void policy() {
    policy_ = dice(6) == 0 ? "" : dice(6) == 0 ? "log_only" : "default";
    window_ = dice(8) ? 2 + dice(30) : 0;
    policy_.empty() ? rig_.drop_policy() : rig_.set_policy(window_ ? std::to_string(window_) + "s" : "", policy_);
  }
  void clean() {
    const auto before = model_.restorable();
    model_.clean(policy_, window_);
    {
      CleanRig::Session session(rig_);
      const auto done = session.clean();
      ASSERT_TRUE(done) << done.error().message();
    }
    const auto after = model_.restorable();
    for (uint64_t s = model_.now - std::min(model_.now, window_); s <= model_.now && policy_ != "log_only"; ++s)
      ASSERT_EQ(after[s], before[s]) << "second " << s << " of the window";
    expect_media();
  }
  void delete_by_id() {
    if (dice(2) && !policy_.empty()) policy_.clear(), rig_.drop_policy();
    const bool sets = dice(2);
    Ids ids;
    const uint64_t most = sets ? model_.sets.size() : model_.pieces.size();
    const uint64_t first = dice(3) ? oldest(sets) : 1 + dice(most + 1);
    const uint64_t before = sets && dice(2) ? newest_full() : first + 1 + dice(3);
    for (uint64_t id = first; id < std::max(before, first + 1); ++id)
      if (!sets || id > most || model_.sets[id - 1].alive || dice(4) == 0) ids.insert(id);
    if (ids.empty()) return;
    const bool policy = !policy_.empty();
    const bool may = sets ? model_.may_delete_sets(ids, policy) : model_.may_delete_pieces(ids, policy);
    CleanRequest request{.what = sets ? CleanRequest::What::kSets : CleanRequest::What::kPieces, .ids = ids};
    {
      CleanRig::Session session(rig_);
      const auto done = session.clean(request);
      ASSERT_EQ(done.has_value(), may) << (sets ? "sets from " : "pieces from ") << first << ", " << ids.size()
                                       << (done ? "" : ": " + done.error().message());
    }
    ++(may ? counts.by_id : counts.not_by_id);
    if (may) sets ? model_.delete_sets(ids) : model_.delete_pieces(ids);
    expect_media();
  }

  /// The one whose deletion is refused for the fewest reasons.
  uint64_t oldest(bool sets) const {
    for (const auto& s : model_.sets)
      if (sets && s.alive) return s.id;
    for (const auto& p : model_.pieces)
      if (!sets && p.alive) return p.id;
    return 1;
  }

  uint64_t newest_full() const {
    uint64_t newest = 0;
    for (const auto& s : model_.sets)
      if (s.full && s.alive && !s.failed) newest = s.id;
    return newest;
  }

  // ---- looking ----
  void expect_media() {
    std::set<std::string> sets, pieces;
    for (const auto& s : model_.sets)
      if (s.alive) sets.insert("backup_set_" + std::to_string(s.id) + (s.full ? "_full" : "_inc"));
    for (const auto& p : model_.pieces)
      if (p.alive) pieces.insert("piece_d1002r" + std::to_string(p.round) + "p" + std::to_string(p.id));
    ASSERT_EQ(rig_.directories(rig_.media.data_dir), sets);
    ASSERT_EQ(rig_.directories(rig_.media.archive_dir), pieces);
    expect_window();
    const auto can = model_.restorable();
    std::vector<uint64_t> borders;
    for (uint64_t s = 0; s <= model_.now; ++s)
      if (s == model_.now || can[s] != can[s + 1] || (s > 0 && can[s] != can[s - 1])) borders.push_back(s);
    for (int i = 0; i < 2 && !::testing::Test::HasFailure(); ++i) expect_moment(borders[dice(borders.size())]);
  }
  void expect_window() {
    const auto window = compute_window(rig_.media.context, rig_.media.source());
    ASSERT_TRUE(window) << window.error().message();
    const auto expected = model_.restorable();
    for (uint64_t second = 0; second <= model_.now; ++second) {
      bool there = false;
      for (const auto& range : window->ranges) there |= range.from <= at(second) && at(second) <= range.to;
      ASSERT_EQ(there, expected[second]) << "second " << second << " of " << model_.now;
    }
  }
  void expect_every_moment() {
    for (uint64_t second = 0; second <= model_.now + 1 && !::testing::Test::HasFailure(); ++second)
      expect_moment(second);
    for (const auto& s : model_.sets) counts.sets += !s.alive;
    for (const auto& p : model_.pieces) counts.pieces += !p.alive;
  }
  void expect_moment(uint64_t second) {
    const uint64_t base = model_.base_of(second);
    auto request = rig_.media.request(rig_.media.scn(at(second)));
    const auto done = rig_.media.restore(request);
    ++(base ? counts.restores : counts.refusals);
    ASSERT_EQ(done.has_value(), base != 0) << "second " << second << (done ? "" : ": " + done.error().message());
    if (!done) {
      EXPECT_EQ(done.error().code, Code::kConflict) << second << ": " << done.error().message();
      return;
    }
    for (uint64_t ls : {1001, 1002})
      ASSERT_EQ(rig_.media.staged(request.directory, ls), rig_.media.expected(base, ls, second)) << second;
    std::filesystem::remove_all(request.directory);
  }

  std::mt19937_64 random_;
  HistoryModel model_{kPiece};
  CleanRig rig_;
  std::string policy_;
  uint64_t window_ = 0, replay_ = 0, covers_ = 0;
};

void run_histories(uint64_t first, uint64_t last) {
  History::Counts all;
  for (uint64_t seed = first; seed <= last && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    history.run();
    const auto& c = history.counts;
    all.restores += c.restores, all.refusals += c.refusals, all.sets += c.sets, all.pieces += c.pieces;
    all.by_id += c.by_id, all.not_by_id += c.not_by_id, all.holes += c.holes, all.gaps += c.gaps;
  }
  // The model is no use when nothing happens in it.
  for (uint64_t count :
       {all.restores, all.refusals, all.sets, all.pieces, all.by_id, all.not_by_id, all.holes, all.gaps})
    EXPECT_GT(count, (last - first) / 4);
  std::printf("%lu restores, %lu refusals, %lu sets and %lu pieces deleted, by id %lu and refused %lu, "
              "%lu holes, %lu gaps\n",
              all.restores, all.refusals, all.sets, all.pieces, all.by_id, all.not_by_id, all.holes, all.gaps);
}

/// Restores write durably: in memory that costs nothing.
class CleanExecution : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
  }
};

TEST_F(CleanExecution, EveryMomentIsAsTheModelSays) { run_histories(1, 10); }

/// SEABED_TEST_HISTORIES=first-last: by hand, and with the label `full`.
TEST_F(CleanExecution, MoreHistories) {
  const char* range = std::getenv("SEABED_TEST_HISTORIES");
  if (!range) GTEST_SKIP() << "SEABED_TEST_HISTORIES is not set";
  unsigned long first = 0, last = 0;
  ASSERT_EQ(std::sscanf(range, "%lu-%lu", &first, &last), 2) << range;
  run_histories(first, last);
}

}  // namespace
}  // namespace seabed::testing_clean
