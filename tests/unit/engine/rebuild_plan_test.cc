// What a rebuild writes, from what a catalog knows and what media say: pure.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/engine/rebuild/plan.h"

namespace seabed::rebuild {
namespace {

using catalog::DestinationKind;
using catalog::PieceRow;
using catalog::RoundRow;

KnownRows lost() {
  KnownRows known;
  known.tenant.tenant_id = 1002, known.tenant.name = "t";
  return known;
}

DestinationLook archive_look(uint64_t dest = 1001) {
  DestinationLook look;
  look.format.tenant_id = 1002, look.format.dest_id = dest, look.format.use = DestinationUse::kArchive;
  look.destination.dest_id = dest, look.destination.tenant_id = 1002;
  look.destination.kind = DestinationKind::kArchive;
  look.destination.identity = look.destination.path = look.destination.uri = "file:///a" + std::to_string(dest);
  look.destination.current = false;
  return look;
}

RoundRow round_row(uint64_t id, const std::string& status, uint64_t dest = 1001) {
  RoundRow row;
  row.tenant_id = 1002, row.dest_id = dest, row.round_id = id, row.status = status;
  row.start_scn = 1000 * id, row.base_piece_id = row.used_piece_id = id;
  row.piece_switch_interval_us = 7;
  return row;
}

PieceRow piece_row(uint64_t round, uint64_t piece, const std::string& status) {
  PieceRow row;
  row.tenant_id = 1002, row.dest_id = 1001, row.round_id = round, row.piece_id = piece, row.status = status;
  row.start_scn = 1000 * piece, row.checkpoint_scn = 1000 * piece + 500;
  row.file_status = "AVAILABLE";
  return row;
}

DestinationLook data_look() {
  DestinationLook look = archive_look(1002);
  look.format.use = DestinationUse::kData;
  look.destination.kind = DestinationKind::kData;
  return look;
}

catalog::BackupSetRow set_row(uint64_t id, const std::string& status) {
  catalog::BackupSetRow row;
  row.tenant_id = 1002, row.backup_set_id = id, row.dest_id = 1002, row.status = status;
  row.file_status = status == "SUCCESS" ? "AVAILABLE" : "BROKEN";
  return row;
}

Plan plan_of(const KnownRows& known, const std::vector<DestinationLook>& looks, const PlanOptions& options = {.asked = true}) {
  auto plan = make_plan(known, looks, options);
  EXPECT_TRUE(plan) << plan.error().message();
  return plan ? *plan : Plan{};
}

/// The catalog as it is after the plan.
KnownRows after(KnownRows known, const Plan& plan) {
  for (const auto& row : plan.new_destinations) known.destinations.push_back(row);
  auto put = [](auto& rows, const auto& row, auto same) {
    std::erase_if(rows, same);
    rows.push_back(row);
  };
  for (const auto& r : plan.rounds)
    put(known.rounds, r, [&](auto& o) { return o.round_id == r.round_id && o.dest_id == r.dest_id; });
  for (const auto& p : plan.pieces) put(known.pieces, p, [&](auto& o) { return o.piece_id == p.piece_id; });
  for (const auto& s : plan.sets) put(known.sets, s, [&](auto& o) { return o.backup_set_id == s.backup_set_id; });
  if (!plan.log_mode.empty()) known.tenant.log_mode = plan.log_mode;
  return known;
}

TEST(RebuildPlan, ALostCatalogGetsEverythingAndTheOpenRoundIsClosed) {
  auto look = archive_look();
  look.rounds = {round_row(1, "STOP"), round_row(2, "")};
  look.pieces = {piece_row(1, 1, "FROZEN"), piece_row(2, 2, "ACTIVE")};
  const Plan plan = plan_of(lost(), {look});
  ASSERT_EQ(plan.rounds.size(), 2u);
  EXPECT_EQ(plan.rounds[0].status, "STOP");
  EXPECT_EQ(plan.rounds[1].status, "STOPPING");
  EXPECT_EQ(plan.pieces.size(), 2u);
  EXPECT_EQ(plan.log_mode, "ARCHIVELOG");
  ASSERT_EQ(plan.new_destinations.size(), 1u);
  EXPECT_TRUE(plan.new_destinations[0].current);
  EXPECT_EQ(plan.new_destinations[0].piece_switch_interval_us, 7u);
  EXPECT_EQ(plan.last_dest, 1001u);
}

TEST(RebuildPlan, ASecondRunChangesNothing) {
  auto look = archive_look();
  look.rounds = {round_row(1, "STOP"), round_row(2, "")};
  look.pieces = {piece_row(1, 1, "FROZEN"), piece_row(2, 2, "ACTIVE")};
  auto data = data_look();
  data.sets = {set_row(1, "SUCCESS"), set_row(2, "FAILED"), set_row(3, "DOING")};
  data.listed_sets = {1, 2, 3};
  const KnownRows then = after(lost(), plan_of(lost(), {look, data}));
  const Plan again = plan_of(then, {look, data});
  EXPECT_TRUE(again.changes.empty()) << again.changes.front();
  EXPECT_EQ(again.last_set, 3u);
}

TEST(RebuildPlan, AStoppedRoundLeavesTheLogModeAlone) {
  auto look = archive_look();
  look.rounds = {round_row(1, "STOP")};
  EXPECT_EQ(plan_of(lost(), {look}).log_mode, "");
}

TEST(RebuildPlan, ADestinationThatIsSetAgainStartsNoArchiving) {
  KnownRows known = lost();
  auto look = archive_look();
  known.destinations = {look.destination};
  look.rounds = {round_row(1, "")};
  EXPECT_EQ(plan_of(known, {look}, {}).log_mode, "");
  EXPECT_EQ(plan_of(known, {look}).log_mode, "ARCHIVELOG");
  look.rounds.push_back(round_row(2, ""));
  known.rounds = {round_row(1, "STOP")};   // an older copy: it was being archived since
  EXPECT_EQ(plan_of(known, {look}, {}).log_mode, "ARCHIVELOG");
}

TEST(RebuildPlan, TheDestinationThatGotFurthestIsTheCurrentOne) {
  auto old = archive_look(1001), young = archive_look(1003);
  old.rounds = {round_row(1, "STOP")};
  young.rounds = {round_row(2, "STOP", 1003)};
  const Plan plan = plan_of(lost(), {young, old});
  for (const auto& d : plan.new_destinations) EXPECT_EQ(d.current, d.dest_id == 1003) << d.dest_id;
}

TEST(RebuildPlan, AnOlderCatalogFollowsItsOwnRound) {
  KnownRows known = lost();
  known.tenant.log_mode = "ARCHIVELOG";
  auto look = archive_look();
  known.destinations = {look.destination};
  known.destinations[0].current = true;
  known.rounds = {round_row(1, "DOING")};
  known.pieces = {piece_row(1, 1, "ACTIVE")};
  look.rounds = {round_row(1, "")};
  look.rounds[0].used_piece_id = 3;
  look.pieces = {piece_row(1, 1, "FROZEN"), piece_row(1, 2, "FROZEN"), piece_row(1, 3, "ACTIVE")};
  const Plan plan = plan_of(known, {look});
  ASSERT_EQ(plan.rounds.size(), 1u);
  EXPECT_EQ(plan.rounds[0].status, "DOING");   // it goes on
  EXPECT_EQ(plan.rounds[0].used_piece_id, 3u);
  ASSERT_EQ(plan.pieces.size(), 3u);
  EXPECT_EQ(plan.pieces[0].status, "FROZEN");
  EXPECT_EQ(plan.pieces[2].status, "ACTIVE");
  EXPECT_TRUE(plan.log_mode.empty());
  EXPECT_TRUE(plan_of(after(known, plan), {look}).changes.empty());
}

TEST(RebuildPlan, ALaterRoundClosesTheOneThatTheCatalogThoughtLive) {
  KnownRows known = lost();
  auto look = archive_look();
  known.destinations = {look.destination};
  known.rounds = {round_row(1, "DOING")};
  look.rounds = {round_row(1, ""), round_row(2, "")};
  const Plan plan = plan_of(known, {look});
  const KnownRows then = after(known, plan);
  EXPECT_EQ(then.round(1001, 1)->status, "STOPPING");
  EXPECT_EQ(then.round(1001, 2)->status, "STOPPING");
}

TEST(RebuildPlan, AnEndOnTheMediumWins) {
  KnownRows known = lost();
  auto look = archive_look();
  known.destinations = {look.destination};
  for (const char* mine : {"DOING", "INTERRUPTED", "SUSPEND", "BEGINNING"}) {
    known.rounds = {round_row(1, mine)};
    look.rounds = {round_row(1, "STOP")};
    const Plan plan = plan_of(known, {look});
    ASSERT_EQ(plan.rounds.size(), 1u) << mine;
    EXPECT_EQ(plan.rounds[0].status, "STOP");
  }
}

TEST(RebuildPlan, ALiveRoundIsItsArchiversOwn) {
  KnownRows known = lost();
  auto look = archive_look();
  known.destinations = {look.destination};
  known.rounds = {round_row(1, "DOING")};
  known.pieces = {piece_row(1, 1, "ACTIVE")};
  look.rounds = {round_row(1, "")};
  look.rounds[0].used_piece_id = 2;
  look.pieces = {piece_row(1, 1, "FROZEN"), piece_row(1, 2, "ACTIVE")};
  EXPECT_TRUE(plan_of(known, {look}, {.live = paths::PieceKey{1001, 1, 0}}).changes.empty());
}

TEST(RebuildPlan, WhatHasATombstoneStaysDeleted) {
  auto look = archive_look();
  look.rounds = {round_row(1, "")};
  look.pieces = {piece_row(1, 2, "ACTIVE")};
  look.deleted = {{.piece = {1001, 1, 1}}};
  auto data = data_look();
  data.sets = {set_row(3, "SUCCESS")};
  data.deleted = {{.set = {7, true}}, {.set = {2, false}, .unfinished = true}};
  const Plan plan = plan_of(lost(), {look, data});
  const KnownRows then = after(lost(), plan);
  EXPECT_EQ(then.piece({1001, 1, 1})->file_status, "DELETED");
  EXPECT_EQ(then.set(7)->file_status, "DELETED");
  EXPECT_EQ(then.set(2)->file_status, "DELETING");
  EXPECT_EQ(then.set(2)->backup_type, "I");
  EXPECT_EQ(then.set(3)->file_status, "AVAILABLE");
  EXPECT_EQ(plan.last_set, 7u);   // its number is used
}

TEST(RebuildPlan, ATombstoneWinsOverAnOlderCatalog) {
  KnownRows known = lost();
  auto data = data_look();
  known.destinations = {data.destination};
  known.sets = {set_row(1, "SUCCESS")};
  data.deleted = {{.set = {1, true}}};
  EXPECT_EQ(after(known, plan_of(known, {data})).set(1)->file_status, "DELETED");
}

TEST(RebuildPlan, AJobWhoseSetEndedEndsToo) {
  KnownRows known = lost();
  auto data = data_look();
  known.destinations = {data.destination};
  known.sets = {set_row(4, "DOING")};
  catalog::BackupJobRow job;
  job.job_id = 9, job.backup_set_id = 4, job.status = "DOING";
  known.jobs = {job};
  catalog::SetTaskRow task;
  task.job_id = 9, task.status = "BACKUP_DATA_MAJOR";
  known.tasks = {task};
  data.sets = {set_row(4, "SUCCESS")};
  const Plan plan = plan_of(known, {data});
  ASSERT_EQ(plan.jobs.size(), 1u);
  EXPECT_EQ(plan.jobs[0].job_id, 9u);
  EXPECT_EQ(plan.sets[0].status, "SUCCESS");
  known.tasks[0].status = "COMPLETED";   // only its last step is left: the job repeats it
  EXPECT_TRUE(plan_of(known, {data}).sets.empty());
}

TEST(RebuildPlan, AnUnfinishedSetOfARunningJobGoesOnAndAnyOtherHasFailed) {
  KnownRows known = lost();
  auto data = data_look();
  known.destinations = {data.destination};
  catalog::BackupJobRow job;
  job.job_id = 9, job.backup_set_id = 4;
  known.jobs = {job};
  data.sets = {set_row(4, "DOING"), set_row(5, "DOING")};
  const Plan plan = plan_of(known, {data});
  ASSERT_EQ(plan.sets.size(), 1u);
  EXPECT_EQ(plan.sets[0].backup_set_id, 5u);
  EXPECT_EQ(plan.sets[0].status, "FAILED");
}

bool mentions(const std::vector<std::string>& lines, const std::string& word) {
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.find(word) != line.npos; });
}

TEST(RebuildPlan, TheNewestDecisionOfTheMediaCountsIfItIsNewerThanTheCatalogs) {
  auto archive = archive_look(), data = data_look();
  archive.decided = catalog::OperatorFacts{.version = 3, .scn = 50, .policies = {{"default", "7d"}}, .binding = "MANDATORY",
                                           .archive_state = "DEFER", .piece_switch_interval_us = 5, .used = {{"job", 9}, {"task", 4}}};
  data.decided = catalog::OperatorFacts{.version = 2, .scn = 60, .policies = {{"default", "1d"}}, .used = {{"job", 12}}};
  const Plan plan = plan_of(lost(), {archive, data});
  ASSERT_TRUE(plan.decided && plan.ids);
  EXPECT_EQ(plan.decided->policies.at(0).recovery_window, "7d");
  EXPECT_EQ(plan.ids->used.at("job"), 12u) << "the largest of all";
  EXPECT_EQ(plan.ids->used.at("task"), 4u);
  EXPECT_TRUE(mentions(plan.changes, "default (7d)"));
  KnownRows known = lost();
  known.decided = catalog::OperatorFacts{.version = 3, .used = {{"job", 12}, {"task", 4}}};
  const Plan again = plan_of(known, {archive, data});
  EXPECT_FALSE(again.decided);
  EXPECT_FALSE(again.ids);
}

TEST(RebuildPlan, DecisionsOfBeforeTheyWereCountedComeBackToAnEmptyCatalogOnly) {
  auto look = archive_look();
  look.decided = catalog::OperatorFacts{.policies = {{"default", "7d"}}, .binding = "OPTIONAL", .archive_state = "ENABLE"};
  EXPECT_TRUE(plan_of(lost(), {look}).decided);
  KnownRows known = lost();
  known.destinations = {look.destination};
  EXPECT_FALSE(plan_of(known, {look}).decided);
}

TEST(RebuildPlan, APolicyThatCannotBeKnownIsSaid) {
  EXPECT_TRUE(mentions(plan_of(lost(), {archive_look()}).problems, "delete policy"));
  auto look = archive_look();
  look.decided = catalog::OperatorFacts{.version = 1, .policies = {{"of a later version", "1s"}}};
  const Plan plan = plan_of(lost(), {look});
  EXPECT_TRUE(mentions(plan.problems, "of a later version"));
  EXPECT_TRUE(plan.decided->policies.empty()) << "nothing is deleted by a policy that nobody gave";
}

TEST(RebuildPlan, ACopyOfADestinationIsRefused) {
  KnownRows known = lost();
  auto look = archive_look();
  known.destinations = {look.destination};
  look.destination.identity = look.destination.path = "file:///copy";
  auto plan = make_plan(known, {look});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().ob_error, 9081);
  look = archive_look();
  look.destination.dest_id = 1009;   // another one lies at the path that is known
  EXPECT_FALSE(make_plan(known, {look}));
}

}  // namespace
}  // namespace seabed::rebuild
