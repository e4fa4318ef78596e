#include "core/flow/in_order.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "core/flow/lanes.h"

namespace seabed {
namespace {

TEST(InOrder, ResultsComeByRankAndLittleWaits) {
  std::vector<uint64_t> seen;
  InOrder<uint64_t> order(10, [&](uint64_t rank) {
    seen.push_back(rank);
    return ok();
  });
  std::atomic<uint64_t> next = 0;
  auto status = run_lanes(4, [&](uint32_t) -> Status {
    for (uint64_t rank; (rank = next++) < 5000;) {
      SEABED_CHECK(order.enter(rank));
      SEABED_CHECK(order.deliver(rank, 3, rank));
    }
    return ok();
  }, [&] { order.stop(); });
  ASSERT_TRUE(status);
  ASSERT_EQ(seen.size(), 5000u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(InOrder, ASinksErrorReachesTheDeliverer) {
  InOrder<int> order(10, [](int) { return Status(fail(Code::kNoSpace, "index", "full")); });
  auto status = order.deliver(0, 1, 7);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kNoSpace);
}

}  // namespace
}  // namespace seabed
