// The OceanBase views: names and columns of the reference, rows of the tables, nothing else accepted.
#include <algorithm>
#include <fstream>
#include <map>
#include <regex>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/destinations.h"
#include "core/catalog/restore_jobs.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "core/catalog/views.h"
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
  Table run(const std::string& sql, SelectScope scope = {}) {
    auto table = catalog_->get<Table>([&](auto& tx) { return select(tx, sql, scope); });
    EXPECT_TRUE(table) << sql << ": " << table.error().message();
    return table ? *table : Table{};
  }
  std::string one(const std::string& sql, SelectScope scope = {}) {
    Table table = run(sql, scope);
    if (table.rows.empty() || !table.rows[0][0]) return "(none)";
    return *table.rows[0][0];
  }
};

TEST_F(ViewsTest, EveryViewHasTheColumnsOfThePageInItsOrder) {
  std::ifstream page(SEABED_SOURCE_DIR "/docs/views.md");
  std::map<std::string, std::string> told;
  for (std::string line; std::getline(page, line);) {
    std::smatch row;
    if (std::regex_match(line, row, std::regex(R"(\| `([A-Z_$]+)` \| ([A-Z0-9_, ]+) \|.*)"))) told[row[1]] = row[2];
  }
  for (const View& view : all_views()) {
    std::string columns;
    for (const std::string& name : run("SELECT * FROM " + view.name).columns)
      columns += (columns.empty() ? "" : ", ") + name;
    EXPECT_EQ(told[view.name], columns) << "| `" << view.name << "` | " << columns << " |";
    told.erase(view.name);
    EXPECT_FALSE(one("SELECT count(*) FROM " + view.name).empty());
    run("SELECT 1 FROM " + view.name + " a JOIN " + view.name + " b");
  }
  for (const auto& [name, columns] : told) ADD_FAILURE() << "docs/views.md tells of " << name << ", which is no view";
}

TEST_F(ViewsTest, EveryViewOfThePageNamesATestThatIsThere) {
  std::string tests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SEABED_SOURCE_DIR "/tests/unit"))
    if (entry.path().extension() == ".cc") {
      std::ifstream in(entry.path());
      tests.append(std::istreambuf_iterator<char>(in), {});
    }
  std::ifstream page(SEABED_SOURCE_DIR "/docs/views.md");
  size_t named = 0;
  for (std::string line; std::getline(page, line);) {
    std::smatch row;
    if (!std::regex_match(line, row, std::regex(R"(\| `([A-Z_$]+)` \| [A-Z0-9_, ]+ \| `(\w+)\.(\w+)` \|)"))) continue;
    ++named;
    EXPECT_NE(tests.find("(" + row[2].str() + ", " + row[3].str() + ")"), tests.npos) << row[1] << ": " << row[0];
  }
  EXPECT_EQ(named, all_views().size()) << "a view without a test";
}

TEST_F(ViewsTest, EveryPairDiffersByTheTenantOnly) {
  size_t pairs = 0;
  for (const View& view : all_views()) {
    if (!view.name.starts_with("CDB_")) continue;
    auto cdb = run("SELECT * FROM " + view.name).columns;
    auto dba = run("SELECT * FROM DBA_" + view.name.substr(4)).columns;
    ASSERT_FALSE(cdb.empty()) << view.name;
    EXPECT_EQ(cdb[0], "TENANT_ID");
    cdb.erase(cdb.begin());
    EXPECT_EQ(cdb, dba) << view.name;
    ++pairs;
  }
  EXPECT_EQ(pairs, 28u);
}

TEST_F(ViewsTest, DisplayIsLocalTimeOfTheTenant) {
  EXPECT_EQ(one("SELECT START_SCN_DISPLAY FROM DBA_OB_ARCHIVELOG", {1002}), "2023-01-11 19:30:49.123456");
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
  EXPECT_EQ(one("SELECT BACKUP_SET_ID FROM DBA_OB_BACKUP_SET_FILES", {1002}), "1");
}

TEST_F(ViewsTest, ATenantSeesItselfAndSysItsParents) {
  must([](Transaction& tx) -> Status {
    SEABED_TRY(auto t, ensure_tenant(tx, "other", "oracle", "UTC"));
    return insert_round(tx, {.tenant_id = t.tenant_id, .dest_id = 1003, .round_id = 1, .status = "STOP"});
  });
  EXPECT_EQ(one("SELECT group_concat(STATUS) FROM DBA_OB_ARCHIVELOG", {1002}), "DOING");
  EXPECT_EQ(one("SELECT group_concat(STATUS) FROM DBA_OB_ARCHIVELOG", {1004}), "STOP");
  EXPECT_EQ(one("SELECT count(*) FROM DBA_OB_ARCHIVELOG"), "0");
  EXPECT_EQ(one("SELECT count(*) FROM DBA_OB_RESTORE_PROGRESS"), "1");
  EXPECT_EQ(one("SELECT count(*) FROM DBA_OB_RESTORE_PROGRESS", {1002}), "0");
  EXPECT_EQ(one("SELECT group_concat(TENANT_NAME) FROM DBA_OB_TENANTS", {1004}), "other");
  EXPECT_EQ(one("SELECT count(DISTINCT TENANT_ID) FROM GV$OB_PARAMETERS", {1004}), "1");
  EXPECT_EQ(one("SELECT count(*) FROM DBA_OB_TENANTS"), "3");
}

TEST_F(ViewsTest, SchemaPrefixesAndAnySelectWork) {
  EXPECT_EQ(one("SELECT oceanbase.CDB_OB_ARCHIVELOG.STATUS FROM oceanbase . CDB_OB_ARCHIVELOG"), "DOING");
  EXPECT_EQ(one("select status from \"SYS\".dba_ob_archivelog;", {1002}), "DOING");
  EXPECT_EQ(one("SELECT 'oceanbase.CDB_OB_ARCHIVELOG'"), "oceanbase.CDB_OB_ARCHIVELOG");
  EXPECT_EQ(one("WITH r AS (SELECT * FROM CDB_OB_ARCHIVELOG) SELECT count(*) FROM r -- a; comment"), "1");
  EXPECT_EQ(one("SELECT r.ROUND_ID || '/' || max(p.PIECE_ID) FROM CDB_OB_ARCHIVELOG r LEFT JOIN "
                "CDB_OB_ARCHIVELOG_PIECE_FILES p USING (TENANT_ID, ROUND_ID) WHERE r.ROUND_ID IN (SELECT 1 UNION "
                "SELECT 2) GROUP BY r.ROUND_ID HAVING count(*) = 1"), "1/1");
}

struct Hostile {
  const char *sql, *word;
};
TEST_F(ViewsTest, HostileSelectsAreRefusedByWord) {
  const Hostile cases[] = {
      {"DELETE FROM rounds", "DELETE"}, {"SELECT 1; DELETE FROM rounds", "DELETE"},
      {"PRAGMA query_only=0", "PRAGMA"}, {"", "SQL"}, {"ATTACH '/etc/passwd' AS x", "ATTACH"},
      {"WITH x AS (SELECT 1) DELETE FROM rounds", "rounds"}, {"SELECT sealed_uri FROM destinations", "destinations"},
      {"SELECT count(*) FROM destinations", "destinations"}, {"SELECT * FROM main.destinations", "destinations"},
      {"SELECT * FROM sqlite_master", "sqlite_master"}, {"SELECT * FROM pragma_table_info('rounds')", ""},
      {"SELECT load_extension('/tmp/x.so')", "load_extension"}, {"SELECT zeroblob(1000000000)", "zeroblob"},
      {"SELECT printf('%1000000d', 1)", "printf"}, {"SELECT ?", "?"}, {"SELECT :a", ":"},
      {"WITH CDB_OB_ARCHIVELOG AS (SELECT * FROM destinations) SELECT * FROM CDB_OB_ARCHIVELOG", "CDB_OB_ARCHIVELOG"},
      {"WITH 'dba_ob_archivelog' AS NOT MATERIALIZED (SELECT * FROM destinations) SELECT * FROM dba_ob_archivelog",
       "DBA_OB_ARCHIVELOG"},
      {"WITH \"DBA_OB_ARCHIVELOG\"\xEF\xBB\xBF" "AS (SELECT * FROM destinations) SELECT * FROM \"DBA_OB_ARCHIVELOG\"",
       "DBA_OB_ARCHIVELOG"},
      {"WITH \"DBA_OB_ARCHIVELOG\"(a) AS (SELECT sealed_uri FROM destinations) SELECT 1", "DBA_OB_ARCHIVELOG"},
      {"SELECT (SELECT sealed_uri FROM destinations) FROM CDB_OB_ARCHIVELOG", "destinations"},
      {"SELECT x.a FROM (SELECT sealed_uri AS a FROM destinations) AS CDB_OB_ARCHIVELOG JOIN (SELECT 1) x", ""},
      {"SELECT * FROM CDB_OB_BACKUP_ARCHIVELOG", "CDB_OB_BACKUP_ARCHIVELOG"},
      {"SELECT * FROM oceanbase.CDB_OB_NOTHING", "CDB_OB_NOTHING"}, {"SELECT NOPE FROM CDB_OB_ARCHIVELOG", "NOPE"},
      {"SELECT 1 FRM x y", ""}, {"SELECT 'open", "'open"}, {"SELECT /* open", "/* open"}};
  for (const Hostile& c : cases) {
    auto table = catalog_->get<Table>([&](auto& tx) { return select(tx, c.sql); });
    ASSERT_FALSE(table) << c.sql;
    EXPECT_TRUE(table.error().code == Code::kInvalidArgument || table.error().code == Code::kPermissionDenied)
        << c.sql << ": " << table.error().message();
    EXPECT_NE(table.error().object.find(c.word), std::string::npos) << c.sql << ": " << table.error().message();
  }
  must([](Transaction& tx) -> Status {   // the guard is gone with its SELECT
    SEABED_TRY(auto rounds, list_rounds(tx, 1002));
    EXPECT_EQ(rounds.size(), 1u);
    return ok();
  });
}

TEST_F(ViewsTest, CdbViewsAreForSys) {
  for (const char* sql : {"SELECT * FROM CDB_OB_ARCHIVELOG", "SELECT * FROM 'cdb_ob_archivelog'",
                          "WITH d AS (SELECT * FROM \"CDB_OB_ARCHIVELOG\") SELECT count(*) FROM d"}) {
    auto table = catalog_->get<Table>([&](auto& tx) { return select(tx, sql, {1002}); });
    ASSERT_FALSE(table) << sql;
    EXPECT_EQ(table.error().code, Code::kPermissionDenied) << sql;
  }
}

TEST_F(ViewsTest, BombsEndInTime) {
  const char* endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT ";
  auto run_small = [&](const std::string& what) {
    return catalog_->get<Table>(
        [&](auto& tx) { return select(tx, endless + what, {}, {.time_ms = 200, .rows = 100, .bytes = 100'000}); });
  };
  EXPECT_NE(run_small("count(*) FROM n").error().message().find("200 ms"), std::string::npos);
  EXPECT_NE(run_small("i FROM n").error().message().find("100 rows"), std::string::npos);
  EXPECT_FALSE(run_small("replace(hex(i), '3', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') || i || group_concat(i) FROM n"));
  EXPECT_EQ(one("SELECT count(*) FROM CDB_OB_ARCHIVELOG"), "1");
}

}  // namespace
}  // namespace seabed::test
