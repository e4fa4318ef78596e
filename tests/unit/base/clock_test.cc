#include "core/base/clock.h"

#include <gtest/gtest.h>
#include <sys/timex.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace seabed {
namespace {

TEST(Clock, RisesStrictlyOverAllThreads) {
  std::vector<std::vector<Scn>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen)
    threads.emplace_back([&mine] {
      for (int i = 0; i < 2000; ++i) mine.push_back(system_clock().read().now);
    });
  for (auto& t : threads) t.join();
  std::vector<Scn> all;
  for (const auto& mine : seen) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

class SteppedClock : public ::testing::Test {
 protected:
  int64_t wall_ = 1'000'000'000'000, boot_ = 5'000'000'000;
  std::unique_ptr<Clock> clock_ = watched_clock({[this] { return wall_; }, [this] { return boot_; }});
  void pass(int64_t ns) { wall_ += ns, boot_ += ns; }
};

TEST_F(SteppedClock, HoldsBackAfterAStepBackwardAndSaysSo) {
  const auto first = clock_->read();
  wall_ -= 86'400'000'000'000;  // a day
  pass(1'000'000);
  const auto second = clock_->read();
  EXPECT_EQ(second.stepped_ns, -86'400'000'000'000);
  EXPECT_EQ(second.now, first.now + 1'000'000);
  EXPECT_GE(second.error_ns, 86'400'000'000'000u);
  pass(1'000'000);
  const auto third = clock_->read();
  EXPECT_EQ(third.stepped_ns, 0);
  EXPECT_EQ(third.now, second.now + 1'000'000);
}

TEST_F(SteppedClock, FollowsAStepForwardAndSaysSo) {
  const auto first = clock_->read();
  wall_ += 3'600'000'000'000;
  const auto second = clock_->read();
  EXPECT_EQ(second.stepped_ns, 3'600'000'000'000);
  EXPECT_EQ(second.now, first.now + 3'600'000'000'000);
}

TEST(ClockError, OfAClockThatNobodyDisciplinesIsNeverTheTightest) {
  EXPECT_EQ(error_bound_ns(TIME_OK, 2500), 2'500'000u);
  EXPECT_EQ(error_bound_ns(TIME_ERROR, 0), 16'000'000'000u);
  EXPECT_EQ(error_bound_ns(TIME_ERROR, 20'000'000), 20'000'000'000u);
  EXPECT_EQ(error_bound_ns(-1, 0), 16'000'000'000u) << "adjtimex failed";
  const auto clock = watched_clock({[] { return 1'000; }, [] { return 1'000; }, [] { return error_bound_ns(TIME_ERROR, 0); }});
  EXPECT_EQ(clock->read().error_ns, 16'000'000'000u);
}

TEST_F(SteppedClock, IsQuietWhileNobodySetsTheClock) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(clock_->read().stepped_ns, 0);
    pass(10'000'000);
  }
}

}  // namespace
}  // namespace seabed
