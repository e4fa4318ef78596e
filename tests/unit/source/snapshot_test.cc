// Looks, pins and identities of snapshots.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/fd.h"
#include "core/source/rocksdb/file_identity.h"
#include "core/source/rocksdb/snapshot.h"
#include "counting_writer.h"
#include "scratch.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;
using rocksdb_source::PinDirectory;
using rocksdb_source::SnapshotSettings;
using rocksdb_source::Snapshotter;

size_t entries(const std::string& directory) {
  std::error_code ec;
  return static_cast<size_t>(std::distance(fs::directory_iterator(directory, ec), fs::directory_iterator()));
}

class SnapshotTest : public ::testing::Test {
 protected:
  void write(uint64_t batches) {
    WriterOptions options;
    options.batches = batches;
    CountingWriter writer(db_, options);
    ASSERT_TRUE(writer.wait_for(batches));
    writer.stop();
  }
  std::string any_sst() {
    for (const auto& entry : fs::directory_iterator(db_))
      if (entry.path().extension() == ".sst") return entry.path().string();
    return "";
  }
  Result<std::unique_ptr<Snapshot>> take(Snapshotter& s) { return s.take(1, system_clock(), CancelToken()); }

  Scratch scratch_;
  std::string db_ = scratch_ / "db", pins_ = scratch_ / "pins";
  SnapshotSettings settings_{db_, "", pins_, 1ull << 30};
};

TEST_F(SnapshotTest, looks_again_when_compaction_takes_a_file_away) {
  CountingWriter writer(db_, {});
  ASSERT_TRUE(writer.wait_for(2000));
  settings_.before_links = [&](int look) {
    if (look == 1) {
      ASSERT_TRUE(writer.wait_for(writer.acknowledged() + 3000));
    }
  };
  Snapshotter s(settings_);
  const auto taken = take(s);
  ASSERT_TRUE(taken) << taken.error().message();
  EXPECT_GT((*taken)->turns_needed, 1u);
  for (const SnapshotFile& file : (*taken)->files) {
    const auto fd = file.open();
    ASSERT_TRUE(fd) << fd.error().message();
    struct stat st {};
    ASSERT_EQ(::fstat(fd->get(), &st), 0);
    EXPECT_EQ(static_cast<uint64_t>(st.st_size), file.size) << file.name;
  }
  EXPECT_EQ(entries(pins_ + "/snapshot-1"),
            (*taken)->files.size() + 1);  // and the lock: no pin of an earlier look stays
}

TEST_F(SnapshotTest, gives_up_when_a_file_is_really_gone) {
  write(1000);
  fs::remove(any_sst());
  settings_.max_looks = 4;
  Snapshotter s(settings_);
  const auto taken = take(s);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::kConflict);
  EXPECT_EQ(entries(pins_), 0u);
}

TEST_F(SnapshotTest, refuses_what_is_no_regular_file) {
  write(1000);
  const std::string sst = any_sst();
  fs::rename(sst, scratch_ / "elsewhere");
  fs::create_symlink(scratch_ / "elsewhere", sst);
  Snapshotter s(settings_);
  const auto taken = take(s);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::kInvalidArgument);
}

TEST_F(SnapshotTest, refuses_what_is_no_database) {
  fs::create_directory(db_);
  Snapshotter s(settings_);
  EXPECT_EQ(take(s).error().code, Code::kNotFound);
  std::ofstream(db_ + "/CURRENT") << "../MANIFEST-000001\n";
  EXPECT_EQ(take(s).error().code, Code::kCorruption);
  std::ofstream(db_ + "/CURRENT", std::ios::trunc) << "MANIFEST-000001\n";
  EXPECT_FALSE(take(s));
  std::ofstream(db_ + "/MANIFEST-000001") << std::string(5000, 'x');  // encrypted bytes look like this
  EXPECT_EQ(take(s).error().code, Code::kCorruption);
}

TEST_F(SnapshotTest, a_cancelled_snapshot_pins_nothing) {
  write(100);
  CancelToken cancel;
  cancel.cancel();
  Snapshotter s(settings_);
  EXPECT_EQ(s.take(1, system_clock(), cancel).error().code, Code::kCancelled);
  EXPECT_EQ(entries(pins_), 0u);
}

TEST_F(SnapshotTest, system_files_come_first_and_the_manifest_is_frozen) {
  write(1000);
  Snapshotter s(settings_);
  const auto taken = take(s);
  ASSERT_TRUE(taken);
  const auto& files = (*taken)->files;
  ASSERT_GT(files.size(), 4u);
  EXPECT_TRUE(files[0].name.starts_with("MANIFEST-"));
  EXPECT_TRUE(files[1].name.starts_with("OPTIONS-"));
  EXPECT_EQ(files[2].name, "IDENTITY");
  EXPECT_EQ(files[0].size, fs::file_size(db_ + "/" + files[0].name));
  EXPECT_EQ(files[3].kind, FileKind::kMajor);
  EXPECT_EQ((*taken)->tablets.size(), 3u);
  EXPECT_EQ((*taken)->start_replay.bytes.size(), 24u);
}

TEST_F(SnapshotTest, pins_go_one_by_one_and_at_the_end) {
  write(1000);
  Snapshotter s(settings_);
  auto taken = take(s);
  ASSERT_TRUE(taken);
  const size_t last = (*taken)->files.size() - 1;
  EXPECT_EQ(s.pinned_files(), last + 1);
  (*taken)->release(last);
  (*taken)->release(last);
  EXPECT_EQ(s.pinned_files(), last);
  EXPECT_EQ((*taken)->files[last].open().error().code, Code::kNotFound);
  EXPECT_TRUE((*taken)->files[last - 1].open());
  EXPECT_TRUE(fs::exists(db_ + "/" + (*taken)->files[last].name));
  taken->reset();
  EXPECT_EQ(entries(pins_), 0u);
  EXPECT_EQ(s.pinned_files(), 0u);
}

TEST_F(SnapshotTest, only_deleted_files_count_as_held_and_can_be_dropped) {
  CountingWriter writer(db_, {});
  ASSERT_TRUE(writer.wait_for(2000));
  Snapshotter s(settings_);
  const auto taken = take(s);
  ASSERT_TRUE(taken);
  ASSERT_TRUE(writer.wait_for(writer.acknowledged() + 4000));  // compacted away in the meantime
  writer.stop();
  const uint64_t held = s.held_bytes();
  EXPECT_GT(held, 0u);
  EXPECT_LE(held, (*taken)->pinned_bytes);
  EXPECT_EQ(s.shrink(held), 0u);
  EXPECT_GE(s.shrink(held / 2), held - held / 2);
  EXPECT_LE(s.held_bytes(), held / 2);
}

TEST_F(SnapshotTest, leftovers_of_the_dead_are_removed_and_the_living_stay) {
  write(500);
  Snapshotter s(settings_);
  const auto living = take(s);
  ASSERT_TRUE(living);
  EXPECT_EQ(in_child([&] {
              Snapshotter other(settings_);
              const auto taken = take(other);
              if (taken) ::kill(::getpid(), SIGKILL);
              return 0;
            }),
            128 + SIGKILL);
  EXPECT_EQ(entries(pins_), 2u);
  ASSERT_TRUE(PinDirectory::remove_leftovers(pins_));
  EXPECT_EQ(entries(pins_), 1u);
  EXPECT_TRUE((*living)->files.back().open());
  EXPECT_TRUE(PinDirectory::remove_leftovers(scratch_ / "never-made"));
}

TEST_F(SnapshotTest, copies_where_links_are_refused) {
  const Scratch scratch;
  std::string memory = "/dev/shm/seabed-pins-XXXXXX";
  if (::mkdtemp(memory.data()) == nullptr) GTEST_SKIP() << "no second file system here";
  struct stat here {
  }, there{};
  ASSERT_EQ(::stat(scratch_.path().c_str(), &here), 0);
  ASSERT_EQ(::stat(memory.c_str(), &there), 0);
  write(1000);
  settings_.pin_directory = memory;
  {
    Snapshotter s(settings_);
    const auto taken = take(s);
    ASSERT_TRUE(taken) << taken.error().message();
    if (here.st_dev != there.st_dev) {
      EXPECT_EQ(s.held_bytes(), (*taken)->pinned_bytes);  // all of it is ours
    }
    for (const SnapshotFile& file : (*taken)->files) {
      const auto fd = file.open();
      ASSERT_TRUE(fd);
      std::string bytes(file.size, '\0');
      ASSERT_TRUE(pread_full(fd->get(), bytes, 0, file.name));
      EXPECT_EQ(bytes, read_file(db_ + "/" + file.name)->substr(0, file.size)) << file.name;
    }
  }
  if (here.st_dev != there.st_dev) {
    settings_.copy_limit_bytes = 1000;
    Snapshotter s(settings_);
    EXPECT_EQ(take(s).error().code, Code::kNoSpace);
  }
  fs::remove_all(memory);
}

TEST_F(SnapshotTest, identities_are_stable_and_different) {
  write(1500);
  Snapshotter s(settings_);
  const auto one = take(s), two = take(s);
  ASSERT_TRUE(one && two);
  std::map<std::string, std::string> seen;
  for (size_t i = 0; i < (*one)->files.size(); ++i) {
    const SnapshotFile& file = (*one)->files[i];
    EXPECT_EQ(file.identity, (*two)->files[i].identity);
    if (file.kind == FileKind::kSystem) continue;
    EXPECT_EQ(file.identity.size(), 25u);
    EXPECT_TRUE(seen.emplace(file.identity, file.name).second)
        << file.name << " like " << seen[file.identity];
  }
}

TEST_F(SnapshotTest, origins_are_what_the_library_says) {
  for (const uint32_t version : {2u, 4u, 5u}) {
    rocksdb::BlockBasedTableOptions table;
    table.format_version = version;
    rocksdb::Options options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.compression = rocksdb::kZSTD;
    const std::string path = scratch_ / ("v" + std::to_string(version) + ".sst");
    rocksdb::SstFileWriter writer({}, options);
    ASSERT_TRUE(writer.Open(path).ok());
    for (int i = 0; i < 1000; ++i)
      ASSERT_TRUE(writer.Put("key" + std::to_string(100000 + i), std::string(100, 'v')).ok());
    ASSERT_TRUE(writer.Finish().ok());
    rocksdb::SstFileReader reader(options);
    ASSERT_TRUE(reader.Open(path).ok());
    const Fd fd(::open(path.c_str(), O_RDONLY));
    const auto origin = rocksdb_source::read_table_origin(fd.get(), path);
    ASSERT_TRUE(origin && *origin);
    EXPECT_EQ((*origin)->session_id, reader.GetTableProperties()->db_session_id);
    EXPECT_EQ((*origin)->db_id, reader.GetTableProperties()->db_id);
    EXPECT_EQ((*origin)->original_number, reader.GetTableProperties()->orig_file_number);
  }
}

TEST_F(SnapshotTest, damaged_tables_have_no_origin_and_do_no_harm) {
  write(500);
  const std::string good = *read_file(any_sst());
  const std::string path = scratch_ / "damaged.sst";
  for (size_t i = 0; i < 400; ++i) {
    std::string bad = good;
    bad[bad.size() - 1 - i] ^= static_cast<char>(0xff);
    if (i % 3 == 0) bad.resize(bad.size() - i);
    ASSERT_TRUE(write_file_atomic(path, bad));
    const Fd fd(::open(path.c_str(), O_RDONLY));
    EXPECT_TRUE(rocksdb_source::read_table_origin(fd.get(), path));
  }
}

}  // namespace
}  // namespace seabed::test
