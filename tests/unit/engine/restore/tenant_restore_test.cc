// RESTORE as a job: its rows from the first moment to the last, what a stop and a failure leave, and a name
// that is taken.

#include <gtest/gtest.h>

#include "core/catalog/restore_jobs.h"
#include "core/catalog/standbys.h"
#include "core/catalog/tenants.h"
#include "core/engine/engine.h"
#include "core/engine/quick/data_mode.h"
#include "core/engine/restore/restore_state.h"
#include "core/engine/restore/tenant_restore.h"
#include "core/engine/restore/tenant_transition.h"
#include "core/engine/standby/follow_transition.h"
#include "core/engine/standby/source_run.h"
#include "core/engine/standby/standby.h"
#include "core/engine/standby/standby_row.h"
#include "restore_rig.h"

namespace seabed::testing_restore {
namespace {

class TenantRestore : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Catalog::open({.path = rig_.base + "/catalog.db"});
    ASSERT_TRUE(opened) << opened.error().message();
    catalog_ = std::move(*opened);
    rig_.context.catalog = catalog_.get();
    rig_.write_set(1, true, 40, 50);
    rig_.write_archive(120);
  }
  TenantRestoreRequest asked(const std::string& name, RestoreTargetPoint until = {}) {
    TenantRestoreRequest out{rig_.request(until)};
    out.restore.tenant_name = name;
    out.description = "words";
    return out;
  }
  std::optional<catalog::TenantRow> tenant(const std::string& name) {
    return *catalog_->get<std::optional<catalog::TenantRow>>(
        [&](Transaction& tx) { return catalog::find_tenant_by_name(tx, name); });
  }
  catalog::RestoreJobRow job(uint64_t id) {
    return **catalog_->get<std::optional<catalog::RestoreJobRow>>(
        [&](Transaction& tx) { return catalog::find_restore_job(tx, id); });
  }
  Status run(uint64_t id) { return run_restore_job(rig_.context, id, nullptr, rig_.cancel); }

  Rig rig_;
  std::unique_ptr<Catalog> catalog_;
};

TEST_F(TenantRestore, EndsAsAStandbyWithItsLogSource) {
  auto id = submit_restore(rig_.context, asked("shop2", Rig::scn(at(80))));
  ASSERT_TRUE(id) << id.error().message();
  EXPECT_EQ(job(*id).status, "CREATE_TENANT");
  EXPECT_EQ(job(*id).backup_set_list, "backup_set_1_full");
  ASSERT_TRUE(tenant("shop2"));
  EXPECT_EQ(tenant("shop2")->role, "RESTORE");
  auto again = submit_restore(rig_.context, asked("shop2"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().ob_error, 9014);
  std::vector<std::string> seen;
  rig_.context.at_state = [&](const std::string& state) {
    seen.push_back(state);
    if (state == "restore/RESTORE_WAIT_LS") EXPECT_EQ(job(*id).status, "WAIT_TENANT_RESTORE_FINISH");
  };
  const Status done = run(*id);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(seen.front(), "restore_job/WAIT_TENANT_RESTORE_FINISH");
  EXPECT_EQ(seen.back(), "restore_job/RESTORE_SUCCESS");
  EXPECT_EQ(job(*id).status, "RESTORE_SUCCESS");
  EXPECT_EQ(job(*id).description, "words");
  EXPECT_EQ(job(*id).recover_scn, at(80));
  const auto row = tenant("shop2");
  EXPECT_EQ(row->role + " " + row->status + " " + row->log_mode, "STANDBY NORMAL NOARCHIVELOG");
  const auto source = *catalog_->get<std::optional<catalog::LogSourceRow>>(
      [&](Transaction& tx) { return catalog::find_log_source(tx, row->tenant_id); });
  ASSERT_TRUE(source);
  EXPECT_EQ(source->value, "LOCATION=file://" + rig_.archive_dir);
  EXPECT_EQ(source->recovery_until_scn, at(80));
  EXPECT_FALSE(catalog_->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::restore_request(tx, *id));
    return ok();
  })) << "a request, with its secrets, goes with its job";
}

TEST_F(TenantRestore, StoppedItGoesOnFailedItsNameIsFree) {
  auto id = submit_restore(rig_.context, asked("shop2", Rig::scn(at(80))));
  ASSERT_TRUE(id) << id.error().message();
  CancelToken stop;
  rig_.context.at_state = [&](const std::string& state) {
    if (state == "restore/RESTORE_WAIT_TO_CONSISTENT_SCN") stop.cancel();
  };
  const Status stopped = run_restore_job(rig_.context, *id, nullptr, stop);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kCancelled);
  EXPECT_EQ(job(*id).status, "WAIT_TENANT_RESTORE_FINISH");
  EXPECT_EQ(tenant("shop2")->role, "RESTORE");
  rig_.context.at_state = [](const std::string&) {};
  const std::string log = rig_.archive_dir + "/piece_d1002r1p1/logstream_1002/log/1.obarc";
  fs::rename(log, rig_.base + "/away");
  const Status failed = run(*id);
  ASSERT_FALSE(failed);
  EXPECT_EQ(job(*id).status, "RESTORE_FAIL");
  EXPECT_FALSE(job(*id).comment.empty());
  EXPECT_FALSE(tenant("shop2"));
  fs::rename(rig_.base + "/away", log);
  auto next = asked("shop2", Rig::scn(at(80)));
  next.restore.directory = job(*id).directory;
  auto second = submit_restore(rig_.context, next);
  ASSERT_TRUE(second) << second.error().message();
  ASSERT_TRUE(run(*second));
  EXPECT_EQ(job(*second).status, "RESTORE_SUCCESS");
}

/// A standby whose files somebody removed: its rows go by its name, which is free again.
TEST_F(TenantRestore, DiscardedItsRowsAreGoneAndItsNameIsFree) {
  auto id = submit_restore(rig_.context, asked("shop2", Rig::scn(at(80))));
  ASSERT_TRUE(id) << id.error().message();
  ASSERT_TRUE(run(*id));
  const uint64_t tenant_id = tenant("shop2")->tenant_id;
  const std::string directory = job(*id).directory;
  EXPECT_EQ(*standby_in(rig_.context, directory + "/"), "shop2");
  EXPECT_EQ(*standby_in(rig_.context, rig_.base), "");
  auto engine = Engine::create(rig_.context);
  ASSERT_TRUE(engine) << engine.error().message();
  ASSERT_TRUE(discard_standby(**engine, "shop2", true));
  EXPECT_TRUE(tenant("shop2")) << "a dry run";
  fs::remove_all(directory);
  const auto gone = standby::read_standby(rig_.context, tenant_id);
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message().find("tenant discard --tenant shop2"), std::string::npos) << gone.error().message();
  const auto done = discard_standby(**engine, "shop2", false);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_FALSE(tenant("shop2"));
  ASSERT_TRUE(catalog_->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto source, catalog::find_log_source(tx, tenant_id));
    SEABED_TRY(const auto status, catalog::list_log_restore_status(tx, tenant_id));
    SEABED_TRY(const auto streams, catalog::list_log_streams(tx, tenant_id));
    EXPECT_TRUE(!source && status.empty() && streams.empty());
    return ok();
  }));
  EXPECT_EQ(discard_standby(**engine, "shop2", false).error().code, Code::kNotFound);
  auto again = submit_restore(rig_.context, asked("shop2", Rig::scn(at(80))));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(discard_standby(**engine, "shop2", false).error().code, Code::kConflict) << "in role RESTORE";
  ASSERT_TRUE(run(*again));
  EXPECT_EQ(tenant("shop2")->role, "STANDBY");
}

TEST_F(TenantRestore, TheDataModeIsThatOfTheFiles) {
  auto id = submit_restore(rig_.context, asked("shop2", Rig::scn(at(80))));
  ASSERT_TRUE(id && run(*id));
  const auto mode = [&] {
    auto rows = catalog_->get<catalog::Table>([](Transaction& tx) {
      return catalog::select(tx, "SELECT RESTORE_DATA_MODE FROM DBA_OB_TENANTS WHERE TENANT_NAME = 'shop2'");
    });
    return rows ? rows->rows.at(0).at(0).value_or("") : rows.error().message();
  };
  const std::string directory = job(*id).directory;
  auto state = restore::read_state(directory);
  ASSERT_TRUE(state && *state);
  EXPECT_EQ(mode(), "NORMAL");
  (*state)->remote = true;
  ASSERT_TRUE(restore::write_state(directory, **state));
  quick::note_data_mode(rig_.context);
  EXPECT_EQ(mode(), "REMOTE");
  (*state)->remote = false;
  ASSERT_TRUE(restore::write_state(directory, **state));
  quick::note_data_mode(rig_.context, rig_.base);
  EXPECT_EQ(mode(), "REMOTE") << "another directory";
  quick::note_data_mode(rig_.context, directory);
  EXPECT_EQ(mode(), "NORMAL");
}

TEST_F(TenantRestore, ImpossibleTargetsAndUsedDirectoriesMakeNoRow) {
  EXPECT_FALSE(submit_restore(rig_.context, asked("shop2", Rig::scn(at(10)))));
  auto used = asked("shop2");
  used.restore.directory = rig_.base;
  EXPECT_FALSE(submit_restore(rig_.context, used));
  EXPECT_FALSE(tenant("shop2"));
}

TEST(TenantTransition, OnlyACancelTakesFilesAway) {
  using namespace restore;
  for (auto state : {ParentState::kCreateTenant, ParentState::kWaitTenant}) {
    const auto cancelled = on_event(state, ParentEvent::kCancelled),
               failed = on_event(state, ParentEvent::kTenantFailed);
    ASSERT_TRUE(cancelled && failed);
    EXPECT_EQ(cancelled->actions, (std::vector{ParentAction::kDiscardFiles, ParentAction::kDropTenant}));
    EXPECT_EQ(failed->actions, (std::vector{ParentAction::kDropTenant}));
  }
  for (auto event : {ParentEvent::kCancelled, ParentEvent::kTenantDone, ParentEvent::kResume})
    EXPECT_FALSE(on_event(ParentState::kSuccess, event));
}

TEST(FollowTransition, APrimaryIsNoStandbyAnyMore) {
  using namespace standby;
  for (int e = 0; e <= static_cast<int>(FollowEvent::kActivate); ++e)
    EXPECT_FALSE(on_event(FollowState::kPrimary, static_cast<FollowEvent>(e)));
  EXPECT_FALSE(on_event(FollowState::kSuspended, FollowEvent::kPulled));
  EXPECT_EQ(on_event(FollowState::kGap, FollowEvent::kRecover), FollowState::kFollowing);
}

PieceFacts piece(uint64_t round, uint64_t id, Scn start, Scn end) {
  PieceFacts p;
  p.key = {1001, round, id};
  p.frozen = true;
  p.descriptor.set_start_scn(start);
  p.descriptor.set_checkpoint_scn(end);
  return p;
}

TEST(SourceRun, EndsWhereTheArchiveWasInterrupted) {
  using standby::source_run;
  auto whole = source_run({piece(1, 1, 0, 100), piece(1, 2, 100, 200), piece(1, 3, 200, 250)},
                          paths::PieceKey{1001, 1, 2}, 150);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->end, 250u);
  EXPECT_EQ(whole->pieces.size(), 2u);
  EXPECT_TRUE(whole->stopped.empty());
  auto round = source_run({piece(1, 1, 0, 100), piece(2, 2, 120, 200)}, std::nullopt, 50);
  ASSERT_TRUE(round);
  EXPECT_EQ(round->end, 100u);
  EXPECT_FALSE(round->stopped.empty());
  auto gone = source_run({piece(1, 3, 200, 250)}, paths::PieceKey{1001, 1, 2}, 150);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::kGap);
}

}  // namespace
}  // namespace seabed::testing_restore
