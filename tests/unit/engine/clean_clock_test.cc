// Clocks that jump, before a cleanup and in the middle of one.

#include <gtest/gtest.h>

#include "tests/unit/engine/clean_fixture.h"

namespace seabed::testing_clean {
namespace {

constexpr uint64_t kHour = 3600;

TEST_F(CleanTest, AClockThatJumpsForwardByADayDeletesNothing) {
  boot_seconds = 5000;
  set_policy("1d");
  {
    Session session(rig);
    ASSERT_TRUE(session.clean()) << "marks both clocks";
    clock.now = at(1000 + 26 * kHour), boot_seconds += kHour;
    const auto done = session.clean();
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message().find("jumped forward by 1 d 1 h"), std::string::npos)
        << done.error().message();
    EXPECT_TRUE(session.sets_in("DELETED").empty());
    clock.now = at(1000 + 2 * kHour), boot_seconds += kHour;
    ASSERT_TRUE(session.clean()) << "it is right again";
    EXPECT_TRUE(session.sets_in("DELETED").empty());
  }
  clock.now = at(1000 + 27 * kHour), boot_seconds += kHour;
  Session session(rig);
  EXPECT_FALSE(session.clean()) << "another process sees it as well";
  ASSERT_TRUE(clean::accept_clock(session.context, tools.witness));
  ASSERT_TRUE(session.clean()) << "the operator says that it is right";
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2}));
}

TEST_F(CleanTest, AClockThatJumpsWhileAJobRunsStopsIt) {
  boot_seconds = 5000;
  Session session(rig);
  session.context.at_state = [&](const std::string& now) {
    if (now == "clean/DELETED") clock.now = at(1000 + 24 * kHour);
  };
  EXPECT_FALSE(session.clean());
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{2}));
}

TEST_F(CleanTest, AClockThatJumpsBackByADayDeletesNothing) {
  set_policy("60s");
  Session session(rig);
  clock.now = at(1000) - 24 * kHour * 1'000'000'000;
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("behind what is archived"), std::string::npos)
      << done.error().message();
  EXPECT_FALSE(session.turn());
  EXPECT_TRUE(session.sets_in("DELETED").empty());
}

}  // namespace
}  // namespace seabed::testing_clean
