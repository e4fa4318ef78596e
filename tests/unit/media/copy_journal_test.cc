// What a copy's journal tells after its process died at any byte of it.

#include "core/media/copy_journal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace seabed {
namespace {

namespace fs = std::filesystem;

class CopyJournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/seabed-journal-XXXXXX";
    base_ = mkdtemp(name.data());
    path_ = base_ / "7/1001-1-0-major";
  }
  void TearDown() override { fs::remove_all(base_); }

  static JournalBlock block(uint32_t rank, uint32_t number, uint32_t file, uint64_t offset) {
    JournalBlock out{rank, number, file, offset, 100, {}};
    out.hash.fill(static_cast<char>(rank * 16 + number));
    return out;
  }
  std::unique_ptr<CopyJournal> fresh() {
    CopyMemory memory;
    memory.shape = "shape";
    for (const char* name : {"one", "two"}) memory.files.emplace_back().set_name(name);
    auto made = CopyJournal::create(path_, memory);
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  /// Two data files, a part each; blocks written down out of order, as lanes do.
  void write() {
    auto journal = fresh();
    journal->upload(0, "id 0");
    journal->block(block(1, 0, 0, 4196));
    journal->block(block(0, 0, 0, 4096));
    journal->part(0, 1, {4296, {}, "tag \"x\""});
    journal->done(0, {4296, {}});
    journal->block(block(0, 1, 1, 4096));
    journal->upload(1, "id 1");
    journal->part(1, 1, {4196, {}, "other"});
  }
  std::string slurp() {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  fs::path base_, path_;
};

TEST_F(CopyJournalTest, TellsWhatWasWritten) {
  write();
  const auto memory = *CopyJournal::read(path_);
  EXPECT_EQ(memory.shape, "shape");
  ASSERT_EQ(memory.files.size(), 2u);
  EXPECT_EQ(memory.files[1].name(), "two");
  EXPECT_EQ(memory.blocks, (std::vector{block(0, 0, 0, 4096), block(1, 0, 0, 4196), block(0, 1, 1, 4096)})) << "in order";
  EXPECT_EQ(memory.uploads, (std::map<uint32_t, std::string>{{0, "id 0"}, {1, "id 1"}}));
  EXPECT_EQ(memory.parts.at({0, 1}).tag, "tag \"x\"");
  EXPECT_EQ(memory.done.at(0).size, 4296u);
}

TEST_F(CopyJournalTest, CutAnywhereItTellsLessAndNothingElse) {
  write();
  const std::string whole = slurp();
  const auto all = *CopyJournal::read(path_);
  size_t told = 0;
  for (size_t n = 0; n < whole.size(); ++n) {
    put(whole.substr(0, n));
    const auto memory = CopyJournal::read(path_);
    if (!memory) continue;
    ++told;
    ASSERT_LE(memory->blocks.size(), all.blocks.size());
    for (size_t i = 0; i < memory->blocks.size(); ++i) ASSERT_EQ(memory->blocks[i], all.blocks[i]) << n;
    for (const auto& [at, part] : memory->parts) ASSERT_EQ(part.tag, all.parts.at(at).tag) << n;
  }
  EXPECT_GT(told, 0u);
}

TEST_F(CopyJournalTest, AFlippedBitEndsIt) {
  write();
  const std::string whole = slurp();
  const auto all = *CopyJournal::read(path_);
  for (size_t n = 0; n < whole.size(); ++n) {
    std::string bytes = whole;
    bytes[n] = static_cast<char>(bytes[n] ^ 4);
    put(bytes);
    const auto memory = CopyJournal::read(path_);
    if (!memory) continue;
    for (const auto& [at, part] : memory->parts) ASSERT_EQ(part.tag, all.parts.at(at).tag) << n;
    ASSERT_LT(memory->blocks.size() + memory->parts.size() + memory->done.size() + memory->uploads.size(), 8u) << n;
  }
}

TEST_F(CopyJournalTest, AMissingBlockEndsWhatIsInOrder) {
  auto journal = fresh();
  journal->block(block(0, 0, 0, 4096));
  journal->part(0, 1, {4150, {}, "first"});
  journal->part(0, 2, {50, {}, "second"});
  journal->block(block(1, 0, 0, 4296));   // the one at 4196 never came
  const auto memory = *CopyJournal::read(path_);
  EXPECT_EQ(memory.blocks.size(), 1u);
  EXPECT_EQ(memory.parts.size(), 1u) << "a part whose bytes are not told is not known";
}

TEST_F(CopyJournalTest, RewrittenItGoesOn) {
  write();
  auto memory = *CopyJournal::read(path_);
  auto journal = *CopyJournal::create(path_, memory);
  keep_blocks(&memory, 2);
  ASSERT_TRUE(journal->rewrite(memory));
  journal->block(block(1, 1, 1, 4096));
  const auto now = *CopyJournal::read(path_);
  EXPECT_EQ(now.blocks, (std::vector{block(0, 0, 0, 4096), block(1, 0, 0, 4196), block(1, 1, 1, 4096)}));
  EXPECT_EQ(now.parts.size(), 1u);
  EXPECT_EQ(now.done.size(), 1u) << "whole data files before it stay";
}

TEST_F(CopyJournalTest, WithoutTheListOfFilesItTellsNothing) {
  EXPECT_FALSE(CopyJournal::read(path_));
  fs::create_directories(path_.parent_path());
  put("");
  EXPECT_FALSE(CopyJournal::read(path_));
}

}  // namespace
}  // namespace seabed
