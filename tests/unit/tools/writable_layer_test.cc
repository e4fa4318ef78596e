#include "tools/mount/writable_layer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/source/rocksdb/staged_layout.h"

namespace seabed::mount {
namespace {

namespace fs = std::filesystem;
using Place = WritableLayer::Place;

/// Two remote files of which one fails at its second half.
class TwoFiles final : public RemoteFiles {
 public:
  const std::map<std::string, uint64_t>& sizes() const override { return sizes_; }
  Result<size_t> read(const std::string& name, uint64_t offset, std::span<char> buffer) override {
    const size_t n = std::min<uint64_t>(buffer.size(), sizes_.at(name) - std::min(offset, sizes_.at(name)));
    if (name == "000002.sst" && offset + n > 500) return fail(Code::kCorruption, name, "does not hold");
    std::fill_n(buffer.begin(), n, 's');
    return n;
  }

 private:
  std::map<std::string, uint64_t> sizes_{{"000001.sst", 3 << 20}, {"000002.sst", 1000}};
};

class WritableLayerTest : public ::testing::Test {
 protected:
  WritableLayerTest() {
    char path[] = "/tmp/seabed-layer-XXXXXX";
    base_ = ::mkdtemp(path);
    staged_ = base_ + "/db.seabed-standby";
    fs::create_directory(staged_);
    // An empty MANIFEST is one: a database of no families, which is enough to be shown.
    EXPECT_TRUE(write_file_atomic(staged_ + "/" + rocksdb_source::kStagedManifest, ""));
    EXPECT_TRUE(write_file_atomic(staged_ + "/000003.log", "log"));
    write_state(7);
    open();
  }
  ~WritableLayerTest() override { fs::remove_all(base_); }
  void write_state(Scn scn) {
    EXPECT_TRUE(rocksdb_source::write_state(
        staged_, {rocksdb_source::StagedPhase::kStandby, "MANIFEST-000005", 1, scn}));
  }
  void open() {
    layer_.reset();
    auto view = rocksdb_source::StagedView::open(staged_, std::make_shared<TwoFiles>());
    ASSERT_TRUE(view) << view.error().message();
    view_ = std::move(*view);
    auto layer = WritableLayer::open(base_ + "/layer", *view_);
    ASSERT_TRUE(layer) << layer.error().message();
    layer_ = std::move(*layer);
  }
  Place find(const std::string& path) {
    struct stat st {};
    return layer_->find(path, &st);
  }
  std::set<std::string> names() {
    std::vector<std::string> out;
    EXPECT_EQ(layer_->list("", &out), 0);
    return {out.begin(), out.end()};
  }
  std::string content(const std::string& path) {
    auto text = read_file(base_ + "/layer/files/" + path);
    return text ? *text : text.error().message();
  }
  void write(const std::string& path, const std::string& text) {
    const Fd fd(layer_->open_upper(path, O_RDWR | O_CREAT | O_TRUNC, 0640));
    EXPECT_TRUE(pwrite_full(fd.get(), text, 0, path));
  }

  std::string base_, staged_;
  std::unique_ptr<rocksdb_source::StagedView> view_;
  std::unique_ptr<WritableLayer> layer_;
};

TEST_F(WritableLayerTest, ShowsTheStagedDatabaseAsItsProgramExpectsIt) {
  EXPECT_EQ(names(),
            (std::set<std::string>{"CURRENT", "MANIFEST-000005", "000001.sst", "000002.sst", "000003.log"}));
  auto current = view_->open_file("CURRENT");
  ASSERT_TRUE(current);
  char text[64];
  EXPECT_EQ((*current)->read(0, text).value(), 16u);
  EXPECT_EQ(std::string(text, 16), "MANIFEST-000005\n");
  EXPECT_FALSE(view_->open_file("seabed.state"));
  EXPECT_FALSE(view_->open_file("../layer/base"));
}

TEST_F(WritableLayerTest, TheFirstChangeCopiesUp) {
  const Fd fd(layer_->open_for_write("000001.sst", O_RDWR));
  ASSERT_GE(fd.get(), 0);
  EXPECT_TRUE(pwrite_full(fd.get(), "new", 2 << 20, "x"));
  std::string wanted(3 << 20, 's');
  wanted.replace(2 << 20, 3, "new");
  EXPECT_TRUE(content("000001.sst") == wanted);
  EXPECT_EQ(find("000001.sst"), Place::kUpper);
  EXPECT_EQ(layer_->truncate("000003.log", 2), 0);
  EXPECT_EQ(content("000003.log"), "lo");
  EXPECT_EQ(read_file(staged_ + "/000003.log").value(), "log");
}

TEST_F(WritableLayerTest, WhatCannotBeProvedIsNotCopied) {
  EXPECT_EQ(layer_->open_for_write("000002.sst", O_RDWR), -EIO);
  EXPECT_EQ(layer_->rename("000002.sst", "other", false), -EIO);
  EXPECT_EQ(find("000002.sst"), Place::kLower);
  EXPECT_TRUE(fs::is_empty(base_ + "/layer/work"));
}

TEST_F(WritableLayerTest, WhatIsRemovedStaysAwayAndComesBackWhenWritten) {
  EXPECT_EQ(layer_->remove("000001.sst"), 0);
  EXPECT_EQ(layer_->remove("000001.sst"), -ENOENT);
  EXPECT_EQ(layer_->rename("000003.log", "000004.log", false), 0);
  open();  // the next mount
  EXPECT_EQ(find("000001.sst"), Place::kNone);
  EXPECT_EQ(find("000003.log"), Place::kNone);
  EXPECT_EQ(content("000004.log"), "log");
  write("000001.sst", "mine");
  EXPECT_EQ(find("000001.sst"), Place::kUpper);
  EXPECT_EQ(layer_->remove("000001.sst"), 0);
  EXPECT_EQ(find("000001.sst"), Place::kNone);
  EXPECT_EQ(names().count("000003.log"), 0u);
}

TEST_F(WritableLayerTest, RenameOverAStagedFileAndLinks) {
  write("CURRENT.dbtmp", "MANIFEST-000009\n");
  EXPECT_EQ(layer_->rename("CURRENT.dbtmp", "CURRENT", true), -EEXIST);
  EXPECT_EQ(layer_->rename("CURRENT.dbtmp", "CURRENT", false), 0);
  EXPECT_EQ(content("CURRENT"), "MANIFEST-000009\n");
  EXPECT_EQ(layer_->link("000003.log", "linked"), 0);
  EXPECT_EQ(layer_->link("000003.log", "linked"), -EEXIST);
  EXPECT_EQ(content("linked"), "log");
}

TEST_F(WritableLayerTest, OneMountAtATimeAndOneStateOfTheTenant) {
  auto second = WritableLayer::open(base_ + "/layer", *view_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  write_state(8);
  layer_.reset();
  auto view = rocksdb_source::StagedView::open(staged_, std::make_shared<TwoFiles>());
  ASSERT_TRUE(view);
  auto other = WritableLayer::open(base_ + "/layer", **view);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message().find("another state"), std::string::npos);
}

}  // namespace
}  // namespace seabed::mount
