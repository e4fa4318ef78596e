// DROP DELETE BACKUP POLICY (reference: statements, section 8): a running cleanup continues, none is begun
// after it.

#include <gtest/gtest.h>

#include "core/catalog/delete_policies.h"
#include "tests/unit/engine/clean_fixture.h"

namespace seabed::testing_clean {
namespace {

TEST_F(CleanTest, ADroppedPolicyStopsNoRunningCleanupAndBeginsNone) {
  {
    Session session(rig);
    int dropped = 0;
    session.context.at_state = [&](const std::string& state) {
      if (state.ends_with("DOING") && dropped++ == 0)
        session.transact(
            [&](Transaction& tx) { return catalog::drop_delete_policy(tx, kTenant, "default"); });
    };
    const auto job = session.submit();
    ASSERT_TRUE(job) << job.error().message();
    const auto done = session.run(*job);
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_GT(dropped, 0) << "it was dropped while the job ran";
    EXPECT_EQ(session.job(*job).status, "COMPLETED");
    EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2}));
  }
  expect_clean();
  rig.advance(2000);
  Session session(rig);
  ASSERT_TRUE(session.turn());
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2})) << "a day later nothing more goes";
  EXPECT_EQ(session.job(2).job_id, 0u) << "and no job is begun";
}

/// Planned, and nothing of it was deleted yet: the agent's next life decides anew, and without a policy
/// nothing goes.
TEST_F(CleanTest, APlanOfADeadAgentIsNotCarriedOutWithoutItsPolicy) {
  Session session(rig);
  const auto job = session.submit();
  ASSERT_TRUE(job) << job.error().message();
  session.transact([&](Transaction& tx) { return catalog::drop_delete_policy(tx, kTenant, "default"); });
  (void)session.turn();
  EXPECT_TRUE(session.sets_in("DELETED").empty());
  EXPECT_TRUE(session.sets_in("DELETING").empty());
}

}  // namespace
}  // namespace seabed::testing_clean
