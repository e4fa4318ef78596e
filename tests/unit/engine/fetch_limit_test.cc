// standby_fetch_log_bandwidth_limit: all standbys together, changed while they follow, and given up at once when stopped.

#include <gtest/gtest.h>

#include <thread>

#include "core/engine/standby/fetch_limit.h"

namespace seabed {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

TEST(FetchLimit, StandbysShareOneRate) {
  FetchLimit limit;
  const CancelToken never;
  const auto begin = Clock::now();
  const auto fetch = [&] {
    for (int i = 0; i < 5; ++i) limit.pay(50'000, 1'000'000, never);  // 500 kB at 1 MB/s, two at a time
  };
  std::thread other(fetch);
  fetch();
  other.join();
  EXPECT_GE(Clock::now() - begin, 440ms);  // the first one is free
}

TEST(FetchLimit, WithoutALimitNobodyWaits) {
  FetchLimit limit;
  const CancelToken never;
  limit.pay(1'000'000'000, 1000, never);
  const auto begin = Clock::now();
  limit.pay(1'000'000'000, 0, never);
  limit.pay(1000, 1'000'000'000, never);  // raised: the old debt is forgotten
  EXPECT_LT(Clock::now() - begin, 10s);
}

TEST(FetchLimit, AStoppedStandbyDoesNotWait) {
  FetchLimit limit;
  CancelToken stop;
  limit.pay(1'000'000'000, 1000, stop);
  std::thread stopper([&] { stop.cancel(); });
  const auto begin = Clock::now();
  limit.pay(1000, 1000, stop);  // a debt of days
  EXPECT_LT(Clock::now() - begin, 60s);
  stopper.join();
}

}  // namespace
}  // namespace seabed
