// The statements' grammar: what is taken and as what, what is refused and where, and every sample cut at every byte.
#include <gtest/gtest.h>

#include "core/engine/statement/parse.h"

namespace seabed::statement {
namespace {

Statement one(const std::string& text) {
  auto all = parse_statements(text);
  EXPECT_TRUE(all) << text << ": " << all.error().message();
  if (!all || all->size() != 1) return Refused{"nothing"};
  return all->front();
}
Error refusal(const std::string& text) {
  auto all = parse_statements(text);
  EXPECT_FALSE(all) << text << " is taken as " << name_of(all->front());
  return all ? Error{} : all.error();
}
template <class T>
T as(const std::string& text) {
  Statement s = one(text);
  EXPECT_TRUE(std::holds_alternative<T>(s)) << text << " is " << name_of(s);
  return std::holds_alternative<T>(s) ? std::get<T>(s) : T{};
}
using Names = std::vector<std::string>;

TEST(Statement, ArchiveDest) {
  auto s = as<SetArchiveDest>(
      "alter system set log_archive_dest = 'PIECE_SWITCH_INTERVAL=2d  LOCATION=file:///a?x=1 BINDING=Mandatory' tenant shop;");
  EXPECT_EQ(s.location, "file:///a?x=1");
  EXPECT_EQ(s.binding, "Mandatory");
  EXPECT_EQ(s.piece_switch_interval, "2d");
  EXPECT_EQ(s.tenant.names, Names{"shop"});
  s = as<SetArchiveDest>("ALTER SYSTEM SET LOG_ARCHIVE_DEST='LOCATION=file:///a'");
  EXPECT_EQ(s.binding + s.piece_switch_interval, "Optional1d") << "not incremental: defaults";
  EXPECT_FALSE(s.tenant.given);
  EXPECT_EQ(as<SetArchiveDest>("ALTER SYSTEM SET LOG_ARCHIVE_DEST='' TENANT=t").location, "");
}

TEST(Statement, Destinations) {
  EXPECT_FALSE(as<SetArchiveState>("ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE='defer' TENANT=t").enable);
  EXPECT_TRUE(as<SetArchiveState>("ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE = ENABLE").enable);
  EXPECT_EQ(as<SetDataDest>("ALTER SYSTEM SET DATA_BACKUP_DEST = 'file:///it''s' TENANT = t").uri, "file:///it's");
}

TEST(Statement, Parameters) {
  auto s = as<SetParameter>("ALTER SYSTEM SET Archive_Lag_Target = '60s' TENANT = all_user");
  EXPECT_EQ(s.name + "=" + s.value, "archive_lag_target=60s");
  EXPECT_TRUE(s.tenants.all);
  EXPECT_EQ(as<SetParameter>("ALTER SYSTEM SET a = 10.5 TENANT = x, y").tenants.names, (Names{"x", "y"}));
  EXPECT_EQ(as<ShowParameters>("SHOW PARAMETERS LIKE 'a%' TENANT = t").like, "a%");
}

TEST(Statement, ArchiveLog) {
  EXPECT_FALSE(as<ArchiveLog>("ALTER SYSTEM NOARCHIVELOG").tenants.given);
  EXPECT_TRUE(as<ArchiveLog>("ALTER SYSTEM ARCHIVELOG TENANT = ALL").tenants.all);
  auto s = as<ArchiveLog>("ALTER SYSTEM ARCHIVELOG TENANT a, `all`, `b``c` DESCRIPTION = 'why; -- not'");
  EXPECT_TRUE(s.on);
  EXPECT_EQ(s.tenants.names, (Names{"a", "all", "b`c"}));
  EXPECT_EQ(s.description, "why; -- not");
}

TEST(Statement, Backup) {
  auto s = as<Backup>("ALTER SYSTEM BACKUP INCREMENTAL TENANT = a,b PLUS ARCHIVELOG DESCRIPTION 'd'");
  EXPECT_TRUE(s.incremental && s.plus_archivelog);
  EXPECT_EQ(s.tenants.names, (Names{"a", "b"}));
  EXPECT_FALSE(as<Backup>("ALTER /* now */ SYSTEM -- really\n BACKUP # so\n DATABASE").tenants.given);
  EXPECT_EQ(as<CancelBackup>("ALTER SYSTEM CANCEL BACKUP TENANT a").tenants.names, Names{"a"});
}

TEST(Statement, Restore) {
  auto s = as<Restore>(
      "ALTER SYSTEM RESTORE shop2 FROM 'file:///d, s3://b/a?host=h&access_key=k' UNTIL TIME='2026-11-23 10:00:00.5' "
      "WITH 'pool_list=p1,p2&Locality=F@z1&primary_zone=z1&concurrency=4&method=QUICK&directory=/srv/x' "
      "WITH KEY FROM 'file:///k' ENCRYPTED BY 'p''w' DESCRIPTION = 'why'");
  EXPECT_EQ(s.tenant, "shop2");
  EXPECT_EQ(s.from.uris, (Names{"file:///d", "s3://b/a?host=h&access_key=k"}));
  EXPECT_EQ(s.from.until.kind, Until::Kind::kTime);
  EXPECT_EQ(s.from.until.time, "2026-11-23 10:00:00.5");
  EXPECT_EQ(s.from.options, (std::map<std::string, std::string>{{"pool_list", "p1,p2"}, {"locality", "F@z1"},
                                                                {"primary_zone", "z1"}, {"concurrency", "4"},
                                                                {"method", "quick"}, {"directory", "/srv/x"}}));
  EXPECT_EQ(s.from.key_uri + " " + s.from.key_password, "file:///k p'w");
  EXPECT_EQ(s.from.description, "why");
  s = as<Restore>("alter system restore t from 'file:///d,file:///a' until scn=1795428900000000000 with 'directory=/x'");
  EXPECT_EQ(s.from.until.scn, 1795428900000000000u);
  EXPECT_EQ(as<Restore>("ALTER SYSTEM RESTORE t FROM 'file:///d' WITH KEY FROM 'k' ENCRYPTED BY 'p'").from.key_uri, "k");
  EXPECT_EQ(as<Restore>("ALTER SYSTEM RESTORE t FROM 'file:///d'").from.until.kind, Until::Kind::kLatest);
  EXPECT_EQ(as<RestorePreview>("ALTER SYSTEM RESTORE FROM 'a,b' UNTIL SCN=5 PREVIEW").from.uris, (Names{"a", "b"}));
  as<ShowRestorePreview>("SHOW RESTORE PREVIEW");
  EXPECT_EQ(as<CancelRestore>("ALTER SYSTEM CANCEL RESTORE t").tenant, "t");
}

TEST(Statement, RecoverTable) {
  auto s = as<RecoverTable>(
      "ALTER SYSTEM RECOVER TABLE shop.orders, shop.*, `a b`.`c``d` TO TENANT = t2 FROM 'file:///d,file:///a' "
      "UNTIL SCN=7 WITH 'pool_list=p&concurrency=2' WITH KEY FROM 'k' ENCRYPTED BY 'p' "
      "REMAP TABLE shop.orders:orders2, shop.orders:db2.orders3, db.`*`:db2.`*` REMAP TABLEGROUP g1:g2, g3:g4 "
      "REMAP TABLESPACE s1:s2 DESCRIPTION 'd'");
  EXPECT_EQ(s.tables, (Names{"shop.orders", "shop.*", "`a b`.`c``d`"}));
  EXPECT_EQ(s.tenant, "t2");
  EXPECT_EQ(s.remap_tables, (Names{"shop.orders:orders2", "shop.orders:db2.orders3", "db.*:db2.*"}));
  EXPECT_EQ(s.remap_tablegroups, (Names{"g1:g2", "g3:g4"}));
  EXPECT_EQ(s.remap_tablespaces, Names{"s1:s2"});
  EXPECT_EQ(s.from.description, "d");
  EXPECT_EQ(as<RecoverTable>("ALTER SYSTEM RECOVER TABLE *.* TO t FROM 'a'").tables, Names{"*.*"});
  EXPECT_EQ(as<CancelRecoverTable>("ALTER SYSTEM CANCEL RECOVER TABLE t").tenant, "t");
}

TEST(Statement, Standby) {
  EXPECT_EQ(as<SetLogRestoreSource>("ALTER SYSTEM SET LOG_RESTORE_SOURCE = 'LOCATION=file:///x' TENANT = t").value,
            "LOCATION=file:///x");
  EXPECT_EQ(as<SetLogRestoreSource>("ALTER SYSTEM SET LOG_RESTORE_SOURCE = ''").value, "");
  auto s = as<RecoverStandby>("ALTER SYSTEM RECOVER STANDBY TENANT = t UNTIL TIME='2026-11-23 10:00:00'");
  EXPECT_EQ(s.until.kind, Until::Kind::kTime);
  EXPECT_EQ(s.tenant.names, Names{"t"});
  EXPECT_EQ(as<RecoverStandby>("ALTER SYSTEM RECOVER STANDBY UNTIL SCN=9").until.scn, 9u);
  EXPECT_EQ(as<RecoverStandby>("ALTER SYSTEM RECOVER STANDBY TENANT t UNTIL UNLIMITED").until.kind,
            Until::Kind::kUnlimited);
  EXPECT_EQ(as<RecoverStandby>("ALTER SYSTEM RECOVER STANDBY CANCEL").until.kind, Until::Kind::kCancel);
  EXPECT_TRUE(as<ActivateStandby>("ALTER SYSTEM ACTIVATE STANDBY TENANT = t VERIFY").verify);
  EXPECT_FALSE(as<ActivateStandby>("ALTER SYSTEM ACTIVATE STANDBY").verify);
  EXPECT_EQ(as<RunUpgrade>("ALTER SYSTEM RUN UPGRADE JOB \"UPGRADE_ALL\" TENANT = a, b").tenants.names,
            (Names{"a", "b"}));
}

TEST(Statement, Cleanup) {
  auto s = as<AddDeletePolicy>("ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '7d' TENANT = t");
  EXPECT_EQ(s.name + " " + s.recovery_window, "default 7d");
  EXPECT_EQ(as<AddDeletePolicy>("ALTER SYSTEM ADD DELETE BACKUP POLICY 'default'").recovery_window, "");
  EXPECT_EQ(as<DropDeletePolicy>("ALTER SYSTEM DROP DELETE BACKUP POLICY 'default' TENANT t").tenant.names, Names{"t"});
  EXPECT_TRUE(as<CancelDelete>("ALTER SYSTEM CANCEL DELETE BACKUP TENANT = all").tenants.all);
  auto sets = as<Delete>("ALTER SYSTEM DELETE BACKUPSET 1, 22 TENANT = t DESCRIPTION = 'x'");
  EXPECT_EQ(sets.ids, (std::vector<uint64_t>{1, 22}));
  EXPECT_FALSE(sets.pieces);
  EXPECT_TRUE(as<Delete>("ALTER SYSTEM DELETE ARCHIVELOG_PIECE 3").pieces);
}

TEST(Statement, KeysAndStorage) {
  auto key = as<BackupKey>("ALTER SYSTEM BACKUP KEY TENANT = a, b TO 'file:///k' ENCRYPTED BY 'p;p'");
  EXPECT_EQ(key.uri + " " + key.password, "file:///k p;p");
  EXPECT_EQ(key.tenants.names, (Names{"a", "b"}));
  EXPECT_FALSE(as<BackupKey>("ALTER SYSTEM BACKUP KEY TO 'file:///k'").tenants.given);
  EXPECT_EQ(as<BackupClusterParameters>("ALTER SYSTEM BACKUP CLUSTER PARAMETERS TO 'file:///c'").uri, "file:///c");
  EXPECT_EQ(as<SetEncryption>("SET ENCRYPTION ON IDENTIFIED BY 'pwd' ONLY").password, "pwd");
  EXPECT_EQ(as<SetDecryption>("SET DECRYPTION IDENTIFIED BY 'a', 'b'").passwords, (Names{"a", "b"}));
  for (const char* verb : {"ALTER", "CHANGE", "MODIFY"}) {
    auto s = as<ChangeStorage>(std::string("ALTER SYSTEM ") + verb +
                               " EXTERNAL_STORAGE_DEST PATH = 's3://b/x?host=h' SET ATTRIBUTE = 'max_iops=5' "
                               "ACCESS_INFO = 'access_id=i&access_key=k'");
    EXPECT_EQ(s.path + " " + s.attribute + " " + s.access_info,
              "s3://b/x?host=h max_iops=5 access_id=i&access_key=k");
  }
}

TEST(Statement, Lists) {
  auto all = parse_statements(";; SELECT ';', `a;b` /* ; */ FROM T -- ;\n WHERE x ; ALTER SYSTEM BACKUP DATABASE;");
  ASSERT_TRUE(all) << all.error().message();
  ASSERT_EQ(all->size(), 2u);
  EXPECT_TRUE(std::get<Select>((*all)[0]).sql.starts_with("SELECT ';', `a;b`"));
  EXPECT_TRUE(std::holds_alternative<Backup>((*all)[1]));
}

TEST(Statement, KnownByItsLeadingWords) {
  const std::pair<const char*, const char*> table[] = {
      {"ALTER SYSTEM BACKUP DATABASE TO 'file:///x'", "BACKUP … TO"},
      {"ALTER SYSTEM BACKUP TENANT = a PLUS ARCHIVELOG TO 'file:///x'", "BACKUP … TO"},
      {"ALTER SYSTEM SET backup_dest = 'file:///x'", "SET BACKUP_DEST"},
      {"SET @kms_encrypt_info = 'x'", "SET @kms_encrypt_info"},
      {"ALTER SYSTEM ADD RESTORE SOURCE 'x'", "ADD RESTORE SOURCE"},
      {"ALTER SYSTEM CLEAR RESTORE SOURCE", "CLEAR RESTORE SOURCE"},
      {"ALTER SYSTEM DELETE OBSOLETE BACKUP", "DELETE OBSOLETE BACKUP"},
      {"ALTER SYSTEM BACKUP BACKUPSET 1", "BACKUP BACKUPSET"},
      {"ALTER SYSTEM BACKUP BACKUPPIECE 1", "BACKUP BACKUPPIECE"},
      {"ALTER SYSTEM VALIDATE DATABASE", "VALIDATE"},
      {"ALTER SYSTEM DELETE BACKUPPIECE 1", "DELETE BACKUPPIECE"},
      {"ALTER SYSTEM DELETE BACKUPROUND 1", "DELETE BACKUPROUND"},
      {"ALTER SYSTEM DELETE EXPIRED BACKUPSET", "DELETE EXPIRED"},
      {"ALTER SYSTEM SET BACKUP_DEST_OPTION = 'x'", "SET BACKUP_DEST_OPTION"},
      {"ALTER SYSTEM SET BACKUP_BACKUP_DEST = 'x'", "SET BACKUP_BACKUP_DEST"},
      {"ALTER SYSTEM SET LOG_ARCHIVE_CHECKPOINT_INTERVAL = '1s'", "SET LOG_ARCHIVE_CHECKPOINT_INTERVAL"},
      {"ALTER SYSTEM SET BACKUP_BACKUP_DEST_OPTION = 'x'", "SET BACKUP_BACKUP_DEST_OPTION"},
      {"ALTER SYSTEM SET BACKUP_LOG_ARCHIVE_OPTION = 'compression=enable'", "SET BACKUP_LOG_ARCHIVE_OPTION"},
      {"ALTER SYSTEM SET enable_log_archive = True", "SET ENABLE_LOG_ARCHIVE"},
      {"ALTER SYSTEM SET backup_recovery_window = '7d'", "SET BACKUP_RECOVERY_WINDOW"},
      {"ALTER SYSTEM SET backup_concurrency = 4", "SET BACKUP_CONCURRENCY"},
      {"ALTER SYSTEM SET RESTORE_CONCURRENCY = 50", "SET RESTORE_CONCURRENCY"},
      {"ALTER SYSTEM SET backup_region = 'x'", "SET BACKUP_REGION"},
      {"ALTER SYSTEM SET backup_zone = 'x'", "SET BACKUP_ZONE"},
      {"ALTER SYSTEM SET backup_net_limit = '1M'", "SET BACKUP_NET_LIMIT"},
      {"ALTER SYSTEM SET log_archive_batch_buffer_limit = '1G'", "SET LOG_ARCHIVE_BATCH_BUFFER_LIMIT"},
      {"ALTER SYSTEM RESTORE new FROM old AT 'oss://b/x?host=h' UNTIL '2026-01-01' WITH 'pool_list=p'", "RESTORE … AT"},
      {"CREATE RESOURCE UNIT u1 MAX_CPU 4, MEMORY_SIZE '5G'", "CREATE RESOURCE UNIT"},
      {"ALTER RESOURCE UNIT u1 MAX_CPU 8", "ALTER RESOURCE UNIT"},
      {"DROP RESOURCE UNIT u1", "DROP RESOURCE UNIT"},
      {"CREATE RESOURCE POOL p1 UNIT 'u1', UNIT_NUM 1, ZONE_LIST ('z1')", "CREATE RESOURCE POOL"},
      {"ALTER RESOURCE POOL p1 UNIT_NUM 2", "ALTER RESOURCE POOL"},
      {"DROP RESOURCE POOL p1", "DROP RESOURCE POOL"},
      {"ALTER SYSTEM ADD ZONE 'z4' REGION 'r'", "ADD ZONE"},
      {"ALTER SYSTEM START ZONE 'z4'", "START ZONE"},
      {"ALTER SYSTEM STOP ZONE 'z4'", "STOP ZONE"},
      {"ALTER SYSTEM ALTER ZONE 'z4' SET REGION 'r'", "ALTER ZONE"},
      {"ALTER SYSTEM DELETE ZONE 'z4'", "DELETE ZONE"},
      {"CREATE TENANT IF NOT EXISTS t RESOURCE_POOL_LIST = ('p1')", "CREATE TENANT"},
      {"CREATE STANDBY TENANT t RESOURCE_POOL_LIST = ('p1')", "CREATE STANDBY TENANT"},
      {"ALTER TENANT t SET VARIABLES x = 1", "ALTER TENANT"},
      {"DROP TENANT t FORCE", "DROP TENANT"},
  };
  for (const auto& [text, name] : table) EXPECT_EQ(as<Refused>(text).name, name) << text;
  EXPECT_NE(as<Refused>("ALTER SYSTEM SET BACKUP_DEST = 'x'").reason.find("V3"), std::string::npos);
  EXPECT_NE(as<Refused>("CREATE RESOURCE POOL p").reason.find("resource pools"), std::string::npos);
  EXPECT_EQ(as<Restore>("ALTER SYSTEM RESTORE t FROM 'at'").from.uris, Names{"at"});
  EXPECT_EQ(refusal("ALTER SYSTEM RESTORE t FROM a").object, "line 1, column 29") << "V3's form does not hide the place";
  EXPECT_EQ(refusal("NIX").reason.find("CREATE"), std::string::npos) << "what is refused is not expected";
}

TEST(Statement, RefusedWithPlaceAndWord) {
  struct Case {
    const char *text, *place, *words;
  } cases[] = {
      {"ALTER SYSTEM BACKUP NIX", "line 1, column 21", "\"NIX\" cannot stand here: expected"},
      {"ALTER SYSTEM BACKUP NIX", "line 1, column 21", "DATABASE"},
      {"ALTER SYSTEM ARCHIVELOG\n  TENANT = a b", "line 2, column 14", "\"b\""},
      {"DELETE FROM t", "line 1, column 1", "\"DELETE\""},
      {"ALTER SYSTEM SET LOG_ARCHIVE_DEST 'x'", "line 1, column 35", "="},
      {"ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION = file:///a'", "line 1", "without blanks around ="},
      {"ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'BINDING=Optional'", "line 1", "LOCATION= is missing"},
      {"ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION=a LOCATION=b'", "line 1", "twice"},
      {"ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION=a BINDING=x'", "line 1", "Mandatory"},
      {"ALTER SYSTEM SET DATA_BACKUP_DEST = 'x", "line 1, column 37", "does not end"},
      {"ALTER SYSTEM SET DATA_BACKUP_DEST = 5", "line 1, column 37", "a text in quotes"},
      {"ALTER SYSTEM BACKUP DATABASE /* x", "line 1, column 30", "a comment that does not end"},
      {"", "the text", "no statement"},
      {"ALTER SYSTEM RESTORE t WITH 'directory=/x'", "line 1, column 24", "FROM"},
      {"ALTER SYSTEM RESTORE t FROM 'a' UNTIL TIME '2026'", "line 1, column 44", "="},
      {"ALTER SYSTEM RESTORE t FROM 'a' UNTIL SCN=x", "line 1, column 43", "a number"},
      {"ALTER SYSTEM RESTORE t FROM 'a,,b'", "line 1", "empty part"},
      {"ALTER SYSTEM RESTORE t FROM 'a' WITH 'nix=1'", "line 1", "expected pool_list="},
      {"ALTER SYSTEM RESTORE t FROM 'a' WITH 'method=half'", "line 1", "full or quick"},
      {"ALTER SYSTEM RESTORE t FROM 'a' WITH 'concurrency=0'", "line 1", "1 to 256"},
      {"ALTER SYSTEM RESTORE t FROM 'a' WITH 'directory=x'", "line 1", "absolute"},
      {"ALTER SYSTEM RESTORE t FROM 'a' WITH 'locality=a&locality=b'", "line 1", "twice"},
      {"ALTER SYSTEM RESTORE FROM 'a' PREVIEW", "line 1, column 31", "UNTIL"},
      {"ALTER SYSTEM RECOVER TABLE t TO x FROM 'a'", "line 1, column 28", "database.table"},
      {"ALTER SYSTEM RECOVER TABLE d.t TO x FROM 'a' WITH 'method=full'", "line 1", "expected pool_list="},
      {"ALTER SYSTEM RECOVER TABLE d.t TO x FROM 'a' WITH 'directory=/srv/x'", "line 1", "no directory"},
      {"ALTER SYSTEM RECOVER TABLE d.t TO x FROM 'a' REMAP TABLE d.*:e.f", "line 1", "all tables"},
      {"ALTER SYSTEM RECOVER TABLE *.t TO x FROM 'a'", "line 1", "`*` as a database"},
      {"ALTER SYSTEM RECOVER STANDBY TENANT t", "line 1, column 38", "UNTIL"},
      {"ALTER SYSTEM SET LOG_RESTORE_SOURCE = 'file:///x'", "line 1", "LOCATION="},
      {"ALTER SYSTEM RUN UPGRADE JOB 'NIX'", "line 1", "UPGRADE_ALL"},
      {"ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' REDUNDANCY = 2", "line 1", "reserved"},
      {"ALTER SYSTEM DELETE BACKUPSET a", "line 1, column 31", "a number"},
      {"ALTER SYSTEM DELETE BACKUPSET 99999999999999999999", "line 1, column 31", "a number"},
      {"SET ENCRYPTION ON IDENTIFIED BY '' ONLY", "line 1", "not empty"},
      {"ALTER SYSTEM ALTER EXTERNAL_STORAGE_DEST PATH 'x' SET", "line 1", "ATTRIBUTE"},
  };
  for (const Case& c : cases) {
    const Error error = refusal(c.text);
    EXPECT_EQ(error.code, Code::kInvalidArgument);
    EXPECT_NE(error.object.find(c.place), std::string::npos) << c.text << ": " << error.message();
    EXPECT_NE(error.reason.find(c.words), std::string::npos) << c.text << ": " << error.message();
  }
}

TEST(Statement, NoErrorShowsAQuotedText) {
  for (const char* text : {"ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION=s3://b access_key=TOPSECRET'",
                           "ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'TOPSECRET' TENANT = t",
                           "ALTER SYSTEM BACKUP 'TOPSECRET'", "'TOPSECRET'",
                           "ALTER SYSTEM SET DATA_BACKUP_DEST = 'TOPSECRET", "SET ENCRYPTION 'TOPSECRET'",
                           "ALTER SYSTEM RESTORE t FROM 'a' WITH 'TOPSECRET'",
                           "ALTER SYSTEM RESTORE t FROM 'TOPSECRET,,' WITH 'a=TOPSECRET'",
                           "SET DECRYPTION IDENTIFIED BY 'TOPSECRET' 'TOPSECRET'",
                           "ALTER SYSTEM SET LOG_RESTORE_SOURCE = 'SERVICE= PASSWORD=TOPSECRET'",
                           "ALTER SYSTEM BACKUP KEY TO 'x' ENCRYPTED BY 'TOPSECRET"})
    EXPECT_EQ(refusal(text).message().find("TOPSECRET"), std::string::npos);
}

TEST(Statement, Bounds) {
  std::string names = "a";
  for (size_t i = 1; i < kMaxList; ++i) names += ",a";
  EXPECT_EQ(as<ArchiveLog>("ALTER SYSTEM ARCHIVELOG TENANT " + names).tenants.names.size(), kMaxList);
  refusal("ALTER SYSTEM ARCHIVELOG TENANT " + names + ",a");
  std::string ids = "1", passwords = "'a'", tables = "a.b", remaps = "a.b:c", uris = "file:///a";
  for (size_t i = 1; i < kMaxList; ++i)
    ids += ",1", passwords += ",'a'", tables += ",a.b", remaps += ",a.b:c", uris += ",b";
  EXPECT_EQ(as<Delete>("ALTER SYSTEM DELETE BACKUPSET " + ids).ids.size(), kMaxList);
  refusal("ALTER SYSTEM DELETE BACKUPSET " + ids + ",1");
  EXPECT_EQ(as<SetDecryption>("SET DECRYPTION IDENTIFIED BY " + passwords).passwords.size(), kMaxList);
  refusal("SET DECRYPTION IDENTIFIED BY " + passwords + ",'a'");
  const std::string recover = "ALTER SYSTEM RECOVER TABLE ";
  EXPECT_EQ(as<RecoverTable>(recover + tables + " TO t FROM 'a' REMAP TABLE " + remaps).remap_tables.size(), kMaxList);
  refusal(recover + tables + ",a.b TO t FROM 'a'");
  refusal(recover + tables + " TO t FROM 'a' REMAP TABLE " + remaps + ",a.b:c");
  EXPECT_EQ(as<Restore>("ALTER SYSTEM RESTORE t FROM '" + uris + "'").from.uris.size(), kMaxList);
  refusal("ALTER SYSTEM RESTORE t FROM '" + uris + ",b'");
  refusal(std::string(kMaxText + 1, ' '));
  refusal("ALTER SYSTEM SET DATA_BACKUP_DEST = '" + std::string(kMaxQuoted + 1, 'x') + "'");
  std::string many;
  for (size_t i = 0; i <= kMaxStatements; ++i) many += "SELECT 1;";
  refusal(many);
}

/// A cut text is refused, or is the same statement with less behind it; never another one.
TEST(Statement, CutAnywhere) {
  for (const char* sample :
       {"ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION=file:///a BINDING=Mandatory' TENANT = shop",
        "ALTER SYSTEM SET LOG_ARCHIVE_DEST_STATE = 'DEFER' TENANT = shop",
        "ALTER SYSTEM SET DATA_BACKUP_DEST = 'file:///a' TENANT = shop", "ALTER SYSTEM SET archive_lag_target = '60s'",
        "SHOW PARAMETERS LIKE 'a' TENANT = t", "ALTER SYSTEM NOARCHIVELOG TENANT = a, `b`, c DESCRIPTION = 'x'",
        "ALTER SYSTEM BACKUP INCREMENTAL TENANT = a PLUS ARCHIVELOG DESCRIPTION = 'x'",
        "ALTER SYSTEM CANCEL BACKUP TENANT = a", "SELECT 'a' FROM T WHERE `x` = 1",
        "ALTER SYSTEM BACKUP KEY TENANT = a TO 'file:///x' ENCRYPTED BY 'pwd'",
        "ALTER SYSTEM RESTORE t FROM 'a,b' WITH 'pool_list=p' WITH KEY FROM 'uri' ENCRYPTED BY 'p' DESCRIPTION 'x'",
        "ALTER SYSTEM RESTORE FROM 'a,b' UNTIL TIME='2026-11-23 10:00:00' PREVIEW", "SHOW RESTORE PREVIEW",
        "ALTER SYSTEM CANCEL RESTORE t", "ALTER SYSTEM CANCEL RECOVER TABLE t",
        "ALTER SYSTEM RECOVER TABLE d.t TO TENANT t FROM 'a' WITH 'concurrency=1' REMAP TABLE a.b:c, `d e`.`*`:f.`*`"
        " REMAP TABLEGROUP a:b REMAP TABLESPACE c:d DESCRIPTION 'x'",
        "ALTER SYSTEM SET LOG_RESTORE_SOURCE = 'LOCATION=file:///a' TENANT = t",
        "ALTER SYSTEM RECOVER STANDBY TENANT = t UNTIL SCN=55", "ALTER SYSTEM RECOVER STANDBY TENANT = t CANCEL",
        "ALTER SYSTEM ACTIVATE STANDBY TENANT = t VERIFY", "ALTER SYSTEM RUN UPGRADE JOB \"UPGRADE_ALL\" TENANT = a, b",
        "ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '7d' TENANT = t",
        "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default' TENANT = t", "ALTER SYSTEM CANCEL DELETE BACKUP TENANT = t",
        "ALTER SYSTEM DELETE BACKUPSET 1, 2 TENANT = t DESCRIPTION = 'x'",
        "ALTER SYSTEM BACKUP CLUSTER PARAMETERS TO 'file:///x'", "SET ENCRYPTION ON IDENTIFIED BY 'pwd' ONLY",
        "SET DECRYPTION IDENTIFIED BY 'a', 'b'",
        "ALTER SYSTEM MODIFY EXTERNAL_STORAGE_DEST PATH = 'x' SET ATTRIBUTE = 'a=b' ACCESS_INFO = 'c=d'"}) {
    const std::string whole(sample);
    const Statement full = one(whole);
    for (size_t length = 0; length < whole.size(); ++length) {
      auto cut = parse_statements(std::string_view(whole).substr(0, length));
      if (!cut) continue;
      ASSERT_EQ(cut->size(), 1u) << whole.substr(0, length);
      EXPECT_EQ(name_of(cut->front()), name_of(full)) << whole.substr(0, length);
    }
  }
}

/// A quote that is not doubled makes bare words of the rest of a secret.
TEST(Statement, NoErrorShowsWhatAStrayQuoteBares) {
  for (const char* text :
       {"SET ENCRYPTION ON IDENTIFIED BY 'pa'TOPSECRET' ONLY", "SET ENCRYPTION ON IDENTIFIED BY 'pa' TOPSECRET' ONLY",
        "SET ENCRYPTION ON IDENTIFIED TOPSECRET ONLY", "SET DECRYPTION IDENTIFIED BY 'a', 'b'TOPSECRET'",
        "ALTER SYSTEM BACKUP KEY TO 'file:///k' ENCRYPTED BY 'pa'TOPSECRET'",
        "ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION=s3://b?access_key=a'TOPSECRET' TENANT = t",
        "ALTER SYSTEM SET DATA_BACKUP_DEST = 's3://b?access_key=a' TOPSECRET' TENANT = t",
        "ALTER SYSTEM SET DATA_BACKUP_DEST = 's3://b'TOPSECRET' TENANT = t",
        "ALTER SYSTEM SET EXTERNAL_KMS_INFO = a TOPSECRET",
        "ALTER SYSTEM RESTORE t FROM 'a' WITH KEY FROM 'k' ENCRYPTED BY 'p'TOPSECRET'",
        "SELECT 1; SET DECRYPTION IDENTIFIED BY 'a' TOPSECRET"})
    EXPECT_EQ(refusal(text).message().find("TOPSECRET"), std::string::npos) << refusal(text).message();
  EXPECT_NE(refusal("ALTER SYSTEM BACKUP KYE TO 'x' ENCRYPTED BY 'p'").reason.find("\"KYE\""), std::string::npos)
      << "before any secret the word is shown";
}

/// What is in quotes never ends a statement, begins a comment or becomes a word.
TEST(Statement, CompleteForAPrompt) {
  for (const char* text : {"a;", "a ; ", "a 'x' ; -- y", "a;\nb;", ";"}) EXPECT_TRUE(is_complete(text)) << text;
  for (const char* text : {"", "a", "a ';", "a -- ;", "a; b", "a `;", "a 'it''s;", " "})
    EXPECT_FALSE(is_complete(text)) << text;
}

TEST(Statement, HostileQuoting) {
  const std::string evil = "x'' ; DROP TABLE t -- /* ` \" # \n ; ALTER SYSTEM BACKUP DATABASE";
  const std::string plain = "x' ; DROP TABLE t -- /* ` \" # \n ; ALTER SYSTEM BACKUP DATABASE";
  EXPECT_EQ(as<SetDataDest>("ALTER SYSTEM SET DATA_BACKUP_DEST = '" + evil + "' TENANT = t").uri, plain);
  EXPECT_EQ(as<BackupKey>("ALTER SYSTEM BACKUP KEY TO '" + evil + "' ENCRYPTED BY '" + evil + "'").password, plain);
  EXPECT_EQ(as<SetDecryption>("SET DECRYPTION IDENTIFIED BY '" + evil + "','" + evil + "'").passwords,
            (Names{plain, plain}));
  EXPECT_EQ(as<ArchiveLog>("ALTER SYSTEM ARCHIVELOG TENANT = `a;b'c`").tenants.names, Names{"a;b'c"});
  EXPECT_EQ(as<RecoverTable>("ALTER SYSTEM RECOVER TABLE `a.b`.`c:d` TO t FROM 'x'").tables, Names{"`a.b`.`c:d`"});
  refusal(std::string("ALTER SYSTEM SET DATA_BACKUP_DEST = 'a\0b'", 40));
  refusal("ALTER SYSTEM ARCHIVELOG TENANT = ``");
  refusal("ALTER SYSTEM SET DATA_BACKUP_DEST = \"file:///x\"");
}

/// No byte anywhere is beyond the reader: controls, NUL, and bytes above 127.
TEST(Statement, AnyByteAnywhere) {
  const std::string sample = "ALTER SYSTEM BACKUP TENANT = `a` -- x\n DESCRIPTION 'y' /* z */; SELECT \"q\" FROM #\n T";
  ASSERT_TRUE(parse_statements(sample));
  for (size_t at = 0; at < sample.size(); ++at)
    for (char byte : std::string("\0\1\t\n !\"'`*/-#;,=.@aZ0\x7f\x80\xff", 25)) {
      std::string changed = sample;
      changed[at] = byte;
      auto result = parse_statements(changed);
      if (!result) { EXPECT_FALSE(result.error().reason.empty()); }
    }
}

}  // namespace
}  // namespace seabed::statement
