// seabed_stamp against libxxhash, an implementation that is not ours.

#include "seabed/stamp.hpp"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <random>
#include <string>

namespace seabed::test {

TEST(Stamp, LayoutAndHashAreAsTold) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t scn = i == 0 ? 0 : i == 1 ? UINT64_MAX : random();
    unsigned char bytes[24];
    seabed_stamp(scn, bytes);
    ASSERT_EQ(std::string_view(reinterpret_cast<char*>(bytes), 8), "SEABEDST");
    uint64_t words[2];
    memcpy(words, bytes + 8, 16);
    ASSERT_EQ(words[0], scn);
    ASSERT_EQ(words[1], XXH3_64bits(bytes, 16));
    uint64_t parsed = 0;
    ASSERT_TRUE(seabed_stamp_parse(bytes, 24, &parsed));
    ASSERT_EQ(parsed, scn);
  }
}

TEST(Stamp, LookAlikesAreNone) {
  unsigned char bytes[24];
  uint64_t scn;
  for (int i = 0; i < 24; ++i) {
    seabed_stamp(42, bytes);
    bytes[i] ^= 1;
    EXPECT_FALSE(seabed_stamp_parse(bytes, 24, &scn)) << i;
  }
  seabed_stamp(42, bytes);
  EXPECT_FALSE(seabed_stamp_parse(bytes, 23, &scn));
}

TEST(Stamp, ATemplateForAnyBatch) {
  struct Slice {
    Slice(const char* d, size_t n) : text(d, n) {}
    std::string text;
  };
  struct Batch {
    bool PutLogData(const Slice& blob) {
      logged = blob.text;
      return true;
    }
    std::string logged;
  } batch;
  EXPECT_TRUE(stamp(batch, 42));
  uint64_t scn = 0;
  EXPECT_TRUE(seabed_stamp_parse(batch.logged.data(), batch.logged.size(), &scn));
  EXPECT_EQ(scn, 42u);
}

}  // namespace seabed::test
