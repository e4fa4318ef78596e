// Listing: order, prefixes, pages.

#include <algorithm>
#include <thread>

#include "tests/conformance/fixture.h"

namespace seabed::test {

using Listing = Conformance;
using Keys = std::vector<std::string>;

TEST_F(Listing, NothingWrittenYetIsAnEmptyList) { EXPECT_TRUE(keys().empty()); }

TEST_F(Listing, KeysRiseBytewiseAcrossDirectories) {
  // '-' and '.' sort before '/', '0' behind it: a walk that sorts directory entries by name gets this wrong.
  Keys all = {"a/b", "a-b", "a.b", "a0", "a", "b/c/d", "b/c-d", "b/c0", "b-", "A"};
  all.erase(std::find(all.begin(), all.end(), "a"));  // "a" and "a/b" exclude each other on a file system
  for (const auto& key : all) put(key, "x");
  std::sort(all.begin(), all.end());
  EXPECT_EQ(keys(), all);
  for (uint32_t page = 1; page <= all.size() + 1; ++page) EXPECT_EQ(keys("", page), all) << page;
}

TEST_F(Listing, APrefixNeedNotEndAtASlash) {
  for (const char* key : {"log/1", "log/10", "log/2", "logs/1", "lo", "data/x"}) put(key, "x");
  EXPECT_EQ(keys("log/1"), (Keys{"log/1", "log/10"}));
  EXPECT_EQ(keys("log"), (Keys{"log/1", "log/10", "log/2", "logs/1"}));
  EXPECT_EQ(keys("log/"), (Keys{"log/1", "log/10", "log/2"}));
  EXPECT_EQ(keys("nothing/here"), Keys{});
  EXPECT_EQ(keys("log/1/deeper/"), Keys{});
  EXPECT_EQ(keys("../"), Keys{});
  EXPECT_EQ(keys("/"), Keys{});
}

TEST_F(Listing, PagesOverAThousandKeys) {
  Keys all;
  for (int i = 0; i < 2503; ++i)
    all.push_back("d" + std::to_string(i % 7) + "/" + std::to_string(i * 7919 % 100003));
  std::vector<std::thread> threads;  // their syncs share the journal's commits
  for (size_t t = 0; t < 16; ++t)
    threads.emplace_back([&, t] {
      for (size_t i = t; i < all.size(); i += 16) put(all[i], "");
    });
  for (auto& thread : threads) thread.join();
  std::sort(all.begin(), all.end());
  EXPECT_EQ(keys("", 1000), all);
  EXPECT_EQ(keys("", 999), all);
  EXPECT_EQ(keys("", 7), all);
}

TEST_F(Listing, ATokenWorksInAnotherProcess) {
  for (int i = 0; i < 30; ++i) put("k" + std::to_string(100 + i), "");
  const auto first = bare->list("k", "", 10, ctx).value();
  const auto other = open_bare();
  const auto second = other->list("k", first.next, 100, ctx).value();
  ASSERT_EQ(second.entries.size(), 20u);
  EXPECT_EQ(second.entries.front().key, "k110");
}

TEST_F(Listing, SizesAndWritesAreSeenAtOnce) {
  put("k", "12345");
  auto page = bare->list("", "", 10, ctx).value();
  ASSERT_EQ(page.entries.size(), 1u);
  EXPECT_EQ(page.entries[0].size, 5u);
  put("k", "1");
  put("l", "");
  EXPECT_EQ(bare->list("", "", 10, ctx).value().entries.size(), 2u);
  EXPECT_EQ(bare->list("", "", 10, ctx).value().entries[0].size, 1u);
}

TEST_F(Listing, DeletionBetweenPagesSkipsNothingElse) {
  for (int i = 0; i < 20; ++i) put("k" + std::to_string(100 + i), "");
  const auto first = bare->list("", "", 10, ctx).value();
  const std::vector<std::string> gone = {"k109", "k110", "k111"};
  ASSERT_TRUE(bare->remove(gone, ctx).has_value());
  const auto second = bare->list("", first.next, 10, ctx).value();
  ASSERT_FALSE(second.entries.empty());
  EXPECT_EQ(second.entries.front().key, "k112");
  EXPECT_EQ(second.entries.back().key, "k119");
}

}  // namespace seabed::test
