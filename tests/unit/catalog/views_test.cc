// The OceanBase views: names and columns of the reference, rows of the tables, nothing else accepted.
#include <algorithm>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/destinations.h"
#include "core/catalog/restore_jobs.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "tests/unit/catalog/scratch_catalog.h"

namespace seabed::test {
namespace {

using namespace catalog;

class ViewsTest : public ScratchCatalog {
 protected:
  void SetUp() override {
    ScratchCatalog::SetUp();
    open();
    must([](Transaction& tx) -> Status {
      SEABED_TRY(auto t, ensure_tenant(tx, "shop", "mysql", "Asia/Shanghai"));
      SEABED_CHECK(insert_round(tx, {.tenant_id = t.tenant_id,
                                     .dest_id = 1001,
                                     .round_id = 1,
                                     .status = "DOING",
                                     .start_scn = 1673436649123456789ull,
                                     .checkpoint_scn = 1673436649123456789ull}));
      SEABED_CHECK(
          insert_piece(tx, {.tenant_id = t.tenant_id, .dest_id = 1001, .round_id = 1, .piece_id = 1}));
      DestinationRow dest;
      dest.dest_id = 1001, dest.tenant_id = t.tenant_id, dest.kind = DestinationKind::kArchive;
      dest.identity = dest.path = dest.uri = "file:///a";
      SEABED_CHECK(insert_destination(tx, dest));
      SEABED_CHECK(insert_backup_set(tx, {.tenant_id = t.tenant_id, .backup_set_id = 1}));
      SEABED_CHECK(insert_backup_job(tx, {.tenant_id = t.tenant_id, .status = "COMPLETED"}));
      SEABED_CHECK(insert_backup_job(tx, {.tenant_id = t.tenant_id, .status = "DOING"}));
      SEABED_CHECK(insert_restore_job(tx, {.tenant_id = 1, .restore_tenant_name = "shop2"}));
      return ok();
    });
  }
  Table run(const std::string& sql) {
    auto table = catalog_->get<Table>([&](auto& tx) { return select(tx, sql); });
    EXPECT_TRUE(table) << sql << ": " << table.error().message();
    return table ? *table : Table{};
  }
  std::string one(const std::string& sql) {
    Table table = run(sql);
    if (table.rows.empty() || !table.rows[0][0]) return "(none)";
    return *table.rows[0][0];
  }
};

TEST_F(ViewsTest, EveryPairDiffersByTheTenantOnly) {
  for (const char* name :
       {"OB_ARCHIVE_DEST", "OB_ARCHIVELOG", "OB_ARCHIVELOG_PIECE_FILES", "OB_LS_LOG_ARCHIVE_PROGRESS",
        "OB_BACKUP_PARAMETER", "OB_BACKUP_JOBS", "OB_BACKUP_JOB_HISTORY", "OB_BACKUP_TASKS",
        "OB_BACKUP_SET_FILES", "OB_RESTORE_PROGRESS", "OB_RESTORE_HISTORY"}) {
    auto cdb = run(std::string("SELECT * FROM CDB_") + name).columns;
    auto dba = run(std::string("SELECT * FROM DBA_") + name).columns;
    ASSERT_FALSE(cdb.empty()) << name;
    EXPECT_EQ(cdb[0], "TENANT_ID");
    cdb.erase(cdb.begin());
    EXPECT_EQ(cdb, dba) << name;
  }
}

TEST_F(ViewsTest, DisplayIsLocalTimeOfTheTenant) {
  EXPECT_EQ(one("SELECT START_SCN_DISPLAY FROM DBA_OB_ARCHIVELOG"), "2023-01-11 19:30:49.123456");
  EXPECT_EQ(one("SELECT START_SCN FROM CDB_OB_ARCHIVELOG WHERE TENANT_ID = 1002"), "1673436649123456789");
}

TEST_F(ViewsTest, ArchiveDestHasOneRowAnAttribute) {
  EXPECT_EQ(run("SELECT * FROM CDB_OB_ARCHIVE_DEST").rows.size(), 5u);
  EXPECT_EQ(one("SELECT VALUE FROM CDB_OB_ARCHIVE_DEST WHERE NAME = 'piece_switch_interval'"), "1d");
  EXPECT_EQ(one("SELECT VALUE FROM CDB_OB_ARCHIVE_DEST WHERE NAME = 'dest_id'"), "1001");
}

TEST_F(ViewsTest, FinishedJobsAreHistoryOnly) {
  EXPECT_EQ(one("SELECT count(*) FROM CDB_OB_BACKUP_JOBS"), "1");
  EXPECT_EQ(one("SELECT STATUS FROM CDB_OB_BACKUP_JOB_HISTORY"), "COMPLETED");
  EXPECT_EQ(one("SELECT RESTORE_TENANT_NAME FROM CDB_OB_RESTORE_PROGRESS"), "shop2");
  EXPECT_EQ(one("SELECT BACKUP_SET_ID FROM DBA_OB_BACKUP_SET_FILES"), "1");
}

TEST_F(ViewsTest, OnlyReadingStatementsAreAccepted) {
  for (const char* sql : {"DELETE FROM rounds", "SELECT 1; DELETE FROM rounds", "PRAGMA query_only=0", "",
                          "WITH x AS (SELECT 1) DELETE FROM rounds"}) {
    auto table = catalog_->get<Table>([&](auto& tx) { return select(tx, sql); });
    ASSERT_FALSE(table) << sql;
    EXPECT_EQ(table.error().code, Code::kInvalidArgument) << sql;
  }
  EXPECT_EQ(one("SELECT count(*) FROM rounds"), "1");
}

}  // namespace
}  // namespace seabed::test
