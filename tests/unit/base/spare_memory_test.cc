#include "core/base/spare_memory.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace seabed {
namespace {

TEST(SpareMemory, WhatIsGivenServesAgainUnclearedAndLargeEnough) {
  const size_t had = spare_memory::kept();
  std::string first = spare_memory::take(1 << 20);
  first.assign(1 << 20, 'x');
  const char* place = first.data();
  spare_memory::give(std::move(first));
  EXPECT_GT(spare_memory::kept(), had);
  const std::string again = spare_memory::take(300 << 10);
  EXPECT_EQ(again.data(), place);
  EXPECT_EQ(again, std::string(300 << 10, 'x'));
  EXPECT_EQ(spare_memory::take(2 << 20).size(), size_t{2} << 20);
}

TEST(SpareMemory, TheSmallestThatIsLargeEnoughIsTaken) {
  std::string large = spare_memory::take(4 << 20), small = spare_memory::take(1 << 20);
  const char *large_place = large.data(), *small_place = small.data();
  spare_memory::give(std::move(small));
  spare_memory::give(std::move(large));
  const std::string one = spare_memory::take(900 << 10), other = spare_memory::take(900 << 10);
  EXPECT_EQ(one.data(), small_place);
  EXPECT_EQ(other.data(), large_place);
}

TEST(SpareMemory, SmallStringsAreNotKeptAndAllIsBounded) {
  const size_t had = spare_memory::kept();
  spare_memory::give(std::string(1000, 'x'));
  EXPECT_EQ(spare_memory::kept(), had);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 20; ++i) spare_memory::give(std::string(2 << 20, 'x'));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_LE(spare_memory::kept(), spare_memory::kMost);
  EXPECT_GT(spare_memory::kept(), had);
}

TEST(SpareMemory, ALargeBlockIsTheSystemsWhateverWasGivenBackBefore) {
  if (mallinfo2().arena == 0) GTEST_SKIP() << "another malloc stands in for the C library's";
  spare_memory::return_large_blocks();
  std::free(std::malloc(20 << 20));  // from this, malloc would learn to keep what is smaller
  const size_t before = mallinfo2().hblkhd;
  const std::unique_ptr<void, decltype(&std::free)> block(std::malloc(2 << 20), &std::free);
  EXPECT_GE(mallinfo2().hblkhd, before + (2 << 20));
}

TEST(SpareMemory, WhatNobodyTookForSecondsGoesBack) {
  (void)spare_memory::take(1 << 20);
  spare_memory::give(std::string(1 << 20, 'x'));
  spare_memory::shrink();
  EXPECT_NE(spare_memory::kept(), 0u) << "taken a moment ago";
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (spare_memory::kept() != 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    spare_memory::shrink();
  }
  EXPECT_EQ(spare_memory::kept(), 0u);
}

}  // namespace
}  // namespace seabed
