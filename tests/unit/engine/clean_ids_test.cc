// Deletion by id: what it refuses, and what it takes.

#include <gtest/gtest.h>

#include "core/catalog/delete_policies.h"
#include "tests/unit/engine/clean_fixture.h"

namespace seabed::testing_clean {
namespace {

using clean::CleanRequest;

TEST_F(CleanTest, SetsAndPiecesGoById) {
  set_policy("");
  Session session(rig);
  const CleanRequest sets{.what = CleanRequest::What::kSets, .ids = {1, 2}, .description = "space"};
  EXPECT_EQ(session.submit(sets).error().ob_error, 9045) << "a policy is there";
  session.transact([&](Transaction& tx) { return catalog::drop_delete_policy(tx, kTenant, "default"); });
  EXPECT_EQ(session.submit({.what = CleanRequest::What::kSets, .ids = {1}}).error().ob_error, 9045)
      << "2 needs it";
  EXPECT_EQ(session.submit({.what = CleanRequest::What::kSets, .ids = {77}}).error().ob_error, 9046);
  const auto needed = session.submit({.what = CleanRequest::What::kPieces, .ids = {1, 2}});
  ASSERT_FALSE(needed) << "the oldest full set needs 2";
  EXPECT_EQ(needed.error().ob_error, 9069);
  const auto dry = session.explain(sets);
  EXPECT_EQ(dry.items.size(), 2u);
  ASSERT_TRUE(session.clean(sets));
  const auto job = session.job(1);
  EXPECT_EQ(job.type, "DELETE BACKUP SET");
  EXPECT_EQ(job.parameter, "1,2");
  EXPECT_EQ(job.description, "space");
  EXPECT_EQ(session.submit({.what = CleanRequest::What::kSets, .ids = {1}}).error().ob_error, 9045)
      << "deleted already";
  EXPECT_EQ(session.submit({.what = CleanRequest::What::kPieces, .ids = {2}}).error().ob_error, 9069)
      << "1 is before it";
  ASSERT_TRUE(session.clean({.what = CleanRequest::What::kPieces, .ids = {1, 2, 3, 4, 5}}));
  EXPECT_EQ(session.pieces_in("DELETED"), (Ids{1, 2, 3, 4, 5}));
  expect_clean();
}

TEST_F(CleanTest, ADestinationThatCannotBeReachedIs9070) {
  Session session(rig);
  session.transact([&](Transaction& tx) { return catalog::drop_delete_policy(tx, kTenant, "default"); });
  std::filesystem::rename(media.data_dir, media.data_dir + ".away");
  const auto refused = session.submit({.what = CleanRequest::What::kSets, .ids = {1, 2}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().ob_error, 9070) << refused.error().message();
  std::filesystem::rename(media.data_dir + ".away", media.data_dir);
}

}  // namespace
}  // namespace seabed::testing_clean
