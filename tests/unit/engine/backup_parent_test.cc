// BACKUP from sys: the parent's row follows its children.

#include <gtest/gtest.h>

#include "core/engine/backup/parent_job.h"
#include "tests/unit/engine/backup_rig.h"

namespace seabed {
namespace {

using backup::JobState;
using backup::ParentEvent;
using testing_backup::BackupRig;
using testing_backup::FakeFile;
using Session = BackupRig::Session;

TEST(BackupParent, ChildrenDecide) {
  using enum JobState;
  EXPECT_EQ(backup::children_event({kCompleted, kDoing}), std::nullopt);
  EXPECT_EQ(backup::children_event({kCompleted, kCanceling}), std::nullopt);
  EXPECT_EQ(backup::children_event({kCompleted, kCompleted}), ParentEvent::kEndedWell);
  EXPECT_EQ(backup::children_event({kCompleted, kFailed}), ParentEvent::kEndedBadly);
  EXPECT_EQ(backup::children_event({kCanceled}), ParentEvent::kEndedBadly);
  EXPECT_EQ(backup::children_event({}), ParentEvent::kEndedBadly);
}

TEST(BackupParent, FinalStatesStay) {
  for (auto state : {JobState::kCompleted, JobState::kFailed, JobState::kCanceled})
    for (auto event : {ParentEvent::kStarted, ParentEvent::kCancelRequested, ParentEvent::kEndedWell, ParentEvent::kEndedBadly})
      EXPECT_EQ(backup::parent_after(state, event), std::nullopt);
}

struct Parent : ::testing::Test {
  BackupRig rig;
  void SetUp() override { rig.write(1001, "000001.sst", 100'000, 1, FakeFile{.identity = "a"}); }
  static uint64_t insert(Session& s, std::vector<uint64_t> tenants, bool listed = false) {
    auto id = insert_parent_backup(s.context, {.description = "all"}, tenants, listed, "");
    EXPECT_TRUE(id) << id.error().message();
    return *id;
  }
  uint64_t submit_child(Session& s, uint64_t parent) {
    auto id = submit_backup(s.context, {.tenant_id = rig.tenant_id, .parent_job_id = parent});
    EXPECT_TRUE(id) << id.error().message();
    return *id;
  }
};

TEST_F(Parent, ItEndsWellWithItsChildren) {
  Session s(rig);
  const uint64_t parent = insert(s, {rig.tenant_id});
  EXPECT_EQ(s.job(parent).status, "INIT");
  EXPECT_EQ(s.job(parent).job_level, "CLUSTER");
  const uint64_t child = submit_child(s, parent);
  ASSERT_TRUE(parent_started(s.context, parent, ""));
  EXPECT_EQ(s.job(parent).status, "DOING");
  EXPECT_EQ(s.job(child).initiator_job_id, parent);
  EXPECT_EQ(s.job(child).initiator_tenant_id, 1u);
  ASSERT_TRUE(s.run(child));
  ASSERT_TRUE(settle_parents(s.context));
  EXPECT_EQ(s.job(parent).status, "COMPLETED");
  EXPECT_EQ(s.job(parent).backup_set_id, 0u);
  EXPECT_GT(s.job(parent).end_us, 0u);
}

TEST_F(Parent, AListIsItsLevelAndAFailureItsEnd) {
  Session s(rig);
  const uint64_t parent = insert(s, {rig.tenant_id}, true);
  EXPECT_EQ(s.job(parent).job_level, "SYS_TENANT");
  const uint64_t child = submit_child(s, parent);
  ASSERT_TRUE(parent_started(s.context, parent, ""));
  s.archiver.before_covered = [](uint64_t, const IoContext&) { return Status(fail(Code::kCorruption, "log", "is damaged")); };
  EXPECT_FALSE(s.run(child));
  ASSERT_TRUE(settle_parents(s.context));
  EXPECT_EQ(s.job(parent).status, "FAILED");
  EXPECT_EQ(s.job(parent).result, s.job(child).result);
  EXPECT_NE(s.job(parent).comment.find("is damaged"), std::string::npos);
}

TEST_F(Parent, AChildThatWasNeverBegunFailsIt) {
  Session s(rig);
  const uint64_t parent = insert(s, {rig.tenant_id, 1004});
  const uint64_t child = submit_child(s, parent);
  ASSERT_TRUE(parent_started(s.context, parent, "tenant 1004: log_archive_dest is unset"));
  ASSERT_TRUE(s.run(child));
  ASSERT_TRUE(settle_parents(s.context));
  EXPECT_EQ(s.job(parent).status, "FAILED");
  EXPECT_NE(s.job(parent).comment.find("tenant 1004"), std::string::npos);
}

TEST_F(Parent, ACrashBeforeTheSecondChildLeavesNoParentBehind) {
  uint64_t parent = 0, child = 0;
  {
    Session s(rig);
    parent = insert(s, {rig.tenant_id, 1004});
    child = submit_child(s, parent);
  }
  Session next(rig);
  ASSERT_TRUE(settle_parents_at_start(next.context));
  EXPECT_EQ(next.job(parent).status, "DOING");   // its child goes on first
  ASSERT_TRUE(next.run(child));
  ASSERT_TRUE(settle_parents(next.context));
  EXPECT_EQ(next.job(parent).status, "FAILED");
}

TEST_F(Parent, ACrashBeforeTheFirstChildFailsItAtTheNextStart) {
  uint64_t parent = 0;
  {
    Session s(rig);
    parent = insert(s, {rig.tenant_id});
  }
  Session next(rig);
  ASSERT_TRUE(settle_parents_at_start(next.context));
  EXPECT_EQ(next.job(parent).status, "FAILED");
  EXPECT_NE(next.job(parent).comment.find("ended before"), std::string::npos);
}

TEST_F(Parent, AForeignJobThatEndsWhileItSubmitsDoesNotEndIt) {
  Session s(rig);
  const uint64_t parent = insert(s, {rig.tenant_id, 1004});
  ASSERT_TRUE(settle_parents(s.context));   // a job that is not its own ended: before its first child
  EXPECT_EQ(s.job(parent).status, "INIT");
  const uint64_t child = submit_child(s, parent);
  ASSERT_TRUE(s.run(child));
  ASSERT_TRUE(settle_parents(s.context));   // its first child ended before its second was begun
  EXPECT_EQ(s.job(parent).status, "INIT");
  ASSERT_TRUE(parent_started(s.context, parent, "tenant 1004: log_archive_dest is unset"));
  EXPECT_EQ(s.job(parent).status, "FAILED");
}

TEST_F(Parent, ACancelWhileItSubmitsLetsNoMoreBegin) {
  Session s(rig);
  const uint64_t parent = insert(s, {rig.tenant_id});
  ASSERT_TRUE(cancel_parents(s.context));
  ASSERT_TRUE(settle_parents(s.context));
  EXPECT_EQ(s.job(parent).status, "CANCELING");
  const auto late = submit_backup(s.context, {.tenant_id = rig.tenant_id, .parent_job_id = parent});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().ob_error, 9041);
  ASSERT_TRUE(parent_started(s.context, parent, late.error().message()));
  EXPECT_EQ(s.job(parent).status, "CANCELED");
  EXPECT_NE(s.job(parent).comment.find("cancelled before"), std::string::npos);
}

TEST_F(Parent, ItsCancelIsOverWhenItsChildrenAre) {
  Session s(rig);
  const uint64_t parent = insert(s, {rig.tenant_id});
  const uint64_t child = submit_child(s, parent);
  ASSERT_TRUE(parent_started(s.context, parent, ""));
  auto ids = cancel_parents(s.context);
  ASSERT_TRUE(ids && *ids == std::vector<uint64_t>{parent});
  EXPECT_EQ(s.job(parent).status, "CANCELING");
  EXPECT_TRUE(cancel_parents(s.context)->empty());
  ASSERT_TRUE(s.catalog->transact([&](Transaction& tx) { return catalog::request_backup_cancel(tx, child); }));
  EXPECT_FALSE(s.run(child));
  ASSERT_TRUE(settle_parents(s.context));
  EXPECT_EQ(s.job(parent).status, "CANCELED");
}

}  // namespace
}  // namespace seabed
