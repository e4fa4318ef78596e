#include "core/flow/source_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <filesystem>
#include <fstream>
#include <random>

namespace seabed {
namespace {

/// The oracle asks libxxhash itself, over the whole bytes.
std::string low_half(std::string_view bytes) {
  XXH128_canonical_t c;
  XXH128_canonicalFromHash(&c, XXH3_128bits(bytes.data(), bytes.size()));
  return std::string(reinterpret_cast<char*>(c.digest) + 8, 8);
}

class SourceFileTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "/seabed-flow-XXXXXX";
    fd_ = Fd(mkstemp(path.data()));
    std::filesystem::remove(path);
    std::mt19937_64 random(GetParam());
    content_.resize(GetParam());
    for (char& c : content_) c = static_cast<char>(random());
    ASSERT_TRUE(pwrite_full(fd_.get(), content_, 0, "test"));
  }
  Fd fd_;
  std::string content_;
};

TEST_P(SourceFileTest, HashesOfEveryLevelAreThoseOfTheBytes) {
  SourceFile file(Fd(dup(fd_.get())), content_.size(), "x.sst");
  for (uint64_t b = 0; b < block_count(content_.size()); ++b) {
    std::vector<char> room(block_length(content_.size(), b));
    auto hashes = file.read_block(b, room);
    ASSERT_TRUE(hashes);
    const auto expected = std::string_view(content_).substr(b * kMacroblockSize, room.size());
    ASSERT_EQ(std::string_view(room.data(), room.size()), expected);
    EXPECT_EQ(hashes->hash, hash128(expected));
    std::string pages;
    for (uint64_t p = 0; p < expected.size(); p += kPageSize) pages += low_half(expected.substr(p, kPageSize));
    EXPECT_EQ(hashes->pages, pages);
  }
  EXPECT_EQ(file.hasher().end_file(), hash128(content_));
  EXPECT_EQ(*read_content_hash(fd_.get(), content_.size(), "x.sst"), hash128(content_));
  if (content_.empty()) return;
  EXPECT_EQ(*read_last_page_hash(fd_.get(), content_.size(), "x"), file.hasher().last_page_hash());
}

INSTANTIATE_TEST_SUITE_P(Sizes, SourceFileTest,
                         ::testing::Values(0, 1, 65'536, 65'537, kMacroblockSize, kMacroblockSize + 1, 5'000'000));

TEST(SourceFile, AFileThatEndsEarlyIsRefused) {
  std::string path = ::testing::TempDir() + "/seabed-flow-XXXXXX";
  Fd fd(mkstemp(path.data()));
  std::filesystem::remove(path);
  ASSERT_TRUE(pwrite_full(fd.get(), "short", 0, "test"));
  SourceFile file(std::move(fd), 6, "000007.sst");
  std::vector<char> room(6);
  auto got = file.read_block(0, room);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kCorruption);
  EXPECT_EQ(got.error().object, "000007.sst");
}

}  // namespace
}  // namespace seabed
