#include "core/base/bytes.h"

#include <gtest/gtest.h>

#include "core/base/checksum.h"

namespace seabed {
namespace {

TEST(ByteReader, TakesNothingWhenTooFewAreLeft) {
  ByteReader in(std::string_view("\x01\x02\x03", 3));
  uint32_t v = 7;
  EXPECT_FALSE(in.u32(&v));
  EXPECT_EQ(v, 7u);
  EXPECT_EQ(in.rest().size(), 3u);
}

TEST(ByteReader, RoundTripsVarints) {
  for (const uint64_t v : {0ull, 127ull, 128ull, 300ull, 0xffffffffull, 0x100000000ull, ~0ull}) {
    std::string bytes;
    put_varint64(bytes, v);
    ByteReader in(bytes);
    uint64_t back = 0;
    ASSERT_TRUE(in.varint64(&back));
    EXPECT_EQ(back, v);
    EXPECT_TRUE(in.empty());
  }
}

TEST(ByteReader, RefusesHostileLengths) {
  std::string bytes;
  put_varint64(bytes, 1ull << 40);
  bytes += "abc";
  std::string_view out;
  ByteReader in(bytes);
  EXPECT_FALSE(in.length_prefixed(&out));
  EXPECT_EQ(in.rest(), bytes);
  uint64_t v = 0;
  ByteReader endless(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11));
  EXPECT_FALSE(endless.varint64(&v));
}

TEST(Bytes, BigEndianSortsLikeNumbers) {
  std::string a, b;
  put_be64(a, 255);
  put_be64(b, 256);
  EXPECT_LT(a, b);
  EXPECT_EQ(load_be64(b.data()), 256u);
}

// RFC 3720, B.4: 32 bytes of zeros and of 0xff; and the check value of "123456789".
TEST(Checksum, Crc32cMatchesTheStandard) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c("56789", crc32c("1234")), 0xe3069283u);
  EXPECT_EQ(unmask_crc(mask_crc(0xe3069283u)), 0xe3069283u);
}

TEST(Checksum, StreamingEqualsWhole) {
  Hasher128 hasher;
  hasher.update("sea");
  hasher.update("bed");
  EXPECT_EQ(hasher.digest(), hash128("seabed"));
  EXPECT_NE(hash128("seabed"), hash128("seabee"));
}

}  // namespace
}  // namespace seabed
