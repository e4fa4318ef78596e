// Catalog and media must agree before anything goes.

#include <gtest/gtest.h>

#include "tests/unit/engine/clean_fixture.h"

namespace seabed::testing_clean {
namespace {

TEST_F(CleanTest, ASetThatTheCatalogDoesNotKnowIsToldAndNothingGoes) {
  media.write_set(9, true, 950, 960);
  Session session(rig);
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("set 9 is there, and the catalog does not know it"),
            std::string::npos)
      << done.error().message();
  EXPECT_EQ(session.job(1).status, "FAILED");
  EXPECT_TRUE(session.sets_in("DELETED").empty());
  const auto dry = session.explain();
  EXPECT_NE(dry.summary.find("set 9"), std::string::npos);
  for (const auto& item : dry.items) EXPECT_FALSE(item.remove);
  EXPECT_FALSE(session.turn()) << "the hourly run says so too";
}

TEST_F(CleanTest, WhatTheMediaLackIsToldAndNothingGoes) {
  std::filesystem::remove_all(media.archive_dir + "/piece_d1002r1p8");
  for (const auto& key : media.objects(media.archive_dir))
    if (key.starts_with("pieces/piece_d1002r1p8_")) std::filesystem::remove(media.archive_dir + "/" + key);
  Session session(rig);
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("piece 8"), std::string::npos) << done.error().message();
}

TEST_F(CleanTest, AMediumWhoseListingsLagLosesNothing) {
  TaggedStorage lagging(*media.storage);
  lagging.strong_list = false;
  Session session(rig);
  session.context.storage = &lagging;
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("lease could be missed"), std::string::npos) << done.error().message();
  EXPECT_TRUE(session.sets_in("DELETED").empty());
  lagging.strong_list = true;
  EXPECT_TRUE(session.clean());
}

TEST_F(CleanTest, ACatalogOlderThanTheMediaDeletesNothing) {
  { ASSERT_TRUE(Session(rig).clean()); }
  Session session(rig);
  session.change_set(1, [](auto& row) { row.file_status = "AVAILABLE"; });
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("set 1 was deleted there"), std::string::npos)
      << done.error().message();
}

TEST_F(CleanTest, ACleanPointThatTellsOtherTimesIsNotReliedOn) {
  Session session(rig);
  session.change_set(3, [](auto& row) { row.start_replay_scn = at(500); });
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("other points in time"), std::string::npos) << done.error().message();
}

}  // namespace
}  // namespace seabed::testing_clean
