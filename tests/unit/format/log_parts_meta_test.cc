// FORMAT_META and SEAL_META of a log file in parts: the bytes of earlier versions, and damage.

#include <gtest/gtest.h>

#include "core/format/frame.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "tests/unit/format/flips.h"
#include "tests/unit/format/golden.h"

namespace seabed {
namespace {

std::string format_meta() {
  meta::LogFileHeader header;
  header.set_tenant_id(1002);
  header.set_dest_id(1001);
  header.set_round_id(1);
  header.set_piece_id(2);
  header.set_ls_id(1001);
  header.set_file_id(3);
  header.set_epoch(4);
  meta::LogFormatMeta format;
  format.set_version(1);
  format.set_header(encode_log_file_header(header));
  return encode_file(FileType::kLogFormatMeta, format.SerializeAsString());
}

std::string seal_meta() {
  meta::LogSealMeta seal;
  seal.set_length(32472973);
  seal.set_hash128(std::string(16, 'h'));
  seal.set_epoch(4);
  for (uint64_t end : {1000u, 70'000u, 32'472'973u}) seal.add_part_end(end);
  return encode_file(FileType::kLogSealMeta, seal.SerializeAsString());
}

TEST(LogPartsMeta, GoldenBytes) {
  EXPECT_EQ(to_hex(format_meta()), to_hex(testing::golden("log_format_meta", format_meta())));
  EXPECT_EQ(to_hex(seal_meta()), to_hex(testing::golden("log_seal_meta", seal_meta())));
}

TEST(LogPartsMeta, GoldenBytesAreRead) {
  meta::LogFormatMeta format;
  auto body = decode_file(FileType::kLogFormatMeta, testing::golden("log_format_meta", format_meta()), "f");
  ASSERT_TRUE(body && format.ParseFromString(*body));
  size_t used = 0;
  const auto header = decode_log_file_header(format.header(), &used, "f");
  ASSERT_TRUE(header) << header.error().message();
  EXPECT_EQ(used, format.header().size());
  EXPECT_EQ(header->file_id(), 3u);
  meta::LogSealMeta seal;
  body = decode_file(FileType::kLogSealMeta, testing::golden("log_seal_meta", seal_meta()), "s");
  ASSERT_TRUE(body && seal.ParseFromString(*body));
  EXPECT_EQ(seal.length(), 32472973u);
  EXPECT_EQ(seal.part_end_size(), 3);
}

TEST(LogPartsMeta, EveryFlippedBitIsSeen) {
  for (const auto& [type, good] : {std::pair(FileType::kLogFormatMeta, format_meta()),
                                   std::pair(FileType::kLogSealMeta, seal_meta())})
    testing::for_each_flip(good, 4000, [type = type](const std::string& bad, size_t bit) {
      EXPECT_FALSE(decode_file(type, bad, "x")) << bit;
    });
  EXPECT_FALSE(decode_file(FileType::kLogSealMeta, format_meta(), "x")) << "one is not the other";
}

}  // namespace
}  // namespace seabed
