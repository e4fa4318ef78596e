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
      {"ALTER SYSTEM BACKUP KEY TO 'file:///x' ENCRYPTED BY 'p;p'", "BACKUP KEY"},
      {"ALTER SYSTEM BACKUP CLUSTER PARAMETERS TO 'file:///x'", "BACKUP CLUSTER PARAMETERS"},
      {"ALTER SYSTEM SET LOG_RESTORE_SOURCE = 'LOCATION=file:///x' TENANT = t", "SET LOG_RESTORE_SOURCE"},
      {"ALTER SYSTEM SET backup_dest = 'file:///x'", "SET BACKUP_DEST"},
      {"ALTER SYSTEM MODIFY EXTERNAL_STORAGE_DEST PATH 'x' SET ACCESS_INFO 'y'", "MODIFY EXTERNAL_STORAGE_DEST"},
      {"SET ENCRYPTION ON IDENTIFIED BY 'pwd' ONLY", "SET ENCRYPTION"},
      {"SET DECRYPTION IDENTIFIED BY 'a', 'b'", "SET DECRYPTION"},
      {"SET @kms_encrypt_info = 'x'", "SET @kms_encrypt_info"},
      {"ALTER SYSTEM RESTORE t FROM 'a,b' WITH 'pool_list=p'", "RESTORE"},
      {"ALTER SYSTEM RESTORE FROM 'a,b' UNTIL SCN=5 PREVIEW", "RESTORE … PREVIEW"},
      {"SHOW RESTORE PREVIEW", "SHOW RESTORE PREVIEW"},
      {"ALTER SYSTEM ADD RESTORE SOURCE 'x'", "ADD RESTORE SOURCE"},
      {"ALTER SYSTEM CLEAR RESTORE SOURCE", "CLEAR RESTORE SOURCE"},
      {"ALTER SYSTEM CANCEL RESTORE t", "CANCEL RESTORE"},
      {"ALTER SYSTEM RECOVER TABLE a.b TO t FROM 'x' WITH 'y'", "RECOVER TABLE"},
      {"ALTER SYSTEM CANCEL RECOVER TABLE t", "CANCEL RECOVER TABLE"},
      {"ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' TENANT = t", "ADD DELETE BACKUP POLICY"},
      {"ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'", "DROP DELETE BACKUP POLICY"},
      {"ALTER SYSTEM CANCEL DELETE BACKUP", "CANCEL DELETE BACKUP"},
      {"ALTER SYSTEM DELETE BACKUPSET 1, 2", "DELETE BACKUPSET"},
      {"ALTER SYSTEM DELETE ARCHIVELOG_PIECE 1", "DELETE ARCHIVELOG_PIECE"},
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
      {"ALTER SYSTEM RECOVER STANDBY UNTIL UNLIMITED", "RECOVER STANDBY"},
      {"ALTER SYSTEM ACTIVATE STANDBY VERIFY", "ACTIVATE STANDBY"},
      {"ALTER SYSTEM RUN UPGRADE JOB \"UPGRADE_ALL\" TENANT = t", "RUN UPGRADE JOB"},
  };
  for (const auto& [text, name] : table) EXPECT_EQ(as<Refused>(text).name, name) << text;
  EXPECT_NE(as<Refused>("ALTER SYSTEM SET BACKUP_DEST = 'x'").reason.find("V3"), std::string::npos);
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
  };
  for (const auto& c : cases) {
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
                           "ALTER SYSTEM SET DATA_BACKUP_DEST = 'TOPSECRET"})
    EXPECT_EQ(refusal(text).message().find("TOPSECRET"), std::string::npos);
}

TEST(Statement, Bounds) {
  std::string names = "a";
  for (size_t i = 1; i < kMaxList; ++i) names += ",a";
  EXPECT_EQ(as<ArchiveLog>("ALTER SYSTEM ARCHIVELOG TENANT " + names).tenants.names.size(), kMaxList);
  refusal("ALTER SYSTEM ARCHIVELOG TENANT " + names + ",a");
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
        "ALTER SYSTEM RESTORE t FROM 'a,b' WITH 'pool_list=p' WITH KEY FROM 'uri' ENCRYPTED BY 'p'",
        "ALTER SYSTEM RECOVER TABLE d.t TO TENANT t FROM 'a' WITH 'b' REMAP TABLE a.b:c"}) {
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

/// No byte anywhere is beyond the reader: controls, NUL, and bytes above 127.
TEST(Statement, AnyByteAnywhere) {
  const std::string sample = "ALTER SYSTEM BACKUP TENANT = `a` -- x\n DESCRIPTION 'y' /* z */; SELECT \"q\" FROM #\n T";
  ASSERT_TRUE(parse_statements(sample));
  for (size_t at = 0; at < sample.size(); ++at)
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = sample;
      changed[at] = static_cast<char>(byte);
      auto result = parse_statements(changed);
      if (!result) { EXPECT_FALSE(result.error().reason.empty()); }
    }
}

}  // namespace
}  // namespace seabed::statement
