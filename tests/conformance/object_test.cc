// Whole objects: put, stat, read, conditional create, names.

#include <atomic>
#include <thread>

#include "tests/conformance/fixture.h"

namespace seabed::test {

using Objects = Conformance;

TEST_F(Objects, PutThenReadGivesTheSameBytes) {
  put("a/b/c", "hello");
  EXPECT_EQ(get("a/b/c"), "hello");
  EXPECT_EQ(bare->stat("a/b/c", ctx).value().size, 5u);
}

TEST_F(Objects, BuffersAreJoinedInOrder) {
  const std::string large(3 << 20, 'x');
  const std::string_view pieces[] = {"ab", "", large, "yz"};
  SEABED_OK_OR_FAIL(bare->put("k", pieces, PutMode::kReplace, ctx));
  EXPECT_EQ(get("k"), "ab" + large + "yz");
}

TEST_F(Objects, ManySmallBuffers) {
  std::vector<std::string_view> pieces(5000, "0123456789");
  SEABED_OK_OR_FAIL(bare->put("k", pieces, PutMode::kReplace, ctx));
  EXPECT_EQ(bare->stat("k", ctx).value().size, 50000u);
  EXPECT_EQ(get("k").substr(49990), "0123456789");
}

TEST_F(Objects, AnEmptyObjectExists) {
  put("empty", "");
  EXPECT_EQ(bare->stat("empty", ctx).value().size, 0u);
  char byte;
  EXPECT_EQ(bare->read_at("empty", 0, {&byte, 1}, ctx).value(), 0u);
  EXPECT_EQ(keys(), std::vector<std::string>{"empty"});
}

TEST_F(Objects, RangesAtTheEnds) {
  put("k", "0123456789");
  char buffer[8];
  const auto read = [&](uint64_t offset, size_t size) {
    return std::string(buffer, bare->read_at("k", offset, {buffer, size}, ctx).value());
  };
  EXPECT_EQ(read(0, 4), "0123");
  EXPECT_EQ(read(6, 4), "6789");
  EXPECT_EQ(read(6, 8), "6789");
  EXPECT_EQ(read(9, 8), "9");
  EXPECT_EQ(read(10, 8), "");
  EXPECT_EQ(read(11, 8), "");
  EXPECT_EQ(read(uint64_t{1} << 40, 8), "");
  EXPECT_EQ(read(UINT64_MAX - 3, 8), "");
  EXPECT_EQ(read(3, 0), "");
}

TEST_F(Objects, WhatIsNotThereIsNotFound) {
  char byte;
  EXPECT_EQ(code_of(bare->stat("no", ctx)), Code::kNotFound);
  EXPECT_EQ(code_of(bare->read_at("no/such/key", 0, {&byte, 1}, ctx)), Code::kNotFound);
  put("dir/file", "x");
  EXPECT_EQ(code_of(bare->stat("dir", ctx)), Code::kNotFound) << "a common prefix is no object";
  EXPECT_EQ(code_of(bare->stat("dir/file/below", ctx)), Code::kNotFound);
}

TEST_F(Objects, ReplaceChangesAllOfIt) {
  put("k", "a longer first text");
  put("k", "short");
  EXPECT_EQ(get("k"), "short");
}

TEST_F(Objects, IfAbsentKeepsTheFirst) {
  put("k", "first", PutMode::kIfAbsent);
  EXPECT_EQ(code_of(put_object(*bare, "k", "second", PutMode::kIfAbsent, ctx)), Code::kAlreadyExists);
  EXPECT_EQ(get("k"), "first");
}

TEST_F(Objects, OneOfEightWinsAConditionalCreate) {
  for (int round = 0; round < 20; ++round) {
    const std::string key = "race/" + std::to_string(round);
    std::atomic<int> won = 0, lost = 0, ready = 0;
    std::atomic<char> winner = 0;
    std::vector<std::thread> threads;
    for (char who = 'a'; who < 'i'; ++who)
      threads.emplace_back([&, who] {
        for (++ready; ready < 8;) std::this_thread::yield();
        const auto status = put_object(*bare, key, std::string(1000, who), PutMode::kIfAbsent, ctx);
        if (status)
          ++won, winner = who;
        else if (status.error().code == Code::kAlreadyExists)
          ++lost;
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 7);
    EXPECT_EQ(get(key), std::string(1000, winner));
  }
}

TEST_F(Objects, OddNames) {
  const std::vector<std::string> names = {"blank in name",
                                          "trailing ",
                                          " leading",
                                          "percent%41",
                                          "quote\"'",
                                          "back\\slash",
                                          "a+b=c&d?e#f",
                                          "ünïcödé/名前",
                                          "emoji-🐳",
                                          "new\nline",
                                          "tab\t",
                                          "...",
                                          "..a",
                                          "a..",
                                          "-dash",
                                          "~tilde",
                                          ".hidden",
                                          "\x01\x7f",
                                          "\xff\xfe-raw",
                                          "a/.seabed-tmp/b",
                                          std::string(255, 'n')};
  for (const auto& name : names) put(name, name);
  for (const auto& name : names) EXPECT_EQ(get(name), name);
  auto sorted = names;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(keys(), sorted);
}

TEST_F(Objects, RemoveTellsForEachKey) {
  put("d/one", "1");
  put("d/two", "2");
  const std::vector<std::string> gone = {"d/one", "missing", "d/two"};
  const auto results = bare->remove(gone, ctx).value();
  ASSERT_EQ(results.size(), 3u);
  EXPECT_TRUE(results[0].has_value());
  EXPECT_TRUE(results[1].has_value()) << "a missing key is a success";
  EXPECT_TRUE(results[2].has_value());
  EXPECT_TRUE(keys().empty());
}

}  // namespace seabed::test
