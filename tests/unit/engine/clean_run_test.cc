// Cleanup on real media: what goes and what stays, kills at every state, cancels, the hourly turn.

#include <gtest/gtest.h>

#include "core/catalog/delete_policies.h"
#include "core/catalog/events.h"
#include "core/engine/clean/hourly.h"
#include "core/engine/clean/stale_uploads.h"
#include "core/engine/clean/trim_catalog.h"
#include "tests/unit/engine/backup_rig.h"
#include "tests/unit/engine/clean_fixture.h"

namespace seabed::testing_clean {
namespace {

using clean::CleanRequest;
constexpr int kDied = 42;

TEST_F(CleanTest, WhatIsOldGoesAndTheRestRestores) {
  {
    Session session(rig);
    const auto job = session.submit();
    ASSERT_TRUE(job) << job.error().message();
    const auto done = session.run(*job);
    ASSERT_TRUE(done) << done.error().message();
    const auto row = session.job(*job);
    EXPECT_EQ(row.status, "COMPLETED");
    EXPECT_EQ(row.task_count, 7u);
    EXPECT_EQ(row.success_task_count, 7u);
    EXPECT_NE(row.parameter.find("default"), std::string::npos);
    EXPECT_NE(row.end_us, 0u);
    EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2}));
    EXPECT_EQ(session.pieces_in("DELETED"), (Ids{1, 2, 3, 4, 5}));
    const auto tasks = session.tasks(*job);
    ASSERT_EQ(tasks.size(), 7u);
    EXPECT_EQ(tasks[0].id, 2u) << "children before their parents";
    EXPECT_EQ(tasks[1].id, 1u);
    EXPECT_EQ(tasks[2].id, 1u) << "the oldest piece first";
    for (const auto& task : tasks) {
      EXPECT_EQ(task.status, "COMPLETED");
      EXPECT_GT(task.delete_files_count, 0u);
      EXPECT_EQ(task.delete_files_count, task.total_files_count);
      EXPECT_EQ(task.total_ls_count, 3u);
      EXPECT_EQ(task.finish_ls_count, 3u);
    }
    const auto round = **session.catalog->get<std::optional<catalog::RoundRow>>(
        [&](Transaction& tx) { return catalog::find_round(tx, kTenant, kArchive, 1); });
    EXPECT_EQ(round.deleted_input_bytes, 500u);
    EXPECT_EQ(round.deleted_output_bytes, 550u);
    EXPECT_EQ(session.progress.back().done_items, 7u);
  }
  expect_clean();
  expect_restores(750, 3);
  expect_restores(1000, 4);
  const auto window = compute_window(media.context, media.source());
  ASSERT_TRUE(window) << window.error().message();
  EXPECT_EQ(window->ranges.front().from, at(540));
  Session session(rig);
  ASSERT_TRUE(session.clean()) << "and nothing more goes";
  EXPECT_EQ(session.sets_in("DELETED").size(), 2u);
}

TEST_F(CleanTest, ACancelDuringTheHourlyLookEndsTheJobThatWaitsForIt) {
  Session session(rig);
  std::atomic<bool> looking = true;
  Background background;
  ASSERT_TRUE(background.submit(clean::clean_key(kTenant), [&](const CancelToken& cancel) {
    while (looking) cancel.wait_for(std::chrono::milliseconds(2));   // a medium that answers late
    return ok();
  }));
  const auto job = session.submit();
  ASSERT_TRUE(job) << job.error().message();
  const auto cancelled = clean::cancel_running(session.context, background, kTenant);
  ASSERT_TRUE(cancelled && *cancelled == *job);
  EXPECT_EQ(session.job(*job).status, "CANCELING");
  looking = false;
  const auto until = after(std::chrono::seconds(20));
  while (session.job(*job).status == "CANCELING" && std::chrono::steady_clock::now() < until)
    session.cancel.wait_for(std::chrono::milliseconds(2));
  EXPECT_EQ(session.job(*job).status, "CANCELED");
  EXPECT_TRUE(session.submit()) << "and the next one may begin";
}

TEST_F(CleanTest, OldEventsGo) {
  Session session(rig);
  session.transact([](Transaction& tx) -> Status {
    for (size_t i = 0; i < clean::kEventsKept + 7; ++i)
      SEABED_CHECK(catalog::record_event(tx, {i + 1, "test", "noise", {}, {}}));
    return ok();
  });
  ASSERT_TRUE(clean::trim_catalog(session.context));
  const auto left = session.catalog->get<std::vector<catalog::EventRow>>(
      [](Transaction& tx) { return catalog::list_events(tx, "", "", 20'000); });
  ASSERT_TRUE(left);
  EXPECT_EQ(left->size(), clean::kEventsKept);
  EXPECT_GE(left->back().event_us, 8u) << "the oldest went";
}

TEST_F(CleanTest, VerifyMissesNothingThatWasDeleted) {
  { ASSERT_TRUE(Session(rig).clean()); }
  const auto report = verify_media(media.context, media.source(), false, {}, media.cancel);
  ASSERT_TRUE(report) << report.error().message();
  for (const auto& finding : report->findings)
    EXPECT_FALSE(finding.error) << finding.object << " " << finding.reason;
  EXPECT_EQ(report->good_sets, (std::vector<uint64_t>{3, 4}));
}

class CleanKillTest : public CleanTest, public ::testing::WithParamInterface<std::pair<const char*, int>> {};

TEST_P(CleanKillTest, TheNextProcessGoesOn) {
  const auto [state, times] = GetParam();
  const int died = testing_backup::in_child([&, state = std::string(state), times = times] {
    Session session(rig);
    int seen = 0;
    session.context.at_state = [&](const std::string& now) {
      if (now == state && ++seen == times) _exit(kDied);
    };
    (void)session.clean();
  });
  ASSERT_EQ(died, kDied);
  expect_restores(760, 3);
  {
    Session session(rig);
    const auto jobs = *session.catalog->get<std::vector<catalog::DeleteJobRow>>(
        [&](Transaction& tx) { return catalog::list_delete_jobs(tx, kTenant); });
    ASSERT_EQ(jobs.size(), 1u);
    const auto done = session.run(jobs[0].job_id);
    EXPECT_TRUE(done) << done.error().message();
    EXPECT_EQ(session.job(jobs[0].job_id).status, "COMPLETED");
    EXPECT_EQ(session.job(jobs[0].job_id).success_task_count, 7u);
    EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2}));
    EXPECT_EQ(session.pieces_in("DELETED"), (Ids{1, 2, 3, 4, 5}));
  }
  expect_clean();
  expect_restores(1000, 4);
}

INSTANTIATE_TEST_SUITE_P(States, CleanKillTest,
                         ::testing::Values(std::pair("clean/INIT", 1), std::pair("clean/DOING", 1),
                                           std::pair("clean/DELETING", 1), std::pair("clean/DELETING", 4),
                                           std::pair("clean/tombstone", 1), std::pair("clean/tombstone", 5),
                                           std::pair("clean/batch", 1), std::pair("clean/objects", 2),
                                           std::pair("clean/DELETED", 3), std::pair("clean/COMPLETED", 1)),
                         [](const auto& info) {
                           std::string name =
                               std::string(info.param.first).substr(6) + std::to_string(info.param.second);
                           return name;
                         });

TEST_F(CleanTest, ACancelledOneLeavesDeletingAndTheNextGoesOn) {
  Session session(rig);
  session.context.at_state = [&](const std::string& now) {
    if (now == "clean/tombstone") EXPECT_TRUE(clean::cancel_clean(session.context, kTenant));
  };
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kCancelled);
  EXPECT_EQ(session.job(1).status, "CANCELED");
  EXPECT_EQ(session.tasks(1)[0].status, "CANCELED");
  EXPECT_EQ(session.sets_in("DELETING"), (Ids{2}));
  EXPECT_EQ(directories(media.data_dir).count("backup_set_2_inc"), 1u) << "no object of it went";
  session.context.at_state = [](const std::string&) {};
  EXPECT_EQ(clean::cancel_clean(session.context, kTenant).error().ob_error, 9053);
  ASSERT_TRUE(session.clean());
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2}));
  expect_clean();
}

TEST_F(CleanTest, ACancelThatNobodyRanEndsAtTheNextStart) {
  const int died = testing_backup::in_child([&] {
    Session session(rig);
    session.context.at_state = [&](const std::string& now) {
      if (now == "clean/DELETING") (void)clean::cancel_clean(session.context, kTenant);
      if (now == "clean/CANCELING") _exit(kDied);
    };
    (void)session.clean();
  });
  ASSERT_EQ(died, kDied);
  Session session(rig);
  EXPECT_EQ(session.job(1).status, "CANCELING");
  EXPECT_EQ(session.submit().error().ob_error, 9044);
  EXPECT_FALSE(session.run(1));
  EXPECT_EQ(session.job(1).status, "CANCELED");
  ASSERT_TRUE(session.clean());
}

TEST_F(CleanTest, OnlyOneAtATime) {
  Session session(rig);
  ASSERT_TRUE(session.submit());
  const auto second = session.submit();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().ob_error, 9044);
  EXPECT_EQ(session.submit({.what = CleanRequest::What::kSets, .ids = {1}}).error().ob_error, 9044);
}

TEST_F(CleanTest, AStoppedProcessLeavesTheJobAsItIs) {
  Session session(rig);
  const auto job = session.submit();
  session.context.at_state = [&](const std::string& now) {
    if (now == "clean/DELETED") session.cancel.cancel();
  };
  EXPECT_FALSE(session.run(*job));
  EXPECT_EQ(session.job(*job).status, "DOING");
}

TEST_F(CleanTest, AWindowOfZeroDeletesNothing) {
  for (const char* window : {"", "0", "0d"}) {
    set_policy(window);
    Session session(rig);
    ASSERT_TRUE(session.turn());
    EXPECT_TRUE(session.sets_in("DELETED").empty());
    EXPECT_TRUE(session.catalog
                    ->get<std::vector<catalog::DeleteJobRow>>(
                        [&](Transaction& tx) { return catalog::list_delete_jobs(tx, kTenant); })
                    ->empty());
  }
}

TEST_F(CleanTest, TheHourlyTurnDoesWhatThereIsToDo) {
  Session session(rig);
  ASSERT_TRUE(session.turn());
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2}));
  ASSERT_TRUE(session.turn());
  EXPECT_EQ(session.job(2).job_id, 0u) << "no job when nothing is to be done";
}

TEST_F(CleanTest, AFailedSetGoesWhenItIsOld) {
  Session session(rig);
  session.change_set(2, [](auto& row) { row.status = "FAILED", row.file_status = "BROKEN"; });
  session.change_set(4, [](auto& row) { row.status = "FAILED", row.file_status = "BROKEN"; });
  ASSERT_TRUE(session.clean());
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2})) << "4 is inside the window";
}

TEST_F(CleanTest, StaleUploadsAreAborted) {
  auto data = store(media.data_dir);
  if (!data->capabilities().list_uploads) GTEST_SKIP() << "the medium lists no uploads";
  const auto upload = data->begin_upload("backup_set_7_full/x", {});
  ASSERT_TRUE(upload);
  const uint64_t started = data->list_uploads("", {})->at(0).started_ns;
  tools.upload_age = std::chrono::milliseconds(1);
  clock.now = std::max<uint64_t>(clock.now, started + 1'000'000'000);
  set_policy("36500d");
  boot_seconds = 100;
  Session session(rig);
  ASSERT_TRUE(session.turn());
  EXPECT_TRUE(data->list_uploads("", {})->empty());
}

TEST_F(CleanTest, AnUploadOfASetThatIsBeingWrittenIsNeverStale) {
  auto data = store(media.data_dir);
  if (!data->capabilities().list_uploads) GTEST_SKIP() << "the medium lists no uploads";
  ASSERT_TRUE(data->begin_upload("backup_set_7_full/x", {}));
  const Scn later = data->list_uploads("", {})->at(0).started_ns + 3'600'000'000'000;
  catalog::BackupSetRow row;
  row.backup_set_id = 7, row.status = "DOING";
  clean::Stock stock;
  stock.sets = {row};
  const auto abort = [&](std::chrono::milliseconds age) { return *clean::abort_stale_uploads(*data, stock, later, age, {}); };
  EXPECT_EQ(abort(std::chrono::minutes(30)), 0u) << "it is being written";
  stock.sets[0].status = "FAILED";
  EXPECT_EQ(abort(std::chrono::minutes(90)), 0u) << "it is young";
  EXPECT_EQ(abort(std::chrono::minutes(30)), 1u);
  EXPECT_TRUE(data->list_uploads("", {})->empty());
}

}  // namespace
}  // namespace seabed::testing_clean
