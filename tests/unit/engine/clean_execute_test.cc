// Cleanup executed against the model: random histories of backups, log and windows on a real medium. What the
// model calls restorable is what the media give, before and after each cleanup, nothing of the window gets
// lost, and restores to its moments equal the oracle.

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/engine/clean_rig.h"

namespace seabed::testing_clean {
namespace {

/// Seconds and pieces of 100 seconds; written from the reference's text and not from the rules' code.
class Model {
 public:
  struct Set {
    uint64_t id, start, min, parent;
    bool full, alive = true;
  };
  std::vector<Set> sets;
  std::set<uint64_t> gone_pieces;
  uint64_t now = 0;

  bool log_is_there(uint64_t from, uint64_t to) const {
    for (uint64_t p = from / 100 + 1; (p - 1) * 100 < to; ++p)
      if (gone_pieces.contains(p)) return false;
    return true;
  }
  bool chain_is_there(const Set& s) const {
    return s.alive && (s.full || chain_is_there(sets[s.parent - 1]));
  }
  /// The newest set that a restore to `second` begins from; 0: none.
  uint64_t base_of(uint64_t second) const {
    uint64_t base = 0;
    for (const Set& s : sets)
      if (chain_is_there(s) && s.min <= second && second <= now && log_is_there(s.start - 1, second))
        base = s.id;
    return base;
  }
  std::vector<bool> restorable() const {
    std::vector<bool> out(now + 1);
    for (uint64_t second = 0; second <= now; ++second) out[second] = base_of(second) != 0;
    return out;
  }
  void clean(uint64_t window) {
    const Set* point = nullptr;
    for (const Set& s : sets)
      if (s.alive && s.full && s.min + window <= now && log_is_there(s.start - 1, s.min)) point = &s;
    if (window == 0 || now <= window || !point) return;
    const uint64_t clean_point = point->id, replay = point->start - 1;
    for (Set& s : sets)
      if (s.id < clean_point) s.alive = false;
    for (uint64_t p = 1; p * 100 <= replay && p * 100 < now; ++p) gone_pieces.insert(p);
  }
};

class CleanExecution : public ::testing::TestWithParam<uint64_t> {
 protected:
  uint64_t dice(uint64_t n) { return random_() % n; }

  void step() {
    switch (dice(4)) {
      case 0: rig.advance(rig.now() + 1 + dice(150)); break;
      case 1: backup(true); break;
      default: backup(false);
    }
    model.now = rig.now();
  }
  void backup(bool full) {
    full = full || model.sets.empty() || !model.chain_is_there(model.sets.back());
    const uint64_t start = std::max<uint64_t>(rig.now(), 1);
    const uint64_t id = rig.backup(full, 5 + dice(60));
    model.sets.push_back({id, start, rig.now(), id - 1, full});
    model.now = rig.now();
    if (dice(2)) rig.advance(rig.now() + 1 + dice(120));
    model.now = rig.now();
  }
  void expect_same_window() {
    const auto window = compute_window(rig.media.context, rig.media.source());
    ASSERT_TRUE(window) << window.error().message();
    const auto expected = model.restorable();
    for (uint64_t second = 0; second <= model.now; ++second) {
      bool there = false;
      for (const auto& range : window->ranges) there |= range.from <= at(second) && at(second) <= range.to;
      ASSERT_EQ(there, expected[second]) << "second " << second << " of " << model.now;
    }
  }
  void expect_restore(uint64_t second) {
    auto request = rig.media.request(rig.media.scn(at(second)));
    const auto done = rig.media.restore(request);
    ASSERT_TRUE(done) << "second " << second << ": " << done.error().message();
    for (uint64_t ls : {1001, 1002})
      ASSERT_EQ(rig.media.staged(request.directory, ls),
                rig.media.expected(model.base_of(second), ls, second))
          << second;
    std::filesystem::remove_all(request.directory);
    ++restores;
  }
  void clean(uint64_t window) {
    rig.set_policy(window ? std::to_string(window) + "s" : "");
    const auto before = model.restorable();
    model.clean(window);
    {
      CleanRig::Session session(rig);
      const auto done = session.clean();
      ASSERT_TRUE(done) << done.error().message();
    }
    std::set<std::string> sets, pieces;
    for (const auto& s : model.sets)
      if (s.alive) sets.insert("backup_set_" + std::to_string(s.id) + (s.full ? "_full" : "_inc"));
    for (uint64_t p = 1; (p - 1) * 100 < model.now; ++p)
      if (!model.gone_pieces.contains(p)) pieces.insert("piece_d1002r1p" + std::to_string(p));
    EXPECT_EQ(rig.directories(rig.media.data_dir), sets);
    EXPECT_EQ(rig.directories(rig.media.archive_dir), pieces);
    deleted += model.gone_pieces.size();
    expect_same_window();
    const auto after = model.restorable();
    const uint64_t from = window == 0 || model.now <= window ? 0 : model.now - window;
    std::vector<uint64_t> moments;
    for (uint64_t second = from; second <= model.now; ++second) {
      EXPECT_EQ(after[second], before[second]) << "second " << second << " of the window from " << from;
      if (after[second]) moments.push_back(second);
    }
    if (moments.empty() || HasFailure()) return;
    expect_restore(moments.front());
    expect_restore(moments[dice(moments.size())]);
  }

  CleanRig rig;
  Model model;
  std::mt19937_64 random_{GetParam()};
  uint64_t restores = 0, deleted = 0;
};

TEST_P(CleanExecution, WhatTheModelCallsRestorableRestores) {
  rig.advance(30 + dice(50));
  for (int i = 0; i < 5 && !HasFailure(); ++i) {
    for (int steps = 0; steps < 3; ++steps) step();
    clean(dice(6) ? 60 + dice(400) : 0);
  }
  EXPECT_GT(restores, 2u);
}

INSTANTIATE_TEST_SUITE_P(Histories, CleanExecution, ::testing::Range<uint64_t>(1, 6));

}  // namespace
}  // namespace seabed::testing_clean
