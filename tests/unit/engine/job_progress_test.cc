#include <gtest/gtest.h>

#include <thread>

#include "core/engine/job/background.h"
#include "core/engine/job/progress_meter.h"
#include "core/engine/job/retry_policy.h"

namespace seabed {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ProgressMeter, IsDueAtMostOnceInItsTime) {
  ProgressMeter meter;
  const ProgressMeter::Time t{};
  EXPECT_TRUE(meter.due(t));
  EXPECT_FALSE(meter.due(t + milliseconds(999)));
  EXPECT_TRUE(meter.due(t + milliseconds(1000)));
  EXPECT_FALSE(meter.due(t + milliseconds(1001)));
}

TEST(ProgressMeter, ASteadyRateGivesTheTimeLeft) {
  ProgressMeter meter;
  const ProgressMeter::Time t{};
  ProgressView view;
  for (int s = 0; s <= 10; ++s)
    view = meter.update({.done_bytes = static_cast<uint64_t>(s) * 100, .total_bytes = 2000}, t + seconds(s));
  EXPECT_NEAR(view.bytes_per_second, 100, 0.1);
  EXPECT_TRUE(view.left_known);
  EXPECT_EQ(view.left, seconds(10));
}

TEST(ProgressMeter, ANewRateWinsWithinSeconds) {
  ProgressMeter meter;
  ProgressMeter::Time t{};
  uint64_t done = 0;
  ProgressView view;
  for (int s = 0; s < 20; ++s) view = meter.update({.done_bytes = done += 1000, .total_bytes = 1 << 20}, t += seconds(1));
  for (int s = 0; s < 15; ++s) view = meter.update({.done_bytes = done += 10, .total_bytes = 1 << 20}, t += seconds(1));
  EXPECT_LT(view.bytes_per_second, 80);
}

TEST(ProgressMeter, NothingIsPromisedBeforeTheFirstBytes) {
  ProgressMeter meter;
  EXPECT_FALSE(meter.update({.done_bytes = 0, .total_bytes = 10}, {}).left_known);
  EXPECT_TRUE(meter.update({.done_bytes = 10, .total_bytes = 10}, {}).left_known);
}

TEST(ProgressMeter, AnotherAttemptBeginsAnew) {
  ProgressMeter meter;
  const ProgressMeter::Time t{};
  meter.update({.done_bytes = 1000, .total_bytes = 2000}, t);
  meter.update({.done_bytes = 2000, .total_bytes = 2000}, t + seconds(1));
  EXPECT_EQ(meter.update({.done_bytes = 5, .total_bytes = 2000}, t + seconds(2)).bytes_per_second, 0);
}

TEST(ProgressMeter, LogWithoutBytesIsCountedByItsScn) {
  constexpr uint64_t kSecond = 1'000'000'000;
  ProgressMeter meter;
  const ProgressMeter::Time t{};
  ProgressView view;
  for (int s = 0; s <= 10; ++s) {
    Progress p{.done_bytes = 7};
    p.log_from = 100 * kSecond, p.log_at = (100 + 5 * s) * kSecond, p.log_until = 200 * kSecond;
    view = meter.update(p, t + seconds(s));
  }
  EXPECT_NEAR(view.log_per_second, 5, 0.01);
  EXPECT_TRUE(view.left_known);
  EXPECT_EQ(view.left, seconds(10));
}

TEST(BackgroundProgress, IsToldWhileTheWorkRuns) {
  Background background;
  EXPECT_FALSE(background.progress("x"));
  std::atomic<bool> told = false;
  ASSERT_TRUE(background.submit("x", [&](const CancelToken& cancel) {
    background.teller("x")({.done_bytes = 3, .total_bytes = 4, .phase = "data"});
    told = true;
    cancel.wait_for(seconds(60));
    return ok();
  }));
  while (!told) std::this_thread::sleep_for(milliseconds(1));
  const auto view = background.progress("x");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->progress.done_bytes, 3u);
  EXPECT_EQ(view->progress.phase, "data");
  background.cancel("x");
  while (background.running("x")) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_FALSE(background.progress("x"));
}

Status unavailable() { return fail(Code::kUnavailable, "server", "is away"); }

TEST(StepRetry, TriesUntilItSucceeds) {
  CancelToken cancel;
  int calls = 0, told = 0;
  auto done = with_retry({5, milliseconds(1)}, cancel, [&] { return ++calls < 3 ? unavailable() : ok(); },
                         [&](const Error&, int attempt) { told = attempt; });
  EXPECT_TRUE(done);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(told, 3);
}

TEST(StepRetry, GivesUpWhenTheAttemptsAreUsedUp) {
  CancelToken cancel;
  int calls = 0;
  EXPECT_FALSE(with_retry({4, milliseconds(1)}, cancel, [&] { return ++calls, unavailable(); }, {}));
  EXPECT_EQ(calls, 4);
}

TEST(StepRetry, WhatNeverHelpsIsNotTriedAgain) {
  CancelToken cancel;
  for (Code code : {Code::kNoSpace, Code::kGap, Code::kPermissionDenied, Code::kCorruption, Code::kCancelled}) {
    int calls = 0;
    EXPECT_FALSE(with_retry({4, milliseconds(1)}, cancel, [&] {
      ++calls;
      return Status(fail(code, "x", "y"));
    }, {}));
    EXPECT_EQ(calls, 1) << code_name(code);
  }
}

TEST(StepRetry, ACancelEndsTheWait) {
  CancelToken cancel;
  std::jthread other([&] { cancel.cancel(); });
  const auto begun = std::chrono::steady_clock::now();
  auto done = with_retry({2, milliseconds(60'000)}, cancel, unavailable, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(30));
}

}  // namespace
}  // namespace seabed
