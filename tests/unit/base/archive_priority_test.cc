#include "core/base/archive_priority.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <thread>

namespace seabed {
namespace {

struct Found {
  int nice = 0, policy = 0;
};
Found of_a_thread(int wanted) {
  Found out;
  std::thread([&] {
    set_archive_nice(wanted);
    give_way_to_the_application();
    out = {getpriority(PRIO_PROCESS, 0), sched_getscheduler(0)};
  }).join();
  return out;
}

TEST(ArchivePriority, TheThreadThatAsksGivesWayAndNoOther) {
  const Found before{getpriority(PRIO_PROCESS, 0), sched_getscheduler(0)};
  if (before.nice > 15 || before.policy != SCHED_OTHER) GTEST_SKIP() << "the tests run at another priority";
  const Found lower = of_a_thread(before.nice + 3);
  EXPECT_EQ(lower.nice, before.nice + 3);
  EXPECT_EQ(lower.policy, SCHED_BATCH);
  const Found same = of_a_thread(0);
  EXPECT_EQ(same.nice, before.nice);
  EXPECT_EQ(same.policy, SCHED_OTHER);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before.nice);
  set_archive_nice(0);
}

TEST(ArchivePriority, NobodyIsLiftedAboveWhatTheOperatorChose) {
  int nice = 0;
  std::thread([&] {
    const int before = getpriority(PRIO_PROCESS, 0);
    setpriority(PRIO_PROCESS, 0, before + 7);
    set_archive_nice(before + 2);
    give_way_to_the_application();
    nice = getpriority(PRIO_PROCESS, 0) - before;
  }).join();
  EXPECT_EQ(nice, 7);
  set_archive_nice(0);
}

}  // namespace
}  // namespace seabed
