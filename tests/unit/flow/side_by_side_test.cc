#include "core/flow/side_by_side.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace seabed {
namespace {

TEST(SideBySide, AllAreRunAndTheFirstErrorInOrderIsTold) {
  std::atomic<int> run = 0;
  std::vector<std::function<Status()>> tasks;
  for (int i = 0; i < 40; ++i)
    tasks.push_back([&run, i]() -> Status {
      ++run;
      if (i == 7 || i == 30) return fail(Code::kIo, std::to_string(i), "failed");
      return ok();
    });
  const Status done = side_by_side(tasks, 4);
  EXPECT_EQ(run, 40);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().object, "7");
  EXPECT_TRUE(side_by_side({}));
}

TEST(SideBySide, SoManyAtATime) {
  std::atomic<int> now = 0, most = 0;
  const auto meet = [&](int wanted) {
    const int here = ++now;
    for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (most < wanted && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    --now;
    return ok();
  };
  EXPECT_TRUE(side_by_side(std::vector<std::function<Status()>>(12, [&] { return meet(3); }), 3));
  EXPECT_EQ(most, 3) << "three met, never more";
}

}  // namespace
}  // namespace seabed
