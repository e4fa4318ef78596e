// What a restore refuses, and that it begins again after being killed anywhere.

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/fd.h"
#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/restore_target.h"
#include "staged_base.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;
using rocksdb_source::RocksDbTarget;

class RestoreTargetTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(s_.written); }
  Code code_of_restore() {
    const Status status = s_.stage();
    return status ? Code::kInternal : status.error().code;
  }
  StagedBase s_;
};

TEST_F(RestoreTargetTest, hostile_names_are_refused_and_write_nothing) {
  RocksDbTarget target(s_.target);
  ASSERT_TRUE(target.begin(s_.base->recovery));
  for (const char* name :
       {"../000001.sst", "/000001.sst", "x/000001.sst", "CURRENT", "LOCK", "LOG", "seabed.state", "", ".",
        "..", "000001.log", "000001.sst/..", "000001.sst\n", "MANIFEST-", "x.sst"}) {
    SnapshotFile file;
    file.name = name;
    const auto created = target.create_file(file);
    ASSERT_FALSE(created) << name;
    EXPECT_EQ(created.error().code, Code::kCorruption) << name;
  }
  SnapshotFile nul;
  nul.name = std::string("000001.sst\0x", 12);
  EXPECT_FALSE(target.create_file(nul));
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(s_.staged)) names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"CURRENT", "LOCK", "seabed.follow.groups", "seabed.state"}));
}

TEST_F(RestoreTargetTest, a_planted_link_is_not_followed) {
  RocksDbTarget target(s_.target);
  ASSERT_TRUE(target.begin(s_.base->recovery));
  std::ofstream(s_.scratch / "victim") << "precious";
  fs::create_symlink(s_.scratch / "victim", s_.staged + "/000001.sst");
  SnapshotFile file;
  file.name = "000001.sst";
  EXPECT_FALSE(target.create_file(file));
  EXPECT_EQ(fs::file_size(s_.scratch / "victim"), 8u);
}

TEST_F(RestoreTargetTest, foreign_and_used_directories_are_left_alone) {
  fs::create_directory(s_.staged);
  std::ofstream(s_.staged + "/000001.sst") << "someone's";
  EXPECT_EQ(code_of_restore(), Code::kConflict);
  EXPECT_TRUE(fs::exists(s_.staged + "/000001.sst"));
  fs::remove_all(s_.staged);
  ASSERT_TRUE(s_.stage());
  std::ofstream(s_.staged + "/notes.txt") << "mine";
  EXPECT_EQ(code_of_restore(), Code::kConflict);
  EXPECT_TRUE(fs::exists(s_.staged + "/notes.txt"));
  fs::remove_all(s_.staged);
  fs::create_directory(s_.target);
  std::ofstream(s_.target + "/CURRENT") << "MANIFEST-000001\n";
  EXPECT_EQ(code_of_restore(), Code::kConflict);
}

TEST_F(RestoreTargetTest, damaged_bases_are_refused) {
  {
    RocksDbTarget target(s_.target);
    ASSERT_TRUE(target.begin(s_.base->recovery));
    const auto report = target.finish(kScnMax);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Code::kCorruption);  // no MANIFEST
  }
  {
    RocksDbTarget target(s_.target);
    ASSERT_TRUE(target.begin(s_.base->recovery));
    auto fd = target.create_file(s_.base->files[0]);
    ASSERT_TRUE(fd);
    ASSERT_TRUE(pwrite_full(fd->get(), "short", 0, "x"));
    EXPECT_EQ(target.close_file(s_.base->files[0], std::move(*fd)).error().code, Code::kCorruption);
  }
  {
    RocksDbTarget target(s_.target);
    ASSERT_TRUE(target.begin(s_.base->recovery));
    ASSERT_TRUE(copy_base(*s_.base, target));
    fs::resize_file(s_.staged + "/seabed.base." + s_.base->files[0].name, s_.base->files[0].size - 1);
    EXPECT_EQ(target.apply(s_.groups[0], kScnMax).error().code, Code::kCorruption);
  }
  EXPECT_EQ(RocksDbTarget(s_.target).begin("\xff\xff").error().code, Code::kCorruption);
}

TEST_F(RestoreTargetTest, a_hole_that_the_base_does_not_cover_is_refused) {
  rocksdb::Hole hole;
  hole.set_kind(rocksdb::Hole::NON_LOGGED_EDIT);
  hole.set_incarnation(3);
  hole.set_manifest_number(1000000);
  hole.set_manifest_end(1);
  hole.set_reason("ingestion");
  LogGroup group = s_.groups[1];
  group.type = GroupType::kHole;
  group.payload = hole.SerializeAsString();
  s_.groups.insert(s_.groups.begin() + 1, group);
  EXPECT_EQ(code_of_restore(), Code::kGap);
}

TEST_F(RestoreTargetTest, flipped_and_foreign_groups_are_refused) {
  auto groups = s_.groups;
  s_.groups[2].payload[s_.groups[2].payload.size() / 2] ^= 1;
  EXPECT_EQ(code_of_restore(), Code::kCorruption);
  s_.groups = groups;
  s_.groups[3].incarnation = 4;
  EXPECT_EQ(code_of_restore(), Code::kGap);
}

TEST_F(RestoreTargetTest, the_report_tells_the_interval) {
  const auto report = restore_staged(*s_.base, s_.groups, 55, s_.target);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->groups, 5u);
  EXPECT_EQ(report->last_scn_lo, 40u);
  EXPECT_EQ(report->last_scn_hi, 50u);
  EXPECT_EQ(report->next_scn_lo, 50u);
  EXPECT_GT(report->log_bytes, 0u);
}

/// Kills itself at the n-th call into the target.
void restore_and_die(StagedBase& s, int at) {
  int calls = 0;
  const auto die = [&] {
    if (++calls == at) ::kill(::getpid(), SIGKILL);
  };
  RocksDbTarget target(s.target);
  (void)target.begin(s.base->recovery);
  die();
  for (const SnapshotFile& file : s.base->files) {
    const auto from = file.open();
    auto to = target.create_file(file);
    die();
    std::string bytes(file.size, '\0');
    (void)pread_full(from->get(), bytes, 0, file.name);
    (void)pwrite_full(to->get(), bytes, 0, file.name);
    (void)target.close_file(file, std::move(*to));
  }
  for (const LogGroup& group : s.groups) {
    (void)target.apply(group, kScnMax);
    die();
  }
  (void)target.finish(kScnMax);
  die();
}

TEST_F(RestoreTargetTest, begins_again_after_being_killed_anywhere) {
  const int files = static_cast<int>(s_.base->files.size()), groups = static_cast<int>(s_.groups.size());
  for (const int at :
       {1, 2, files, files + 2, files + 1 + groups / 2, files + 1 + groups, files + 2 + groups}) {
    EXPECT_EQ(in_child([&] {
                restore_and_die(s_, at);
                return 0;
              }),
              128 + SIGKILL);
    if (at < files + 2 + groups) {
      EXPECT_EQ(activate_staged(s_.target).error().code, Code::kConflict);
    }
    const Status again = s_.stage();
    ASSERT_TRUE(again) << again.error().message();
  }
  ASSERT_TRUE(activate_staged(s_.target));
  EXPECT_EQ(s_.differs(), "");
}

}  // namespace
}  // namespace seabed::test
