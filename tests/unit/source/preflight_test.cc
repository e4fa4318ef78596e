// Findings about databases that are fine and about the ways in which they are not.

#include <gtest/gtest.h>

#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/base/bytes.h"
#include "core/base/checksum.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/preflight.h"
#include "counting_writer.h"
#include "scratch.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;
using Level = PreflightFinding::Level;

class PreflightTest : public ::testing::Test {
 protected:
  PreflightTest() {
    config_.directory = db_;
    config_.pin_directory = scratch_ / "pins";
    config_.pinned_limit_bytes = 1 << 20;
  }
  void write() {
    WriterOptions options;
    options.batches = 1000;
    CountingWriter writer(db_, options);
    ASSERT_TRUE(writer.wait_for(1000));
    writer.kill();  // leaves a log with records
  }
  /// The worst level of the findings of a check; `text` collects them.
  Level level(const std::string& check) {
    Level worst = Level::kOk;
    bool found = false;
    text_.clear();
    for (const auto& f : rocksdb_source::preflight_directory(config_)) {
      if (f.check != check) continue;
      found = true;
      worst = std::max(worst, f.level);
      text_ += f.text + " (" + f.next_step + ")\n";
    }
    EXPECT_TRUE(found) << check;
    return worst;
  }
  std::string newest(const std::string& suffix) {
    std::string out;
    for (const auto& e : fs::directory_iterator(db_))
      if (e.path().filename().string().find(suffix) != std::string::npos && e.path().string() > out)
        out = e.path().string();
    return out;
  }
  void replace_in(const std::string& path, const std::string& from, const std::string& to) {
    std::ifstream in(path);
    std::string text(std::istreambuf_iterator<char>(in), {});
    in.close();
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    std::ofstream(path, std::ios::trunc) << text;
  }

  Scratch scratch_;
  std::string db_ = scratch_ / "db", text_;
  StreamConfig config_;
};

TEST_F(PreflightTest, a_good_database_has_no_errors_and_only_the_linker_is_missing) {
  write();
  for (const auto& f : rocksdb_source::preflight_directory(config_)) {
    EXPECT_EQ(f.level, f.check == "linker" ? Level::kWarning : Level::kOk) << f.check << ": " << f.text;
    EXPECT_EQ(f.level == Level::kOk, f.next_step.empty()) << f.check;
  }
  EXPECT_TRUE(fs::is_empty(scratch_ / "pins"));  // the probe is gone
}

TEST_F(PreflightTest, wrong_directories) {
  EXPECT_EQ(level("database directory"), Level::kError);
  fs::create_directory(db_);
  EXPECT_EQ(level("database"), Level::kError);
  EXPECT_NE(text_.find("no CURRENT"), std::string::npos);
  config_.directory = "relative/db";
  EXPECT_EQ(level("database directory"), Level::kError);
  config_.directory = db_;
  config_.pin_directory = "pins";
  EXPECT_EQ(level("pin directory"), Level::kError);
}

TEST_F(PreflightTest, encrypted_files_are_explained) {
  write();
  const std::string noise(100000, '\x5a');
  const std::string log = newest(".log"), sst = newest(".sst"), manifest = newest("MANIFEST-");
  std::ofstream(log, std::ios::trunc) << noise;
  EXPECT_EQ(level("log"), Level::kError);
  EXPECT_NE(text_.find("encrypted or custom Env"), std::string::npos);
  for (const auto& e : fs::directory_iterator(db_))
    if (e.path().extension() == ".sst") std::ofstream(e.path(), std::ios::trunc) << noise;
  EXPECT_EQ(level("tables"), Level::kError);
  std::ofstream(manifest, std::ios::trunc) << noise;
  EXPECT_EQ(level("database"), Level::kError);
  EXPECT_NE(text_.find("encrypted or custom Env"), std::string::npos);
}

TEST_F(PreflightTest, unknown_mandatory_tags_and_types_are_named) {
  write();
  std::string edit, record;
  put_varint64(edit, 4711);  // not below the mask of tags that may be skipped
  const std::string manifest = newest("MANIFEST-"), log = newest(".log");
  rocksdb_source::LogWriter(fs::file_size(manifest)).append(record, edit);
  std::ofstream(manifest, std::ios::app) << record;
  EXPECT_EQ(level("database"), Level::kError);
  EXPECT_NE(text_.find("4711"), std::string::npos) << text_;
  std::string wal;
  rocksdb_source::LogWriter().append(wal, "x");
  wal[6] = 77;
  const uint32_t crc = mask_crc(crc32c(std::string_view(wal).substr(6)));
  std::memcpy(wal.data(), &crc, 4);
  std::ofstream(log, std::ios::trunc) << wal;
  EXPECT_EQ(level("log"), Level::kError);
  EXPECT_NE(text_.find("77"), std::string::npos) << text_;
}

TEST_F(PreflightTest, options_that_matter) {
  write();
  const std::string options = newest("OPTIONS-");
  replace_in(options, "recycle_log_file_num=0", "recycle_log_file_num=4");
  EXPECT_EQ(level("log recycling"), Level::kError);
  config_.allow_recycled_log = true;
  EXPECT_EQ(level("log recycling"), Level::kWarning);
  replace_in(options, "[DBOptions]", "[DBOptions]\n  wal_dir=/elsewhere/log");
  EXPECT_EQ(level("log directory"), Level::kError);
  EXPECT_NE(text_.find("/elsewhere/log"), std::string::npos);
  replace_in(options, "manual_wal_flush=false", "manual_wal_flush=true");
  EXPECT_EQ(level("log flushing"), Level::kWarning);
  fs::remove(options);
  for (const auto& e : fs::directory_iterator(db_))
    if (e.path().filename().string().starts_with("OPTIONS-")) fs::remove(e.path());
  EXPECT_EQ(level("options"), Level::kWarning);
}

TEST_F(PreflightTest, another_file_system_for_pins) {
  std::string memory = "/dev/shm/seabed-preflight-XXXXXX";
  if (::mkdtemp(memory.data()) == nullptr) GTEST_SKIP() << "no second file system here";
  write();
  config_.pin_directory = memory;
  EXPECT_EQ(level("links"), Level::kError);
  EXPECT_NE(text_.find("another file system"), std::string::npos);
  fs::remove_all(memory);
}

TEST_F(PreflightTest, too_little_space) {
  write();
  config_.pinned_limit_bytes = 1ull << 62;
  EXPECT_EQ(level("space"), Level::kWarning);
}

}  // namespace
}  // namespace seabed::test
