// Append at a position.

#include <atomic>
#include <thread>

#include "tests/conformance/fixture.h"

namespace seabed::test {

class Append : public Conformance {
 protected:
  Result<uint64_t> append(const std::string& key, uint64_t position, std::string_view bytes) {
    return bare->append(key, position, Buffers(&bytes, 1), ctx);
  }
};

TEST_F(Append, GrowsAndIsReadable) {
  EXPECT_EQ(append("log/1", 0, "abc").value(), 3u);
  EXPECT_EQ(get("log/1"), "abc");
  EXPECT_EQ(append("log/1", 3, "defg").value(), 7u);
  EXPECT_EQ(get("log/1"), "abcdefg");
}

TEST_F(Append, AWrongPositionChangesNothing) {
  EXPECT_EQ(code_of(append("k", 5, "x")), Code::kNotFound) << "only position 0 creates";
  ASSERT_TRUE(append("k", 0, "12345").has_value());
  EXPECT_EQ(code_of(append("k", 0, "x")), Code::kConflict);
  EXPECT_EQ(code_of(append("k", 4, "x")), Code::kConflict);
  EXPECT_EQ(code_of(append("k", 6, "x")), Code::kConflict);
  EXPECT_EQ(get("k"), "12345");
}

TEST_F(Append, NothingIsALegalPiece) {
  EXPECT_EQ(append("k", 0, "").value(), 0u);
  EXPECT_EQ(append("k", 0, "ab").value(), 2u);
  EXPECT_EQ(append("k", 2, "").value(), 2u);
}

TEST_F(Append, OneOfEightWinsEachPosition) {
  uint64_t position = 0;
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> won = 0, conflicts = 0, ready = 0;
    std::vector<std::thread> threads;
    for (int who = 0; who < 8; ++who)
      threads.emplace_back([&] {
        for (++ready; ready < 8;) std::this_thread::yield();
        const auto result = append("race", position, "0123456789");
        if (result)
          ++won;
        else if (result.error().code == Code::kConflict)
          ++conflicts;
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(conflicts, 7);
    position += 10;
  }
  EXPECT_EQ(get("race").size(), position);
}

}  // namespace seabed::test
