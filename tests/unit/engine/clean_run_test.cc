// Cleanup on real media: what goes, what stays, and what speaks against it.

#include <gtest/gtest.h>

#include "core/catalog/backup_sets.h"
#include "core/catalog/delete_policies.h"
#include "core/catalog/destinations.h"
#include "core/media/reader_lease.h"
#include "core/media/tombstone.h"
#include "tests/unit/engine/backup_rig.h"
#include "tests/unit/engine/clean_rig.h"

namespace seabed::testing_clean {
namespace {

namespace fs = std::filesystem;
using clean::CleanRequest;
using Names = std::set<std::string>;
using Ids = std::set<uint64_t>;
constexpr int kDied = 42;
constexpr uint64_t kHour = 3600;

/// Full, incremental, full, incremental; pieces of 100 seconds. With a window of 250 s at second 1000 the
/// window begins at 750: set 3 is the clean point.
class CleanTest : public ::testing::Test {
 protected:
  using Session = CleanRig::Session;
  static constexpr uint64_t kTenant = CleanRig::kTenant, kData = CleanRig::kData,
                            kArchive = CleanRig::kArchive;

  /// Written once: each test begins with a copy of these media and this catalog.
  static CleanRig& shared() {
    static std::unique_ptr<CleanRig> rig;
    if (rig) return *rig;
    rig = std::make_unique<CleanRig>();
    rig->advance(120);
    rig->backup(true, 20);  // 1: 120-140
    rig->advance(310);
    rig->backup(false, 15);  // 2: 310-325
    rig->advance(520);
    rig->backup(true, 20);  // 3: 520-540
    rig->advance(760);
    rig->backup(false, 10);  // 4: 760-770
    rig->advance(1000);
    rig->set_policy("250s");
    fs::create_directory(rig->media.base + "/first");
    for (const auto& entry : fs::directory_iterator(rig->media.base))
      if (entry.path().filename() != "first")
        fs::copy(entry.path(), fs::path(rig->media.base) / "first" / entry.path().filename(),
                 fs::copy_options::recursive);
    return *rig;
  }
  void SetUp() override {
    for (const auto& entry : fs::directory_iterator(media.base))
      if (entry.path().filename() != "first") fs::remove_all(entry.path());
    fs::copy(media.base + "/first", media.base, fs::copy_options::recursive);
    clock.now = at(1000), boot_seconds = 0, tools.upload_age = std::chrono::hours(24);
  }
  void set_policy(const std::string& window) { rig.set_policy(window); }
  std::set<std::string> directories(const std::string& root) const { return rig.directories(root); }
  std::shared_ptr<ObjectStore> store(const std::string& dir) { return rig.store(dir); }

  CleanRig& rig = shared();
  testing_restore::Rig& media = rig.media;
  HandClock& clock = rig.clock;
  clean::CleanTools& tools = rig.tools;
  uint64_t& boot_seconds = rig.boot_seconds;

  void expect_clean() {
    EXPECT_EQ(directories(media.data_dir), (Names{"backup_set_3_full", "backup_set_4_inc"}));
    EXPECT_EQ(directories(media.archive_dir).count("piece_d1002r1p5"), 0u);
    EXPECT_EQ(directories(media.archive_dir).size(), 5u) << "pieces 6 to 10";
    for (const std::string& key : media.objects(media.data_dir))
      EXPECT_FALSE(key.starts_with("backup_sets/backup_set_1") || key.starts_with("backup_sets/backup_set_2"))
          << key;
    for (const std::string& key : media.objects(media.archive_dir))
      EXPECT_FALSE(key.starts_with("pieces/piece_d1002r1p1_")) << key;
    const auto gone = deleted_names(*store(media.data_dir), {});
    EXPECT_EQ(gone->sets, (Ids{1, 2}));
    EXPECT_EQ(deleted_names(*store(media.archive_dir), {})->pieces.size(), 5u);
  }
  void expect_restores(uint64_t second, uint64_t set) {
    auto request = media.request(media.scn(at(second)));
    const auto done = media.restore(request);
    ASSERT_TRUE(done) << second << ": " << done.error().message();
    for (uint64_t ls : {1001, 1002})
      EXPECT_EQ(media.staged(request.directory, ls), media.expected(set, ls, second)) << second;
    EXPECT_TRUE(done->warnings.empty()) << done->warnings.front();
  }
  std::unique_ptr<ReaderLease> lease(const std::string& dir, std::vector<std::string> directories) {
    ReaderLeaseFacts facts;
    facts.cluster_id = 2, facts.cluster_name = "beta", facts.tenant_name = "copy",
    facts.purpose = "quick tenant";
    facts.directories = std::move(directories);
    auto taken = ReaderLease::take(store(dir), facts, {}, clock, {});
    EXPECT_TRUE(taken) << taken.error().message();
    return std::move(*taken);
  }
};

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

TEST_F(CleanTest, AClockThatJumpsForwardByADayDeletesNothing) {
  boot_seconds = 5000;
  set_policy("1d");
  {
    Session session(rig);
    ASSERT_TRUE(session.clean()) << "marks both clocks";
    clock.now = at(1000 + 26 * kHour), boot_seconds += kHour;
    const auto done = session.clean();
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message().find("jumped forward by 1 d 1 h"), std::string::npos)
        << done.error().message();
    EXPECT_TRUE(session.sets_in("DELETED").empty());
    clock.now = at(1000 + 2 * kHour), boot_seconds += kHour;
    ASSERT_TRUE(session.clean()) << "it is right again";
    EXPECT_TRUE(session.sets_in("DELETED").empty());
  }
  clock.now = at(1000 + 27 * kHour), boot_seconds += kHour;
  Session session(rig);
  EXPECT_FALSE(session.clean()) << "another process sees it as well";
  ASSERT_TRUE(clean::accept_clock(session.context, tools.witness));
  ASSERT_TRUE(session.clean()) << "the operator says that it is right";
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{1, 2}));
}

TEST_F(CleanTest, AClockThatJumpsWhileAJobRunsStopsIt) {
  boot_seconds = 5000;
  Session session(rig);
  session.context.at_state = [&](const std::string& now) {
    if (now == "clean/DELETED") clock.now = at(1000 + 24 * kHour);
  };
  EXPECT_FALSE(session.clean());
  EXPECT_EQ(session.sets_in("DELETED"), (Ids{2}));
}

TEST_F(CleanTest, AClockThatJumpsBackByADayDeletesNothing) {
  set_policy("60s");
  Session session(rig);
  clock.now = at(1000) - 24 * kHour * 1'000'000'000;
  const auto done = session.clean();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("behind what is archived"), std::string::npos)
      << done.error().message();
  EXPECT_FALSE(session.turn());
  EXPECT_TRUE(session.sets_in("DELETED").empty());
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

// ---- by id ----

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
