// A whole backup job over plain files: what lies on the medium afterwards, and what a reader makes of it.

#include <gtest/gtest.h>

#include <atomic>
#include <regex>

#include "backup_rig.h"
#include "core/catalog/rounds.h"

namespace seabed::testing_backup {
namespace {

/// The data backup tree of the introduction, with its numbers as patterns. An empty kind has indexes and no data file.
const std::vector<std::string> kTree = {
    R"(backup_sets/backup_set_1_full_start\.obbak)", R"(backup_sets/backup_set_1_full_end_success_T\.obbak)",
    R"(backup_set_1_full/backup_set_1_full_T_T\.obbak)", R"(backup_set_1_full/single_backup_set_info\.obbak)",
    R"(backup_set_1_full/tenant_backup_set_infos\.obbak)", R"(backup_set_1_full/infos/table_list/table_list\.\d+\.1\.obbak)",
    R"(backup_set_1_full/infos/table_list/table_list_meta_info\.\d+\.obbak)",
    R"(backup_set_1_full/infos/major_data_info_turn_1/tablet_log_stream_info\.obbak)",
    R"(backup_set_1_full/infos/major_data_info_turn_1/tenant_major_data_macro_range_index\.0\.obbak)",
    R"(backup_set_1_full/infos/major_data_info_turn_1/tenant_major_data_meta_index\.0\.obbak)",
    R"(backup_set_1_full/infos/major_data_info_turn_1/tenant_major_data_sec_meta_index\.0\.obbak)",
    R"(backup_set_1_full/infos/minor_data_info_turn_1/tablet_log_stream_info\.obbak)",
    R"(backup_set_1_full/infos/minor_data_info_turn_1/tenant_minor_data_macro_range_index\.0\.obbak)",
    R"(backup_set_1_full/infos/minor_data_info_turn_1/tenant_minor_data_meta_index\.0\.obbak)",
    R"(backup_set_1_full/infos/minor_data_info_turn_1/tenant_minor_data_sec_meta_index\.0\.obbak)",
    R"(backup_set_1_full/infos/diagnose_info\.obbak)", R"(backup_set_1_full/infos/tenant_parameter\.obbak)",
    R"(backup_set_1_full/infos/locality_info\.obbak)", R"(backup_set_1_full/infos/meta_info/ls_attr_info\.1\.obbak)",
    R"(backup_set_1_full/infos/meta_info/ls_meta_infos\.obbak)"};

std::vector<std::string> expected_tree() {
  std::vector<std::string> out = kTree;
  for (const std::string ls : {"1", "1001"}) {
    const std::string dir = "backup_set_1_full/logstream_" + ls + "/";
    out.push_back(dir + R"(meta_info_turn_1_retry_0/ls_meta_info\.obbak)");
    out.push_back(dir + R"(meta_info_turn_1_retry_0/tablet_info\.1\.obbak)");
    for (const std::string kind : {"major", "minor", "sys"}) {
      const std::string data = dir + kind + "_data_turn_1_retry_0/";
      if (kind == "sys" || ls == "1001") out.push_back(data + R"(macro_block_data\.0\.obbak)");
      for (const std::string index : {"macro_range_index", "meta_index", "sec_meta_index"})
        out.push_back(data + index + R"(\.obbak)");
    }
  }
  for (auto& pattern : out) pattern = std::regex_replace(pattern, std::regex("_T"), R"(_\d{8}T\d{6})");
  return out;
}

class BackupJobTest : public ::testing::Test, public BackupRig {};

TEST_F(BackupJobTest, AFullSetHasTheTreeOfTheIntroductionAndEveryByte) {
  const auto before = tree();   // format.obbak
  catalog::BackupSetRow set;
  {
    Session session(*this);
    set = session.backup();
    EXPECT_EQ(session.archiver.streams[1001]->released.size(), 6u) << "each pin goes when its file is copied";
  }
  EXPECT_EQ(set.status, "SUCCESS");
  EXPECT_EQ(set.file_status, "AVAILABLE");
  EXPECT_EQ(read_set(1), read_databases());

  auto patterns = expected_tree();
  for (const auto& key : tree()) {
    if (std::ranges::find(before, key) != before.end()) continue;
    const auto found = std::ranges::find_if(patterns, [&](auto& p) { return std::regex_match(key, std::regex(p)); });
    ASSERT_NE(found, patterns.end()) << key << " is not in the introduction";
    patterns.erase(found);
  }
  EXPECT_TRUE(patterns.empty()) << patterns[0] << " is missing";
}

TEST_F(BackupJobTest, TheDescriptorNamesEveryFileWithItsHash) {
  Session(*this).backup();
  const auto set = descriptor(1);
  std::set<std::string> listed;
  for (const auto& file : set.files()) {
    EXPECT_TRUE(listed.insert(file.key()).second) << file.key() << " twice";
    const std::string bytes = slurp("backup_set_1_full/" + file.key());
    EXPECT_EQ(bytes.size(), file.size()) << file.key();
    EXPECT_EQ(view(hash128(bytes)), file.hash128()) << file.key();
  }
  for (const auto& key : tree())
    if (key.starts_with("backup_set_1_full/") && !key.ends_with("/single_backup_set_info.obbak"))
      EXPECT_TRUE(listed.contains(key.substr(18))) << key << " is not listed";
  EXPECT_EQ(set.ls_size(), 2);
  EXPECT_EQ(set.start_replay_scn(), 1'000'000'001u) << "the smallest of the streams";
  EXPECT_EQ(set.archive_dest_id(), 900u);
  EXPECT_EQ(set.tablet_count(), 3u);
}

TEST_F(BackupJobTest, MinRestoreScnIsTheLastStreamsAndInEveryPlace) {
  catalog::BackupSetRow row = Session(*this).backup();
  const auto set = descriptor(1);
  EXPECT_EQ(row.min_restore_scn, set.min_restore_scn());
  const BackupReader reader = this->reader();
  auto metas = *reader.ls_metas(*reader.usable_set(1));
  ASSERT_EQ(metas.ls_size(), 2);
  uint64_t largest = 0;
  for (const auto& ls : metas.ls()) {
    EXPECT_EQ(ls.min_restore_scn(), ls.taken_scn() + ls.ls_id());
    EXPECT_EQ(ls.recovery(), "facts of " + std::to_string(ls.ls_id()));
    largest = std::max(largest, ls.min_restore_scn());
  }
  EXPECT_EQ(set.min_restore_scn(), largest);
}

TEST_F(BackupJobTest, DataFilesRollOver) {
  Session session(*this);
  session.set_parameter("backup_data_file_size", "3M");
  session.backup();
  const std::string dir = "backup_set_1_full/logstream_1001/major_data_turn_1_retry_0/macro_block_data.";
  EXPECT_TRUE(fs::exists(base / "dest" / (dir + "2.obbak")));
  for (const auto& key : tree())
    if (key.starts_with(dir)) EXPECT_LE(fs::file_size(base / "dest" / key), 3u << 20);
  EXPECT_EQ(read_set(1), read_databases());
}

TEST_F(BackupJobTest, ProgressRisesToTheWhole) {
  Session session(*this);
  session.backup();
  ASSERT_FALSE(session.progress.empty());
  EXPECT_EQ(session.progress.back().done_bytes, session.progress.back().total_bytes);
  EXPECT_EQ(session.progress.back().phase, "COMPLETED");
}

TEST_F(BackupJobTest, SetIdsRiseOverFailuresAndAreNeverGivenTwice) {
  Session session(*this);
  session.archiver.before_covered = [](uint64_t, const IoContext&) {
    return Status(fail(Code::kGap, "log stream 1001", "a WAL is missing"));
  };
  auto failed = session.submit();
  ASSERT_FALSE(session.run(*failed));
  EXPECT_EQ(session.job(*failed).status, "FAILED");
  EXPECT_NE(session.job(*failed).comment.find("a WAL is missing"), std::string::npos);
  EXPECT_EQ(session.set(1).status, "FAILED");
  session.archiver.before_covered = nullptr;
  EXPECT_EQ(session.backup().backup_set_id, 2u);
  bool end_failed = false;
  for (const auto& key : tree()) end_failed |= key.starts_with("backup_sets/backup_set_1_full_end_failed_");
  EXPECT_TRUE(end_failed);
}

TEST_F(BackupJobTest, TheCheckpointIsAwaitedBesideTheCopyAndBeforeTheSetIsGood) {
  Session session(*this);
  CancelToken copied;   // cancelled: all data is there
  session.context.at_state = [&](const std::string& now) {
    if (now == "backup/BACKUP_DATA_MAJOR") copied.cancel();
  };
  std::atomic<int> asked = 0, in_time = 0;
  session.archiver.before_checkpoint = [&](Scn, const IoContext&) {
    ++asked;
    in_time += copied.wait_for(std::chrono::seconds(60)) ? 1 : 0;
    return ok();
  };
  EXPECT_EQ(session.backup().status, "SUCCESS");
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(in_time, 1) << "the copy does not wait for it";
}

TEST_F(BackupJobTest, ARoundThatReachedTheSetCountsWhateverTheArchiveDoesSince) {
  Session session(*this);
  std::atomic<int> asked = 0;
  session.archiver.before_checkpoint = [&](Scn, const IoContext&) {
    return ++asked == 1 ? ok() : Status(fail(Code::kGap, "archive", "is INTERRUPTED by now"));
  };
  EXPECT_EQ(session.backup().status, "SUCCESS");
  // As after a kill: nobody of this process has seen the checkpoint, the catalog has.
  session.archiver.before_checkpoint = [&](Scn scn, const IoContext&) -> Status {
    SEABED_CHECK(session.catalog->transact([&](Transaction& tx) -> Status {
      SEABED_TRY(auto round, catalog::find_round(tx, tenant_id, 900, 1));
      round->checkpoint_scn = scn;
      return catalog::update_round(tx, *round, "DOING");
    }));
    return fail(Code::kTimeout, "archive", "does not answer");
  };
  EXPECT_EQ(session.backup().status, "SUCCESS");
}

TEST_F(BackupJobTest, ASetThatTheArchiveDoesNotReachIsNoSuccess) {
  Session session(*this);
  session.archiver.before_checkpoint = [](Scn, const IoContext&) {
    return Status(fail(Code::kGap, "archive", "a WAL is missing"));
  };
  const auto job = session.submit();
  ASSERT_FALSE(session.run(*job));
  EXPECT_NE(session.job(*job).comment.find("a WAL is missing"), std::string::npos);
  EXPECT_EQ(session.set(1).status, "FAILED");
  for (const auto& key : tree()) EXPECT_EQ(key.find("end_success"), key.npos) << key;
}

}  // namespace
}  // namespace seabed::testing_backup
