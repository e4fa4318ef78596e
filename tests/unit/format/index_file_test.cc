#include "core/format/index_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "core/base/bytes.h"
#include "tests/unit/format/flips.h"
#include "tests/unit/format/golden.h"

namespace seabed {
namespace {

meta::MacroRange range(uint64_t file, uint32_t block) {
  meta::MacroRange r;
  r.set_tablet_id(file % 7);
  r.set_logical_id(file);
  r.set_block(block);
  r.mutable_at()->set_backup_set_id(1);
  r.mutable_at()->set_offset(block * 4096ull);
  r.set_page_hashes(std::string(256, static_cast<char>(file)));
  return r;
}

std::string write_index(uint32_t files, uint32_t blocks) {
  std::string out;
  IndexWriter writer(FileType::kMacroRangeIndex, "major", [&](std::string_view b) { return out.append(b), ok(); });
  for (uint32_t f = 0; f < files; ++f)
    for (uint32_t b = 0; b < blocks; ++b) EXPECT_TRUE(writer.add(range(f, b)));
  EXPECT_TRUE(writer.finish(4));
  EXPECT_EQ(writer.bytes(), out.size());
  return out;
}

ReadAt reads(const std::string& bytes, size_t* largest = nullptr) {
  return [&bytes, largest](uint64_t offset, std::span<char> buffer) -> Result<size_t> {
    if (largest) *largest = std::max(*largest, buffer.size());
    if (offset >= bytes.size()) return size_t{0};
    size_t n = std::min<size_t>(buffer.size(), bytes.size() - offset);
    std::copy_n(bytes.data() + offset, n, buffer.data());
    return n;
  };
}

/// The number of entries, or the error.
Result<uint64_t> read_all(const std::string& bytes, size_t* largest = nullptr) {
  SEABED_TRY(IndexReader reader,
             IndexReader::open(FileType::kMacroRangeIndex, bytes.size(), reads(bytes, largest), "index"));
  meta::MacroRange entry;
  for (uint64_t n = 0;; ++n) {
    SEABED_TRY(bool more, reader.next(&entry));
    if (!more) return n;
  }
}

TEST(IndexFile, GoldenBytes) {
  std::string now = write_index(2, 2);
  EXPECT_EQ(to_hex(now), to_hex(testing::golden("macro_range_index", now)));
}

TEST(IndexFile, EntriesComeBackInOrder) {
  std::string bytes = write_index(300, 5);
  auto reader = IndexReader::open(FileType::kMacroRangeIndex, bytes.size(), reads(bytes), "index");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->trailer().entries(), 1500u);
  EXPECT_EQ(reader->trailer().parent_set_id(), 4u);
  EXPECT_EQ(reader->trailer().kind(), "major");
  EXPECT_GT(reader->trailer().chunks(), 3u);
  meta::MacroRange entry;
  for (uint32_t i = 0; i < 1500; ++i) {
    auto more = reader->next(&entry);
    ASSERT_TRUE(more && *more) << i;
    ASSERT_EQ(entry.SerializeAsString(), range(i / 5, i % 5).SerializeAsString()) << i;
  }
  auto end = reader->next(&entry);
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST(IndexFile, ManyEntriesNeedOneChunkOfMemory) {
  std::string bytes = write_index(20'000, 1);
  size_t largest = 0;
  auto n = read_all(bytes, &largest);
  ASSERT_TRUE(n) << n.error().message();
  EXPECT_EQ(*n, 20'000u);
  EXPECT_LE(largest, kIndexChunkTarget + 4096);
}

TEST(IndexFile, AnEmptyIndexIsAFile) {
  std::string bytes = write_index(0, 0);
  auto n = read_all(bytes);
  ASSERT_TRUE(n) << n.error().message();
  EXPECT_EQ(*n, 0u);
}

TEST(IndexFile, EveryFlippedBitIsSeen) {
  testing::for_each_flip(write_index(2, 2), 1 << 20,
                         [](const std::string& bad, size_t bit) { EXPECT_FALSE(read_all(bad)) << bit; });
  testing::for_each_flip(write_index(400, 3), 2000,
                         [](const std::string& bad, size_t bit) { EXPECT_FALSE(read_all(bad)) << bit; });
}

TEST(IndexFile, EveryTruncationIsSeen) {
  std::string good = write_index(2, 2);
  for (size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(read_all(good.substr(0, n))) << n;
  EXPECT_FALSE(read_all(good + "x"));
}

TEST(IndexFile, ALostOrSwappedChunkIsSeen) {
  std::string good = write_index(600, 1);
  uint32_t first = load_u32(&good[kFileHeaderSize + 4]) + kIndexChunkHeader;
  uint32_t second = load_u32(&good[kFileHeaderSize + first + 4]) + kIndexChunkHeader;
  std::string swapped = good.substr(0, kFileHeaderSize) + good.substr(kFileHeaderSize + first, second) +
                        good.substr(kFileHeaderSize, first) + good.substr(kFileHeaderSize + first + second);
  EXPECT_FALSE(read_all(swapped));
  EXPECT_FALSE(read_all(good.substr(0, kFileHeaderSize) + good.substr(kFileHeaderSize + first)));
}

TEST(IndexFile, HostileChunkLengthIsRefusedBeforeItIsRead) {
  std::string bad = write_index(2, 2);
  bad[kFileHeaderSize + 7] = '\x7f';  // the chunk's length: almost 2 GiB
  size_t largest = 0;
  EXPECT_FALSE(read_all(bad, &largest));
  EXPECT_LT(largest, size_t{1} << 20);
}

TEST(IndexFile, ASinkThatFailsEndsTheWriter) {
  IndexWriter writer(FileType::kMetaIndex, "minor", [](std::string_view) -> Status {
    return fail(Code::kNoSpace, "disk", "full");
  });
  ASSERT_TRUE(writer.add(range(1, 1)));
  auto s = writer.finish();
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().code, Code::kNoSpace);
  EXPECT_FALSE(writer.add(range(1, 2)));
  EXPECT_FALSE(writer.finish());
}

}  // namespace
}  // namespace seabed
