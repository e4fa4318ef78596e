#include "core/format/log_group_codec.h"

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/format/meta.pb.h"
#include "tests/unit/format/flips.h"
#include "tests/unit/format/golden.h"

namespace seabed {
namespace {

LogGroup sample() {
  LogGroup g;
  g.type = GroupType::kManifest;
  g.stamp = StampSource::kExact;
  g.scn_lo = 1673436649723677822;
  g.scn_hi = 1673436649723677900;
  g.clock_error_ns = 1234;
  g.incarnation = 2;
  g.epoch = 9;
  put_be64(g.begin.bytes, 17);
  put_be64(g.end.bytes, 4711);
  g.payload = "raw bytes of the log";
  return g;
}

void expect_same(const LogGroup& a, const LogGroup& b) {
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.stamp, b.stamp);
  EXPECT_EQ(a.scn_lo, b.scn_lo);
  EXPECT_EQ(a.scn_hi, b.scn_hi);
  EXPECT_EQ(a.clock_error_ns, b.clock_error_ns);
  EXPECT_EQ(a.incarnation, b.incarnation);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.begin, b.begin);
  EXPECT_EQ(a.end, b.end);
  EXPECT_EQ(a.payload, b.payload);
}

struct Decoded {
  GroupRead what{};
  LogGroup group;
  size_t used = 0, needed = 0;
  std::string reason;
};
Decoded decode(std::string_view bytes) {
  Decoded d;
  d.what = decode_group(bytes, &d.group, &d.used, &d.needed, &d.reason);
  return d;
}

meta::LogFileHeader sample_header() {
  meta::LogFileHeader h;
  h.set_tenant_id(1002);
  h.set_ls_id(1001);
  h.set_file_id(3);
  h.set_epoch(5);
  h.set_previous_file_id(2);
  h.set_previous_length(65 << 20);
  h.set_previous_hash128(std::string(16, 'h'));
  return h;
}

TEST(LogGroup, GoldenBytes) {
  std::string group = encode_group(sample()), header = encode_log_file_header(sample_header());
  EXPECT_EQ(to_hex(group), to_hex(testing::golden("log_group", group)));
  EXPECT_EQ(to_hex(header), to_hex(testing::golden("log_file_header", header)));
}

TEST(LogGroup, RoundTripAndNeighbours) {
  LogGroup empty;
  std::string bytes = encode_group(sample()) + encode_group(empty);
  Decoded first = decode(bytes);
  ASSERT_EQ(first.what, GroupRead::kGroup) << first.reason;
  expect_same(first.group, sample());
  Decoded second = decode(std::string_view(bytes).substr(first.used));
  ASSERT_EQ(second.what, GroupRead::kGroup) << second.reason;
  expect_same(second.group, empty);
  EXPECT_EQ(first.used + second.used, bytes.size());
}

TEST(LogGroup, EveryFlippedBitIsSeen) {
  testing::for_each_flip(encode_group(sample()), 1 << 20, [](const std::string& bad, size_t bit) {
    EXPECT_NE(decode(bad).what, GroupRead::kGroup) << "bit " << bit;
  });
}

TEST(LogGroup, ATornTailAsksForMoreUntilItIsWhole) {
  std::string good = encode_group(sample());
  size_t have = 0, rounds = 0;
  for (Decoded d = decode(""); d.what == GroupRead::kNeedMore; d = decode(good.substr(0, have)), ++rounds) {
    ASSERT_GT(d.needed, have);
    ASSERT_LE(d.needed, good.size());
    have = d.needed;
  }
  EXPECT_EQ(have, good.size());
  EXPECT_LE(rounds, 3u);
  for (size_t n = 0; n < good.size(); ++n) EXPECT_EQ(decode(good.substr(0, n)).what, GroupRead::kNeedMore) << n;
}

TEST(LogGroup, HostileLengthsAreRefusedBeforeTheyAreUsed) {
  std::string good = encode_group(sample());
  for (size_t at : {size_t{6}, size_t{7}, size_t{8}, size_t{11}}) {
    std::string bad = good;
    bad[at] = '\xff';
    Decoded d = decode(bad);
    EXPECT_NE(d.what, GroupRead::kGroup);
    if (d.what == GroupRead::kNeedMore) {
      EXPECT_LE(d.needed, kMaxGroupPayload + 300) << at;
    }
  }
}

TEST(LogGroup, WhatNoReaderWouldTakeIsNotEncoded) {
  LogGroup g = sample();
  g.begin.bytes.assign(65, 'x');
  EXPECT_TRUE(encode_group(g).empty());
}

TEST(LogGroup, UnknownTypeIsRefusedEvenWithGoodChecksums) {
  LogGroup g = sample();
  g.type = static_cast<GroupType>(77);
  Decoded d = decode(encode_group(g));
  EXPECT_EQ(d.what, GroupRead::kBad);
  EXPECT_NE(d.reason.find("newer"), std::string::npos);
}

TEST(LogFileHeader, RoundTripFlipsAndTruncations) {
  std::string good = encode_log_file_header(sample_header());
  size_t used = 0;
  auto back = decode_log_file_header(good + "groups", &used, "log/3.obarc");
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(used, good.size());
  EXPECT_EQ(back->SerializeAsString(), sample_header().SerializeAsString());
  testing::for_each_flip(good, 1 << 20, [&](const std::string& bad, size_t bit) {
    EXPECT_FALSE(decode_log_file_header(bad, &used, "log/3.obarc")) << bit;
  });
  for (size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(decode_log_file_header(good.substr(0, n), &used, "f")) << n;
}

}  // namespace
}  // namespace seabed
