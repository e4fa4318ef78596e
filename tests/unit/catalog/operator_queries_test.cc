// What rows the views have: two tenants with one of everything, and the queries that operators use (reference: views,
// section 10).
#include <map>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/delete_jobs.h"
#include "core/catalog/delete_policies.h"
#include "core/catalog/destinations.h"
#include "core/catalog/events.h"
#include "core/catalog/ls_progress.h"
#include "core/catalog/restore_jobs.h"
#include "core/catalog/rounds.h"
#include "core/catalog/standbys.h"
#include "core/catalog/table_jobs.h"
#include "core/catalog/tenants.h"
#include "core/catalog/views.h"
#include "tests/unit/catalog/scratch_catalog.h"

namespace seabed::test {
namespace {

using namespace catalog;

class OperatorQueries : public ScratchCatalog {
 protected:
  static constexpr uint64_t kShop = 1002, kEast = 1004;
  uint64_t now_scn = 0;

  void SetUp() override {
    ScratchCatalog::SetUp();
    open();
    now_scn = static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
    must([&](Transaction& tx) -> Status {
      SEABED_TRY(auto shop, ensure_tenant(tx, "shop", "mysql", "Asia/Shanghai"));
      SEABED_TRY(auto east, ensure_tenant(tx, "east", "oracle", "UTC"));
      EXPECT_EQ(shop.tenant_id, kShop);
      EXPECT_EQ(east.tenant_id, kEast);
      SEABED_CHECK(fill_archive(tx, kShop, 1001, now_scn - 3'000'000'000));
      SEABED_CHECK(fill_archive(tx, kEast, 2001, now_scn - 900'000'000'000));
      for (uint64_t t : {kShop, kEast}) {
        SEABED_CHECK(fill_backup(tx, t));
        SEABED_CHECK(fill_clean(tx, t));
        SEABED_CHECK(fill_restore(tx, t));
        SEABED_CHECK(fill_tables(tx, t));
      }
      SEABED_CHECK(put_log_restore_status(tx, kShop, {{kShop, 1001, "00ff", 77, "CHECK USER OR PASSWORD", 9047, "the key is refused"}}));
      EventRow event{.module = "backup", .event = "verify_BROKEN"};
      event.facts = {{"object", "set 1"}};
      return record_event(tx, event);
    });
  }

  Status fill_archive(Transaction& tx, uint64_t t, uint64_t dest, uint64_t checkpoint) {
    for (auto kind : {DestinationKind::kArchive, DestinationKind::kData}) {
      DestinationRow row{.dest_id = kind == DestinationKind::kArchive ? dest : dest + 1, .tenant_id = t, .kind = kind};
      row.identity = row.path = row.uri = "file:///" + std::to_string(row.dest_id);
      row.check_file = std::to_string(t) + "_connect_file_x.obbak", row.last_check_us = checkpoint / 1000;
      SEABED_CHECK(insert_destination(tx, row));
    }
    SEABED_CHECK(insert_round(tx, {.tenant_id = t, .dest_id = dest, .round_id = 1, .status = "STOP",
                                   .checkpoint_scn = checkpoint - 2'000'000'000'000}));
    SEABED_CHECK(insert_round(tx, {.tenant_id = t, .dest_id = dest, .round_id = 2, .status = "DOING",
                                   .start_scn = checkpoint - 1'000'000'000'000, .checkpoint_scn = checkpoint}));
    PieceRow piece{.tenant_id = t, .dest_id = dest, .round_id = 2, .piece_id = 1};
    piece.start_scn = checkpoint - 1'000'000'000'000, piece.checkpoint_scn = checkpoint;
    SEABED_CHECK(insert_piece(tx, piece));
    LsProgressRow ls{t, dest, 2, 1, 1001};
    ls.checkpoint_scn = checkpoint;
    return put_ls_progress(tx, ls);
  }

  static Status fill_backup(Transaction& tx, uint64_t t) {
    for (const char* status : {"COMPLETED", "FAILED", "DOING"}) {
      BackupJobRow job{.tenant_id = t, .status = status};
      job.start_us = 1'700'000'000'000'000 + static_cast<uint64_t>(*status) * 1'000'000;  // FAILED is the last that ended
      if (job.status == "FAILED") job.result = -9082, job.comment = "no space left";
      SEABED_TRY(const uint64_t id, insert_backup_job(tx, job));
      SetTaskRow task{.tenant_id = t, .job_id = id, .status = job.status == "DOING" ? "BACKUP_DATA_MAJOR" : status};
      task.macro_block_count = 200, task.finish_macro_block_count = 51;
      task.log_file_count = 4, task.finish_log_file_count = 1;
      SEABED_TRY(const uint64_t task_id, insert_set_task(tx, task));
      EXPECT_GT(task_id, 0u);
    }
    BackupSetRow set{.tenant_id = t, .backup_set_id = 1, .status = "SUCCESS", .file_status = "AVAILABLE"};
    set.min_restore_scn = 1'700'000'000'000'000'000;
    return insert_backup_set(tx, set);
  }

  static Status fill_clean(Transaction& tx, uint64_t t) {
    SEABED_CHECK(add_delete_policy(tx, {t, "default", "7d"}));
    for (const char* status : {"COMPLETED", "DOING"}) {
      SEABED_TRY(const uint64_t id, insert_delete_job(tx, {.tenant_id = t, .parameter = "default", .status = status,
                                                           .task_count = 3, .success_task_count = 1}));
      SEABED_TRY(const uint64_t task, insert_delete_task(tx, {.tenant_id = t, .job_id = id, .id = 7, .dest_id = 1002,
                                                              .status = status, .total_bytes = 100, .delete_bytes = 40}));
      EXPECT_GT(task, 0u);
    }
    return ok();
  }

  static Status fill_restore(Transaction& tx, uint64_t t) {
    for (const char* status : {"RESTORE_SUCCESS", "RESTORE_WAIT_LS"}) {
      RestoreJobRow row{.tenant_id = t, .restore_tenant_name = "copy" + std::to_string(t), .status = status};
      row.total_bytes = 1000, row.finish_bytes = 250;
      row.recover_start_scn = 1'000'000'000, row.recover_scn = 1'500'000'000, row.restore_scn = 2'000'000'000;
      SEABED_TRY(const uint64_t id, insert_restore_job(tx, row));
      EXPECT_GT(id, 0u);
    }
    return put_log_source(tx, {.tenant_id = t, .value = "LOCATION=file:///x"});
  }

  static Status fill_tables(Transaction& tx, uint64_t t) {
    for (const bool over : {true, false}) {
      SEABED_TRY(const uint64_t job, insert_recover_table(tx, {.tenant_id = t, .status = over ? "COMPLETED" : "IMPORTING",
                                                               .aux_tenant_name = "AUX_RECOVER$1", .table_list = "`a`.`b`"}));
      SEABED_TRY(const uint64_t import, insert_import_job(tx, {.tenant_id = t, .initiator_job_id = job,
                                                               .status = over ? "IMPORT_FINISH" : "IMPORT_TABLE",
                                                               .total_table_count = 2, .failed_table_count = 1}));
      for (const char* result : {"SUCCESS", "FAIL"})
        SEABED_CHECK(insert_import_task(tx, {.tenant_id = t, .job_id = import, .src_database = "a", .src_table = result,
                                             .status = over ? "FINISH" : "DOING", .result = over ? result : "",
                                             .comment = "c"}));
    }
    return ok();
  }

  Table run(const std::string& sql, SelectScope scope = {}) {
    auto table = catalog_->get<Table>([&](auto& tx) { return select(tx, sql, scope); });
    EXPECT_TRUE(table) << sql << ": " << table.error().message();
    return table ? *table : Table{};
  }
  /// Rows with ',' between cells and '\n' between rows.
  std::string text(const std::string& sql, SelectScope scope = {}) {
    std::string out;
    for (const auto& row : run(sql, scope).rows) {
      for (size_t i = 0; i < row.size(); ++i) out += (i ? "," : out.empty() ? "" : "\n") + row[i].value_or("NULL");
    }
    return out;
  }
};

TEST_F(OperatorQueries, EachTenantSeesItsOwnRowsOfEveryView) {
  for (const View& view : all_views()) {
    if (!view.name.starts_with("CDB_") || view.name == "CDB_OB_ACCESS_POINT") continue;
    const std::string pair = view.name.substr(4);
    for (const uint64_t tenant : {kShop, kEast}) {
      const std::string mine = text("SELECT count(*) FROM CDB_" + pair + " WHERE TENANT_ID = " + std::to_string(tenant));
      EXPECT_NE(mine, "0") << view.name << " has no row of tenant " << tenant << " in this test";
      EXPECT_EQ(text("SELECT count(*) FROM DBA_" + pair, {tenant}), mine) << pair << " of tenant " << tenant;
    }
    EXPECT_EQ(text("SELECT count(*) FROM DBA_" + pair), "0") << "sys sees its own in DBA_" << pair;
  }
}

TEST_F(OperatorQueries, IsTheArchiveHealthy) {
  EXPECT_EQ(text("SELECT STATUS, SYNCHRONIZED FROM V$OB_ARCHIVE_DEST_STATUS ORDER BY TENANT_ID"), "DOING,YES\nDOING,NO");
  EXPECT_EQ(text("SELECT SYNCHRONIZED FROM V$OB_ARCHIVE_DEST_STATUS", {kEast}), "NO");
  const std::string late =
      "SELECT STATUS, TIMESTAMPDIFF(SECOND, CHECKPOINT_SCN_DISPLAY, NOW()) <= 60 FROM DBA_OB_ARCHIVELOG r WHERE "
      "ROUND_ID = (SELECT max(ROUND_ID) FROM DBA_OB_ARCHIVELOG)";
  EXPECT_EQ(text(late, {kShop}), "DOING,1") << "both are the local time of Shanghai";
  EXPECT_EQ(text(late, {kEast}), "DOING,0");
  EXPECT_EQ(text("SELECT timestampdiff(minute, CHECKPOINT_SCN_DISPLAY, now()) FROM DBA_OB_ARCHIVELOG WHERE ROUND_ID = 2",
                 {kEast}), "15");
  EXPECT_EQ(text("SELECT TENANT_ID, (now_us() - CHECKPOINT_SCN / 1000) / 60000000 FROM CDB_OB_ARCHIVELOG WHERE "
                 "STATUS = 'DOING' ORDER BY 1"), "1002,0\n1004,15") << "sys: over time zones";
}

TEST_F(OperatorQueries, TimestampdiffIsMySqls) {
  EXPECT_EQ(text("SELECT timestampdiff(DAY, '2023-01-11 00:00:00', '2023-01-13 23:59:59')"), "2");
  EXPECT_EQ(text("SELECT timestampdiff(HOUR, '2023-01-11 12:00:00', '2023-01-11 09:30:00')"), "-2");
  EXPECT_EQ(text("SELECT timestampdiff('microsecond', '2023-01-11 12:00:00.000001', '2023-01-11 12:00:00.000003')"), "2");
  EXPECT_EQ(text("SELECT timestampdiff(SECOND, NULL, now()) IS NULL, timestampdiff(SECOND, 'x', now()) IS NULL"), "1,1");
  const auto wrong = catalog_->get<Table>([&](auto& tx) { return select(tx, "SELECT timestampdiff(ERA, now(), now())", {}); });
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message().find("MICROSECOND"), std::string::npos) << wrong.error().message();
}

TEST_F(OperatorQueries, WhyWasItInterrupted) {
  must([](Transaction& tx) -> Status {
    SEABED_TRY(auto round, find_round(tx, kShop, 1001, 2));
    round->status = "INTERRUPTED", round->comment = "log stream 1001: log 17 is missing";
    return update_round(tx, *round, "DOING");
  });
  EXPECT_EQ(text("SELECT r.COMMENT, p.LS_ID, p.STATUS FROM DBA_OB_ARCHIVELOG r JOIN DBA_OB_LS_LOG_ARCHIVE_PROGRESS p "
                 "USING (ROUND_ID) WHERE r.STATUS = 'INTERRUPTED'", {kShop}),
            "log stream 1001: log 17 is missing,1001,INTERRUPTED") << "the stream's row follows the round's";
  EXPECT_EQ(text("SELECT STATUS, SYNCHRONIZED, COMMENT FROM V$OB_ARCHIVE_DEST_STATUS", {kShop}),
            "INTERRUPTED,NO,log stream 1001: log 17 is missing");
}

TEST_F(OperatorQueries, WhichTimeCanBeRestoredTo) {
  EXPECT_EQ(text("SELECT s.BACKUP_SET_ID, s.MIN_RESTORE_SCN < p.CHECKPOINT_SCN FROM DBA_OB_BACKUP_SET_FILES s, "
                 "DBA_OB_ARCHIVELOG_PIECE_FILES p WHERE s.STATUS = 'SUCCESS' AND s.FILE_STATUS = 'AVAILABLE'", {kShop}), "1,1");
}

TEST_F(OperatorQueries, HowFarIsTheBackupAndHowDidTheLastOneEnd) {
  EXPECT_EQ(text("SELECT STATUS, DATA_PROGRESS, LOG_PROGRESS FROM DBA_OB_BACKUP_TASKS", {kShop}),
            "BACKUP_DATA_MAJOR,25.5,25.0");
  EXPECT_EQ(text("SELECT STATUS, RESULT, COMMENT FROM DBA_OB_BACKUP_JOB_HISTORY ORDER BY START_TIMESTAMP DESC LIMIT 1",
                 {kShop}), "FAILED,-9082,no space left");
}

TEST_F(OperatorQueries, HowFarIsTheRestore) {
  EXPECT_EQ(text("SELECT STATUS, RESTORE_PROGRESS, RECOVER_PROGRESS FROM DBA_OB_RESTORE_PROGRESS", {kShop}),
            "RESTORE_WAIT_LS,25.0,50.0");
  EXPECT_EQ(text("SELECT STATUS, RESTORE_TENANT_NAME FROM DBA_OB_RESTORE_HISTORY", {kShop}), "SUCCESS,copy1002");
}

TEST_F(OperatorQueries, HowFarIsTheStandby) {
  for (const char* view : {"V$OB_LS_LOG_RESTORE_STATUS", "GV$OB_LS_LOG_RESTORE_STATUS"}) {
    const std::string sql = std::string("SELECT LS_ID, SYNC_LSN, SYNC_SCN, SYNC_STATUS, ERR_CODE, COMMENT FROM ") + view;
    EXPECT_EQ(text(sql, {kShop}), "1001,00ff,77,CHECK USER OR PASSWORD,9047,the key is refused");
    EXPECT_EQ(text(sql, {kEast}), "");
  }
}

TEST_F(OperatorQueries, EventsAreForSys) {
  EXPECT_EQ(text("SELECT MODULE, EVENT, NAME1, VALUE1 FROM DBA_OB_CLUSTER_EVENT_HISTORY"), "backup,verify_BROKEN,object,set 1");
  EXPECT_EQ(text("SELECT count(*) FROM DBA_OB_CLUSTER_EVENT_HISTORY", {kShop}), "0");
}

TEST_F(OperatorQueries, WhichTablesFailed) {
  EXPECT_EQ(text("SELECT SRC_DATABASE, SRC_TABLE, COMMENT FROM DBA_OB_IMPORT_TABLE_TASK_HISTORY WHERE RESULT <> 'SUCCESS'",
                 {kShop}), "a,FAIL,c");
}

TEST_F(OperatorQueries, LiveCleanup) {
  EXPECT_EQ(text("SELECT TYPE, PARAMETER, STATUS, TASK_COUNT, SUCCESS_TASK_COUNT FROM DBA_OB_BACKUP_DELETE_JOBS", {kShop}),
            "DELETE OBSOLETE BACKUP,default,DOING,3,1");
  EXPECT_EQ(text("SELECT TASK_TYPE, ID, STATUS, TOTAL_BYTES, DELETE_BYTES FROM DBA_OB_BACKUP_DELETE_TASKS", {kShop}),
            "BACKUP SET,7,DOING,100,40");
  EXPECT_EQ(text("SELECT STATUS FROM DBA_OB_BACKUP_DELETE_JOB_HISTORY", {kShop}), "COMPLETED");
  EXPECT_EQ(text("SELECT STATUS FROM DBA_OB_BACKUP_DELETE_TASK_HISTORY", {kShop}), "COMPLETED");
  EXPECT_EQ(text("SELECT POLICY_NAME, RECOVERY_WINDOW FROM DBA_OB_BACKUP_DELETE_POLICY", {kShop}), "default,7d");
}

TEST_F(OperatorQueries, LiveTableRestores) {
  EXPECT_EQ(text("SELECT STATUS, AUX_TENANT_NAME, TABLE_LIST FROM DBA_OB_RECOVER_TABLE_JOBS", {kShop}),
            "IMPORTING,AUX_RECOVER$1,`a`.`b`");
  EXPECT_EQ(text("SELECT STATUS, TOTAL_TABLE_COUNT, FAILED_TABLE_COUNT FROM DBA_OB_IMPORT_TABLE_JOBS", {kShop}),
            "IMPORT_TABLE,2,1");
  EXPECT_EQ(text("SELECT DISTINCT STATUS, RESULT FROM DBA_OB_IMPORT_TABLE_TASKS", {kShop}), "DOING,");
  EXPECT_EQ(text("SELECT STATUS FROM DBA_OB_RECOVER_TABLE_JOB_HISTORY", {kShop}), "COMPLETED");
}

TEST_F(OperatorQueries, DestinationsAndTheirProbes) {
  EXPECT_EQ(text("SELECT DEST_TYPE, PATH, CHECK_FILE_NAME FROM DBA_OB_BACKUP_STORAGE_INFO ORDER BY 1", {kShop}),
            "archive,file:///1001,1002_connect_file_x.obbak\ndata,file:///1002,1002_connect_file_x.obbak");
  EXPECT_EQ(text("SELECT NAME, VALUE FROM DBA_OB_BACKUP_PARAMETER", {kShop}), "data_backup_dest,file:///1002");
  EXPECT_EQ(text("SELECT TYPE, VALUE FROM DBA_OB_LOG_RESTORE_SOURCE", {kShop}), "LOCATION,LOCATION=file:///x");
}

TEST_F(OperatorQueries, TheDataVersionIsTheClusters) {
  EXPECT_EQ(text("SELECT count(DISTINCT VALUE), count(*) FROM GV$OB_PARAMETERS WHERE NAME = 'compatible'"), "1,3");
  EXPECT_EQ(text("SELECT count(*) FROM GV$OB_PARAMETERS p JOIN DBA_OB_TENANTS t USING (TENANT_ID) WHERE "
                 "p.NAME = 'compatible' AND p.VALUE = t.COMPATIBLE"), "3");
}

}  // namespace
}  // namespace seabed::test
