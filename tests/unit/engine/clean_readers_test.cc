// Who reads, restores or backs up while a cleanup runs.

#include <gtest/gtest.h>

#include "core/catalog/backup_sets.h"
#include "core/media/tombstone.h"
#include "tests/unit/engine/clean_fixture.h"

namespace seabed::testing_clean {
namespace {

TEST_F(CleanTest, ReadersOfAnotherClusterAreHonoured) {
  auto sets = lease(media.data_dir, {"backup_set_2_inc/", "backup_set_1_full/"});
  auto pieces = lease(media.archive_dir, {"piece_d1002r1p2"});
  {
    Session session(rig);
    ASSERT_TRUE(session.clean());
    EXPECT_TRUE(session.sets_in("DELETED").empty());
    EXPECT_EQ(session.pieces_in("DELETED"), (Ids{1}))
        << "what the kept sets replay from, and no gap behind a kept piece";
  }
  sets->release({});
  pieces->release({});
  { ASSERT_TRUE(Session(rig).clean()); }
  expect_clean();
}

TEST_F(CleanTest, AReaderThatComesInBetweenHoldsTheItemBack) {
  std::unique_ptr<ReaderLease> reader;
  Session session(rig);
  session.context.at_state = [&](const std::string& now) {
    if (now == "clean/DELETING" && !reader)
      reader = lease(media.data_dir, {"backup_set_2_inc", "backup_set_1_full"});
  };
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("quick tenant copy of cluster beta"), std::string::npos)
      << done.error().message();
  EXPECT_EQ(session.job(1).status, "FAILED");
  EXPECT_EQ(session.tasks(1)[0].status, "FAILED");
  EXPECT_EQ(session.sets_in("DELETING"), (Ids{2}));
  EXPECT_EQ(directories(media.data_dir).size(), 4u) << "no object went";
  ASSERT_TRUE(session.clean()) << "the reader is known now: the item waits";
  EXPECT_EQ(directories(media.data_dir).size(), 4u);
  clock.now += 36 * 60 * 1'000'000'000ull;  // it died, by its clock and by the medium's
  for (const auto& key : media.objects(media.data_dir + "/readers"))
    fs::last_write_time(media.data_dir + "/readers/" + key,
                        fs::file_time_type::clock::now() - std::chrono::hours(24 * 365 * 20));
  ASSERT_TRUE(session.clean());
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2}));
}

TEST_F(CleanTest, AReaderThatComesAfterThePlanLeavesTheItemAsItIs) {
  std::unique_ptr<ReaderLease> reader;
  Session session(rig);
  session.context.at_state = [&](const std::string& now) {
    if (now == "clean/DOING" && !reader) reader = lease(media.data_dir, {"backup_set_2_inc"});
  };
  EXPECT_FALSE(session.clean());
  EXPECT_TRUE(session.sets_in("DELETING").empty());
  EXPECT_TRUE(deleted_names(*store(media.data_dir), {})->sets.empty());
}

TEST_F(CleanTest, ARestoreThatRunsHereIsProtected) {
  Session session(rig);
  session.add_restore("backup_set_1_full,backup_set_2_inc");
  ASSERT_TRUE(session.clean());
  EXPECT_TRUE(session.sets_in("DELETED").empty());
  EXPECT_EQ(session.pieces_in("DELETED"), (Ids{1}));
}

TEST_F(CleanTest, ABackupThatRunsKeepsItsSetAndItsParents) {
  Session session(rig);
  session.transact([&](Transaction& tx) {
    catalog::BackupSetRow row{.tenant_id = kTenant, .backup_set_id = 5, .dest_id = kData, .backup_type = "I"};
    row.prev_full_backup_set_id = 1, row.prev_inc_backup_set_id = 2, row.start_us = at(990) / 1000;
    return catalog::insert_backup_set(tx, row);
  });
  ASSERT_TRUE(session.clean());
  EXPECT_TRUE(session.sets_in("DELETED").empty());
  EXPECT_EQ(session.sets_in("COPYING"), (Ids{5}));
}

TEST_F(CleanTest, AChildThatBeganSinceThePlanStopsTheDeletion) {
  Session session(rig);
  session.context.at_state = [&](const std::string& now) {
    if (now != "clean/DOING") return;
    session.transact([&](Transaction& tx) {
      catalog::BackupSetRow row{
          .tenant_id = kTenant, .backup_set_id = 5, .dest_id = kData, .backup_type = "I"};
      row.prev_full_backup_set_id = 1, row.prev_inc_backup_set_id = 2;
      return catalog::insert_backup_set(tx, row);
    });
  };
  EXPECT_FALSE(session.clean());
  EXPECT_EQ(directories(media.data_dir).size(), 4u);
}

}  // namespace
}  // namespace seabed::testing_clean
