#include "core/engine/job/background.h"

#include <gtest/gtest.h>

namespace seabed {
namespace {

using std::chrono::milliseconds;
constexpr auto kLong = std::chrono::seconds(30);

TEST(BackgroundTest, AKeyRunsOnceAtATimeAndAgainWhenItEnded) {
  Background background;
  CancelToken go;
  std::atomic<int> runs = 0;
  auto work = [&](const CancelToken&) -> Status {
    ++runs;
    go.wait_for(kLong);
    return ok();
  };
  ASSERT_TRUE(background.submit("clean/1002", work));
  auto second = background.submit("clean/1002", work);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_TRUE(background.submit("clean/1004", [](const CancelToken&) { return ok(); }));
  go.cancel();
  while (background.running("clean/1002")) std::this_thread::yield();
  EXPECT_TRUE(background.submit("clean/1002", work));
  background.stop();
  EXPECT_EQ(runs, 2);
}

TEST(BackgroundTest, WhatComesAgainComesAgainUntilItIsCancelled) {
  Background background;
  std::atomic<int> runs = 0;
  ASSERT_TRUE(background.every(
      "probe", milliseconds(0), [] { return milliseconds(1); },
      [&](const CancelToken&) -> Status { return ++runs, fail(Code::kIo, "medium", "is away"); }));
  while (runs < 3) std::this_thread::yield();
  EXPECT_TRUE(background.cancel("probe"));
  while (background.running("probe")) std::this_thread::yield();
  EXPECT_FALSE(background.cancel("probe"));
}

TEST(BackgroundTest, StopCancelsWaitsAndTakesNothingMore) {
  Background background;
  std::atomic<bool> seen = false;
  ASSERT_TRUE(background.submit("restore/7", [&](const CancelToken& cancel) -> Status {
    seen = cancel.wait_for(kLong);
    return ok();
  }));
  background.stop();
  EXPECT_TRUE(seen);
  EXPECT_FALSE(background.submit("restore/8", [](const CancelToken&) { return ok(); }));
}

TEST(BackgroundTest, EveryEndIsToldButNotWhatWasCancelled) {
  Background background;
  std::mutex mutex;
  std::string told;
  background.on_end([&](const std::string& key, bool again, const Status& result) {
    std::lock_guard lock(mutex);
    told += key + (again ? " again " : " once ") + (result ? "good;" : "bad;");
  });
  ASSERT_TRUE(background.submit("a", [](const CancelToken&) { return ok(); }));
  while (background.running("a")) std::this_thread::yield();
  ASSERT_TRUE(background.submit("b", [](const CancelToken&) -> Status { return fail(Code::kIo, "b", "no"); }));
  while (background.running("b")) std::this_thread::yield();
  ASSERT_TRUE(background.submit("c", [](const CancelToken& cancel) -> Status {
    cancel.wait_for(kLong);
    return fail(Code::kCancelled, "c", "no");
  }));
  background.stop();
  EXPECT_EQ(told, "a once good;b once bad;");
}

}  // namespace
}  // namespace seabed
