// The process dies right after each persisted state; the next one goes on with the same job to a good set.

#include <gtest/gtest.h>

#include "backup_rig.h"

namespace seabed::testing_backup {
namespace {

constexpr int kDied = 42;

class BackupResumeTest : public ::testing::TestWithParam<const char*>, public BackupRig {
 protected:
  int die_at(const std::string& state, bool incremental) {
    return in_child([&] {
      Session session(*this);
      session.context.at_state = [&](const std::string& now) {
        if (now == state) _exit(kDied);
      };
      auto id = session.submit(incremental);
      if (id) (void)session.run(*id);
    });
  }
  /// What the agent does at its start.
  void go_on() {
    Session session(*this);
    auto jobs = *session.catalog->get<std::vector<catalog::BackupJobRow>>(
        [&](Transaction& tx) { return catalog::unfinished_backup_jobs(tx); });
    for (const auto& job : jobs) {
      auto done = session.run(job.job_id);
      EXPECT_TRUE(done) << done.error().message();
    }
  }
};

TEST_P(BackupResumeTest, AFullSetIsFinishedByTheNextProcess) {
  ASSERT_EQ(die_at(GetParam(), false), kDied);
  go_on();
  Session session(*this);
  EXPECT_EQ(session.set(1).status, "SUCCESS");
  EXPECT_EQ(session.job(1).status, "COMPLETED");
  EXPECT_EQ(read_set(1), read_databases());
  const auto set = descriptor(1);
  for (const auto& file : set.files())
    EXPECT_EQ(view(hash128(slurp("backup_set_1_full/" + file.key()))), file.hash128()) << file.key();
}

TEST_P(BackupResumeTest, AnIncrementalIsFinishedThoughTheDatabaseWentOn) {
  Session(*this).backup();
  write(1001, "000030.sst", 1'500'000, 30, {FileKind::kMajor, 1, 6, "thirty"});
  ASSERT_EQ(die_at(GetParam(), true), kDied);
  remove(1001, "000030.sst");
  write(1001, "000031.sst", 900'000, 31, {FileKind::kMajor, 1, 6, "thirty-one"});
  const auto now = read_databases();
  go_on();
  Session session(*this);
  EXPECT_EQ(session.set(2).status, "SUCCESS");
  const std::string state = GetParam();
  // Once all data is copied the set is of the moment before; until then the new snapshot is what counts.
  if (state == "backup/COMPLETED" || state == "backup/JOB_COMPLETED") EXPECT_TRUE(read_set(2).contains({1001, "000030.sst"}));
  else EXPECT_EQ(read_set(2), now);
  EXPECT_EQ(session.backup(true).prev_inc_backup_set_id, 2u) << "and it is a parent";
  EXPECT_EQ(read_set(3), now);
}

INSTANTIATE_TEST_SUITE_P(States, BackupResumeTest,
                         ::testing::Values("backup/INIT", "backup/DOING", "backup/BACKUP_SYS_META",
                                         "backup/BACKUP_USER_META", "backup/BACKUP_META_FINISH",
                                         "backup/BACKUP_DATA_MINOR", "backup/BACKUP_DATA_MAJOR", "backup/COMPLETED",
                                         "backup/JOB_COMPLETED"),
                         [](const auto& info) { return std::string(info.param).substr(7); });

class BackupKillTest : public BackupResumeTest {};

/// In the middle of the copy of the file whose opening is the n-th.
TEST_P(BackupKillTest, InTheMiddleOfACopy) {
  const int at = std::stoi(GetParam());
  const int code = in_child([&] {
    Session session(*this);
    int opened = 0;
    session.archiver.streams[1001]->on_open = [&](const std::string&) {
      if (++opened == at) _exit(kDied);
    };
    (void)session.run(*session.submit());
  });
  ASSERT_EQ(code, kDied);
  go_on();
  EXPECT_EQ(read_set(1), read_databases());
  const auto set = descriptor(1);
  EXPECT_EQ(set.major_turn_id(), 2u) << "snapshots do not outlive their process";
  EXPECT_FALSE(fs::exists(base / "dest/.seabed-tmp") && !fs::is_empty(base / "dest/.seabed-tmp"))
      << "uploads of the dead are removed";
}

INSTANTIATE_TEST_SUITE_P(Opens, BackupKillTest, ::testing::Values("1", "2", "3", "4", "5", "6"));

}  // namespace
}  // namespace seabed::testing_backup
