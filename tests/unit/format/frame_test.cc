#include "core/format/frame.h"

#include <gtest/gtest.h>

#include <array>

#include "core/base/bytes.h"
#include "core/format/meta.pb.h"
#include "tests/unit/format/flips.h"
#include "tests/unit/format/golden.h"

namespace seabed {
namespace {

std::string sample_body() {
  meta::CheckpointInfo info;
  info.set_tenant_id(1002);
  info.set_dest_id(1001);
  info.set_round_id(3);
  info.set_piece_id(7);
  return info.SerializeAsString();
}

TEST(Frame, GoldenBytes) {
  std::string now = encode_file(FileType::kCheckpointInfo, sample_body());
  EXPECT_EQ(to_hex(now), to_hex(testing::golden("frame_checkpoint_info", now)));
}

TEST(Frame, LayoutIsWhatThePageSays) {
  std::string file = encode_file(FileType::kCheckpointInfo, "abc");
  ASSERT_EQ(file.size(), kFileHeaderSize + 3);
  EXPECT_EQ(file.substr(0, 8), "SEABED\r\n");
  EXPECT_EQ(load_u16(&file[8]), 53);
  EXPECT_EQ(load_u16(&file[10]), 1);
  EXPECT_EQ(load_u64(&file[16]), 3u);
  EXPECT_EQ(file.substr(24, 16), view(hash128("abc")));
  EXPECT_EQ(file.substr(56, 8), view(hash128(file.substr(0, 56))).substr(0, 8));
}

TEST(Frame, RoundTrip) {
  for (const std::string& body : {std::string(), std::string("x"), std::string(100'000, 'z'), sample_body()}) {
    auto back = decode_file(FileType::kRound, encode_file(FileType::kRound, body), "r");
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(*back, body);
  }
}

TEST(Frame, EveryFlippedBitIsSeen) {
  std::string good = encode_file(FileType::kCheckpointInfo, sample_body());
  testing::for_each_flip(good, 1 << 20, [](const std::string& bad, size_t bit) {
    auto r = decode_file(FileType::kCheckpointInfo, bad, "piece/checkpoint");
    ASSERT_FALSE(r) << "bit " << bit;
    EXPECT_EQ(r.error().code, Code::kCorruption) << "bit " << bit;
    EXPECT_EQ(r.error().object, "piece/checkpoint");
  });
}

TEST(Frame, EveryTruncationAndExtraByteIsSeen) {
  std::string good = encode_file(FileType::kCheckpointInfo, sample_body());
  for (size_t n = 0; n < good.size(); ++n)
    EXPECT_FALSE(decode_file(FileType::kCheckpointInfo, good.substr(0, n), "f")) << n;
  EXPECT_FALSE(decode_file(FileType::kCheckpointInfo, good + '\0', "f"));
}

TEST(Frame, AnotherTypeIsRefused) {
  auto r = decode_file(FileType::kRound, encode_file(FileType::kCheckpointInfo, sample_body()), "f");
  ASSERT_FALSE(r);
  EXPECT_NE(r.error().reason.find("checkpoint info"), std::string::npos);
}

TEST(Frame, HostileLengthIsOnlyCompared) {
  FileHeader h{.type = FileType::kRound, .body_length = ~0ull};
  auto r = decode_file(FileType::kRound, encode_file_header(h) + "abc", "f");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::kCorruption);
}

TEST(Frame, NewerVersionIsUnsupportedNotCorrupt) {
  FileHeader h{.type = FileType::kRound, .version = kFormatVersion + 1};
  auto r = decode_file_header(encode_file_header(h), "f");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::kUnsupported);
}

}  // namespace
}  // namespace seabed
