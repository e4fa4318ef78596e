#include "core/media/archive_objects.h"
#include "core/media/backup_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "core/base/cancel.h"
#include "core/flow/macroblock.h"
#include "core/format/index_file.h"
#include "core/storage/destination.h"

namespace seabed {
namespace {

namespace fs = std::filesystem;

/// Source files of odd sizes, a file:// destination, and a reader that knows the format page and nothing of the writer.
class BackupWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/seabed-bw-XXXXXX";
    base_ = mkdtemp(name.data());
    fs::create_directory(base_ / "source");
    storage_ = *Storage::create({.driver_directories = {SEABED_TEST_DRIVERS}});
    store_ = *storage_->open(*parse_uri("file://" + (base_ / "dest").string()));
  }
  void TearDown() override { fs::remove_all(base_); }

  CopyFile source(const std::string& name, uint64_t size, uint64_t tablet, uint64_t logical) {
    std::string content(size, '\0');
    std::mt19937_64 random(logical);
    for (size_t i = 0; i + 8 <= size; i += 8) *reinterpret_cast<uint64_t*>(&content[i]) = random();
    const std::string path = base_ / "source" / name;
    std::ofstream(path, std::ios::binary) << content;
    contents_[name] = std::move(content);
    CopyFile file;
    file.meta.set_ls_id(1001);
    file.meta.set_tablet_id(tablet);
    file.meta.set_logical_id(logical);
    file.meta.set_name(name);
    file.meta.set_kind("major");
    file.meta.set_size(size);
    file.open = [path]() -> Result<Fd> {
      Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      if (!fd) return fail_errno(path, "cannot be opened", errno);
      return fd;
    };
    return file;
  }

  BackupSetWriter writer(BackupWriterOptions options = {}) { return {store_, {1, true}, options}; }

  std::string slurp(const std::string& key) {
    std::ifstream in(base_ / "dest" / key, std::ios::binary);
    EXPECT_TRUE(in) << key;
    return {std::istreambuf_iterator<char>(in), {}};
  }

  template <class Entry>
  std::vector<Entry> entries(FileType type, const std::string& key) {
    const std::string bytes = slurp(key);
    auto read = [&](uint64_t offset, std::span<char> room) -> Result<size_t> {
      const size_t n = offset >= bytes.size() ? 0 : std::min(room.size(), bytes.size() - offset);
      std::memcpy(room.data(), bytes.data() + offset, n);
      return n;
    };
    auto reader = IndexReader::open(type, bytes.size(), read, key);
    EXPECT_TRUE(reader);
    std::vector<Entry> out;
    Entry entry;
    while (*reader->next(&entry)) out.push_back(entry);
    return out;
  }

  /// Puts the files together again from indexes and data files alone.
  std::map<std::string, std::string> reassemble(const paths::LsData& data) {
    std::map<std::pair<uint64_t, uint64_t>, std::string> name_of;
    std::map<std::string, std::string> out;
    uint64_t last = 0;
    for (const auto& meta : entries<meta::FileMeta>(FileType::kMetaIndex, paths::ls_index(data, "meta_index"))) {
      EXPECT_LT(last, meta.logical_id());
      last = meta.logical_id();
      name_of[{meta.tablet_id(), meta.logical_id()}] = meta.name();
      out[meta.name()];
      EXPECT_EQ(meta.hash128(), view(hash128(contents_[meta.name()])));
      EXPECT_EQ(meta.holder_set_id(), 1u);
    }
    for (const auto& block :
         entries<meta::MacroRange>(FileType::kMacroRangeIndex, paths::ls_index(data, "macro_range_index"))) {
      const auto& at = block.at();
      const std::string file = slurp(paths::macro_block_data({{at.backup_set_id(), true}, at.ls_id(), at.kind(),
                                                              at.turn(), at.retry()}, at.file_id()));
      std::string& content = out[name_of.at({block.tablet_id(), block.logical_id()})];
      EXPECT_EQ(content.size(), block.block() * kMacroblockSize);
      content += file.substr(at.offset(), at.length());
    }
    return out;
  }

  fs::path base_;
  std::unique_ptr<Storage> storage_;
  std::shared_ptr<ObjectStore> store_;
  std::map<std::string, std::string> contents_;
  CopyCounters counters_;
  const paths::LsData data_{{1, true}, 1001, "major", 1, 0};
};

TEST_F(BackupWriterTest, EveryByteComesBackThroughTheIndexes) {
  std::vector<CopyFile> files;
  uint64_t total = 0, id = 0;
  for (uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{65'536}, 3 * kMacroblockSize, 3 * kMacroblockSize + 17,
                        uint64_t{9'999'999}, uint64_t{40'000'000}}) {
    ++id;
    files.push_back(source("00000" + std::to_string(id) + ".sst", size, id, id));
    total += size;
  }
  auto set = writer({.part_bytes = 4 << 20, .data_file_bytes = 20 << 20, .memory_bytes = 16 << 20, .threads = 3});
  auto outcome = set.copy_ls_data(data_, std::move(files), &counters_);
  ASSERT_TRUE(outcome) << outcome.error().error.message();
  EXPECT_EQ(reassemble(data_), contents_);
  EXPECT_EQ(outcome->input_bytes, total);
  EXPECT_EQ(counters_.bytes, total);
  EXPECT_EQ(counters_.blocks, outcome->blocks);
  ASSERT_EQ(outcome->files.size(), 3u + 4u) << "three indexes and four data files of at most 20 MiB";
  for (const auto& entry : outcome->files) {
    const std::string bytes = slurp("backup_set_1_full/" + entry.key());
    EXPECT_EQ(bytes.size(), entry.size()) << entry.key();
    EXPECT_LE(bytes.size(), 20u << 20);
    EXPECT_EQ(view(hash128(bytes)), entry.hash128()) << entry.key();
  }
}

TEST_F(BackupWriterTest, AnEmptyDirectoryHasItsIndexesOnly) {
  auto set = writer();
  auto outcome = set.copy_ls_data(data_, {}, &counters_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->files.size(), 3u);
  EXPECT_FALSE(fs::exists(base_ / "dest" / paths::macro_block_data(data_, 0)));
  EXPECT_TRUE(reassemble(data_).empty());
}

TEST_F(BackupWriterTest, AFileThatIsGoneIsLeftOutAndTold) {
  std::vector<CopyFile> files{source("000001.sst", 30'000'000, 1, 1), source("000002.sst", 10, 1, 2),
                              source("000003.sst", 20, 1, 3)};
  fs::remove(base_ / "source/000002.sst");
  contents_.erase("000002.sst");
  auto set = writer({.part_bytes = 4 << 20, .threads = 2});
  auto outcome = set.copy_ls_data(data_, std::move(files), &counters_);
  ASSERT_TRUE(outcome) << "what could be copied is of use for the next turn";
  EXPECT_EQ(outcome->missing, std::vector<std::string>{"000002.sst"});
  EXPECT_EQ(reassemble(data_), contents_);
}

TEST_F(BackupWriterTest, AShorterSourceIsTheSourcesFaultAndLeavesNoUpload) {
  auto files = std::vector{source("000001.sst", 30'000'000, 1, 1), source("000002.sst", 10, 1, 2)};
  fs::resize_file(base_ / "source/000002.sst", 9);
  auto set = writer({.part_bytes = 4 << 20, .threads = 2});
  auto outcome = set.copy_ls_data(data_, std::move(files), &counters_);
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().source);
  EXPECT_EQ(outcome.error().error.code, Code::kCorruption);
  EXPECT_TRUE(store_->list_uploads("", {})->empty());
  EXPECT_FALSE(*any_object(*store_, paths::ls_data_dir(data_), {}));
}

TEST_F(BackupWriterTest, ACancelEndsItSoon) {
  CancelToken cancel;
  auto files = std::vector{source("000001.sst", 100'000'000, 1, 1)};
  auto open = files[0].open;
  files[0].open = [&, open] {
    cancel.cancel();
    return open();
  };
  auto set = writer({.part_bytes = 4 << 20, .cancel = &cancel});
  auto outcome = set.copy_ls_data(data_, std::move(files), &counters_);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().error.code, Code::kCancelled);
  EXPECT_FALSE(outcome.error().source);
  EXPECT_TRUE(store_->list_uploads("", {})->empty());
}

TEST_F(BackupWriterTest, AReusedFileIsAnEntryWithoutBlocks) {
  auto file = source("000001.sst", 5'000'000, 1, 1);
  file.meta.set_holder_set_id(7);
  file.meta.set_holder_kind("minor");
  file.open = [] { return Result<Fd>(fail(Code::kInternal, "x", "must not be opened")); };
  auto set = writer();
  auto outcome = set.copy_ls_data(data_, {file}, &counters_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->reused_bytes, 5'000'000u);
  EXPECT_EQ(outcome->blocks, 0u);
  auto metas = entries<meta::FileMeta>(FileType::kMetaIndex, paths::ls_index(data_, "meta_index"));
  ASSERT_EQ(metas.size(), 1u);
  EXPECT_EQ(metas[0].holder_set_id(), 7u);
}

TEST_F(BackupWriterTest, TheMergedIndexIsTheStreamsOneBehindTheOther) {
  auto set = writer();
  paths::LsData second = data_;
  second.ls = 1002;
  ASSERT_TRUE(set.copy_ls_data(data_, {source("000001.sst", 3'000'000, 1, 1)}, &counters_));
  ASSERT_TRUE(set.copy_ls_data(second, {source("000002.sst", 10, 1, 2)}, &counters_));
  auto merged = set.merge_indexes("major", 1, 0, {data_, second}, 0);
  ASSERT_TRUE(merged) << merged.error().message();
  EXPECT_EQ((*merged)[0].key(), "infos/major_data_info_turn_1/tenant_major_data_macro_range_index.0.obbak");
  auto ranges = entries<meta::MacroRange>(FileType::kMacroRangeIndex, "backup_set_1_full/" + (*merged)[0].key());
  ASSERT_EQ(ranges.size(), 3u);
  EXPECT_EQ(ranges[1].at().ls_id(), 1001u);
  EXPECT_EQ(ranges[2].at().ls_id(), 1002u);
}

TEST_F(BackupWriterTest, AFileWrittenAgainAfterACrashIsTheSame) {
  auto set = writer();
  meta::Parameters parameters;
  (*parameters.mutable_values())["a"] = "1";
  (*parameters.mutable_values())["b"] = "2";
  const std::string key = paths::set_info_file({1, true}, "tenant_parameter");
  auto first = set.put(key, FileType::kTenantParameter, parameters);
  const auto written = fs::last_write_time(base_ / "dest" / key);
  auto second = set.put(key, FileType::kTenantParameter, parameters);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->hash128(), second->hash128());
  EXPECT_EQ(fs::last_write_time(base_ / "dest" / key), written) << "written once";
  EXPECT_EQ(first->key(), "infos/tenant_parameter.obbak");
  EXPECT_EQ(*decode_file(FileType::kTenantParameter, slurp(key), key), stable_bytes(parameters));
}

}  // namespace
}  // namespace seabed
