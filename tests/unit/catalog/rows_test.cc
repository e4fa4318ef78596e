// Every row comes back as it went in, and guarded updates that lost the race say so.
#include <fstream>
#include <sstream>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/destinations.h"
#include "core/catalog/holes.h"
#include "core/catalog/ls_progress.h"
#include "core/catalog/restore_jobs.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "tests/unit/catalog/scratch_catalog.h"

namespace seabed::test {
namespace {

using namespace catalog;

class RowsTest : public ScratchCatalog {
 protected:
  void SetUp() override {
    ScratchCatalog::SetUp();
    open();
  }
};

TEST_F(RowsTest, TenantIdsRiseByTwoAndNamesAreKept) {
  must([](Transaction& tx) -> Status {
    SEABED_TRY(auto a, ensure_tenant(tx, "a", "mysql", "UTC"));
    SEABED_TRY(auto b, ensure_tenant(tx, "b", "oracle", "Asia/Shanghai"));
    SEABED_TRY(auto again, ensure_tenant(tx, "a", "mysql", "UTC"));
    EXPECT_EQ(a.tenant_id, 1002u);
    EXPECT_EQ(b.tenant_id, 1004u);
    EXPECT_EQ(again.tenant_id, 1002u);
    return ok();
  });
  Error changed = error_of([](Transaction& tx) -> Status {
    SEABED_TRY(auto a, ensure_tenant(tx, "a", "oracle", "UTC"));
    return ok();
  });
  EXPECT_EQ(changed.code, Code::kConflict);
}

TEST_F(RowsTest, LogModeTwiceIsTheReferencesError) {
  must([](Transaction& tx) -> Status {
    SEABED_TRY(auto a, ensure_tenant(tx, "a", "mysql", "UTC"));
    return set_log_mode(tx, a.tenant_id, "ARCHIVELOG");
  });
  EXPECT_EQ(error_of([](Transaction& tx) { return set_log_mode(tx, 1002, "ARCHIVELOG"); }).ob_error, 9091);
  EXPECT_EQ(error_of([](Transaction& tx) { return set_log_mode(tx, 1002, "ARCHIVELOG"); }).object, "tenant a");
  must([](Transaction& tx) { return set_log_mode(tx, 1002, "NOARCHIVELOG"); });
  EXPECT_EQ(error_of([](Transaction& tx) { return set_log_mode(tx, 1002, "NOARCHIVELOG"); }).ob_error, 9092);
}

DestinationRow destination(uint64_t id, uint64_t tenant, DestinationKind kind, const std::string& where) {
  DestinationRow row;
  row.dest_id = id, row.tenant_id = tenant, row.kind = kind;
  row.identity = "s3://" + where, row.path = "s3://" + where;
  row.uri = "s3://" + where + "?access_id=me&access_key=VERY-SECRET-KEY";
  return row;
}

TEST_F(RowsTest, SecretsAreReadBackButNeverInTheFile) {
  must([](Transaction& tx) {
    return insert_destination(tx, destination(1001, 1002, DestinationKind::kData, "b/d"));
  });
  must([](Transaction& tx) -> Status {
    SEABED_TRY(auto row, current_destination(tx, 1002, DestinationKind::kData));
    EXPECT_TRUE(row && row->uri.find("VERY-SECRET-KEY") != std::string::npos);
    return ok();
  });
  catalog_.reset();
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(path() + suffix);
    std::stringstream bytes;
    bytes << file.rdbuf();
    EXPECT_EQ(bytes.str().find("VERY-SECRET-KEY"), std::string::npos) << suffix;
  }
}

TEST_F(RowsTest, NewDestinationLeavesTheOldAsHistoryAndPathsAreExclusive) {
  must([](Transaction& tx) {
    return insert_destination(tx, destination(1001, 1002, DestinationKind::kData, "b/1"));
  });
  must([](Transaction& tx) {
    return insert_destination(tx, destination(1002, 1002, DestinationKind::kData, "b/2"));
  });
  must([](Transaction& tx) -> Status {
    SEABED_TRY(auto rows, list_destinations(tx, 1002));
    EXPECT_EQ(rows.size(), 2u);
    EXPECT_FALSE(rows[0].current);
    EXPECT_TRUE(rows[1].current);
    return ok();
  });
  auto taken = [&](uint64_t tenant, DestinationKind kind) {
    return error_of(
        [&](Transaction& tx) { return insert_destination(tx, destination(1009, tenant, kind, "b/1")); });
  };
  EXPECT_EQ(taken(1004, DestinationKind::kData).ob_error, 9066);
  EXPECT_EQ(taken(1002, DestinationKind::kArchive).ob_error, 9066);
}

TEST_F(RowsTest, RoundUpdateIsGuardedAndNeverGoesBack) {
  RoundRow row{
      .tenant_id = 1002, .dest_id = 1001, .round_id = 1, .status = "BEGINNING", .checkpoint_scn = 100};
  must([&](Transaction& tx) { return insert_round(tx, row); });
  row.status = "DOING";
  must([&](Transaction& tx) { return update_round(tx, row, "BEGINNING"); });
  EXPECT_EQ(error_of([&](Transaction& tx) { return update_round(tx, row, "BEGINNING"); }).code,
            Code::kConflict);
  row.checkpoint_scn = 99;
  EXPECT_EQ(error_of([&](Transaction& tx) { return update_round(tx, row, "DOING"); }).code, Code::kInternal);
  EXPECT_EQ(error_of([&](Transaction& tx) { return insert_round(tx, row); }).code, Code::kAlreadyExists);
}

TEST_F(RowsTest, ProgressKeepsBytesAndFencesOlderWriters) {
  LsProgressRow row{.tenant_id = 1002, .dest_id = 1001, .round_id = 1, .piece_id = 1, .ls_id = 1001};
  row.max_lsn = Lsn{std::string("\x00\xff'?:\n", 6)};
  row.resume.bytes = std::string(1000, '\0') + "end";
  row.epoch = 5;
  must([&](Transaction& tx) { return put_ls_progress(tx, row); });
  must([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto got, list_ls_progress(tx, 1002, 1001, 1));
    EXPECT_TRUE(got.size() == 1 && got[0].max_lsn == row.max_lsn && got[0].resume == row.resume);
    return ok();
  });
  row.epoch = 4, row.piece_id = 2;
  EXPECT_EQ(error_of([&](Transaction& tx) { return put_ls_progress(tx, row); }).code, Code::kFenced);
}

TEST_F(RowsTest, StampOfAPositionIsTheLastBeforeIt) {
  for (char at : {'a', 'c', 'e'}) {
    StampRow row{.tenant_id = 1002, .dest_id = 1001, .round_id = 1, .ls_id = 1001};
    row.lsn.bytes = std::string(1, at), row.scn_lo = at;
    row.scn_hi = at;
    must([&](Transaction& tx) { return put_stamp(tx, row); });
  }
  auto stamp = [&](const std::string& at) {
    auto got = catalog_->get<std::optional<StampRow>>(
        [&](auto& tx) { return find_stamp(tx, 1002, 1001, 1, 1001, Lsn{at}); });
    return got && *got ? (*got)->scn_lo : 0;
  };
  EXPECT_EQ(stamp("d"), uint64_t('c'));
  EXPECT_EQ(stamp("c"), uint64_t('c'));
  EXPECT_EQ(stamp("A"), 0u);
}

TEST_F(RowsTest, WhatNobodyNeedsIsTrimmed) {
  const RoundRow open{.tenant_id = 1002, .dest_id = 1001, .round_id = 2, .status = "DOING"};
  RoundRow ended = open;
  ended.round_id = 1, ended.status = "STOP";
  must([&](Transaction& tx) { return insert_round(tx, open); });
  must([&](Transaction& tx) { return insert_round(tx, ended); });
  for (uint64_t round : {1, 2})
    for (uint64_t piece : {1, 2, 3}) {
      PieceRow row{.tenant_id = 1002, .dest_id = 1001, .round_id = round, .piece_id = piece, .status = "FROZEN"};
      row.file_status = piece == 2 ? "AVAILABLE" : "DELETED";
      StampRow stamp{.tenant_id = 1002, .dest_id = 1001, .round_id = round, .ls_id = 1001, .piece_id = piece};
      stamp.lsn.bytes = std::string(1, char('a' + piece));
      LsProgressRow progress{.tenant_id = 1002, .dest_id = 1001, .round_id = round, .piece_id = piece, .ls_id = 1001};
      must([&](Transaction& tx) { return insert_piece(tx, row); });
      must([&](Transaction& tx) { return put_stamp(tx, stamp); });
      must([&](Transaction& tx) { return put_ls_progress(tx, progress); });
    }
  must([](Transaction& tx) { return trim_progress(tx); });
  must([](Transaction& tx) -> Status {
    for (uint64_t round : {1, 2}) {
      SEABED_TRY(const auto progress, list_ls_progress(tx, 1002, 1001, round));
      EXPECT_EQ(progress.size(), 2u) << "of the deleted pieces the newest stays";
      for (const auto& row : progress) EXPECT_NE(row.piece_id, 1u);
      SEABED_TRY(const auto stamp, find_stamp(tx, 1002, 1001, round, 1001, Lsn{"z"}));
      EXPECT_EQ(stamp ? stamp->piece_id : 0, round == 1 ? 0u : 2u) << round;
      SEABED_TRY(const auto first, find_stamp(tx, 1002, 1001, round, 1001, Lsn{"b"}));
      EXPECT_FALSE(first) << "its piece is deleted";
    }
    return ok();
  });
}

TEST_F(RowsTest, OlderAttemptOfATaskIsDropped) {
  LsTaskRow row{.tenant_id = 1002, .task_id = 7, .ls_id = 1001, .data_type = "major", .status = "DOING"};
  must([&](Transaction& tx) { return put_ls_task(tx, row); });
  LsTaskRow newer = row;
  newer.retry = 1;
  must([&](Transaction& tx) { return put_ls_task(tx, newer); });
  row.status = "FINISH";
  EXPECT_EQ(error_of([&](Transaction& tx) { return update_ls_task(tx, row, 1, 0, "DOING"); }).code,
            Code::kConflict);
  newer.status = "FINISH";
  must([&](Transaction& tx) { return update_ls_task(tx, newer, 1, 1, "DOING"); });
}

TEST_F(RowsTest, JobsAreFoundWhileUnfinishedAndCancelledOnce) {
  uint64_t id = 0;
  must([&](Transaction& tx) -> Status {
    SEABED_TRY(id, insert_backup_job(tx, {.tenant_id = 1002}));
    SEABED_TRY(auto open_jobs, unfinished_backup_jobs(tx, 1002));
    EXPECT_EQ(open_jobs.size(), 1u);
    return request_backup_cancel(tx, id);
  });
  EXPECT_EQ(error_of([&](Transaction& tx) { return request_backup_cancel(tx, id); }).ob_error, 9049);
}

TEST_F(RowsTest, SetIdsPassWhatTheMediumHas) {
  must([](Transaction& tx) -> Status {
    EXPECT_EQ(*next_backup_set_id(tx, 1002), 1u);
    EXPECT_EQ(*next_backup_set_id(tx, 1002, 7), 8u);
    EXPECT_EQ(*next_backup_set_id(tx, 1002), 9u);
    EXPECT_EQ(*next_backup_set_id(tx, 1004), 1u);
    return ok();
  });
}

TEST_F(RowsTest, HoleIsPutOnce) {
  HoleRow row{.tenant_id = 1002, .dest_id = 1001, .round_id = 1, .ls_id = 1001, .scn_lo = 5};
  row.detail.bytes = "x";
  must([&](Transaction& tx) { return put_hole(tx, row); });
  row.detail.bytes = "y";
  must([&](Transaction& tx) { return put_hole(tx, row); });
  auto rows = catalog_->get<std::vector<HoleRow>>([](auto& tx) { return list_holes(tx, 1002, "OPEN"); });
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].detail.bytes, "x");
}

}  // namespace
}  // namespace seabed::test
