// Names and auxiliary files of a MariaDB data directory, made here as the server makes them. The real server
// is met in the integration tests.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <utime.h>

#include <filesystem>
#include <fstream>

#include "core/source/myrocks/filename_decoding.h"
#include "core/source/myrocks/myrocks_adapter.h"
#include "core/source/myrocks/myrocks_tenant_source.h"
#include "core/source/myrocks/schema_file.h"
#include "scratch.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;
using myrocks::decode_filename;

/// The beginning of a .frm, and the engine's name with its length, as MariaDB 10.11 writes them.
std::string frm(const std::string& engine, bool partitioned = false) {
  std::string out("\xfe\x01\x0a", 3);
  out += static_cast<char>(partitioned ? 20 : 45);
  out += std::string(60, '\0');
  if (partitioned) return out + static_cast<char>(engine.size()) + engine + std::string(20, '\0');
  return out + static_cast<char>(engine.size()) + '\0' + engine + std::string(20, '\0');
}

class MyRocksTest : public ::testing::Test {
 protected:
  MyRocksTest() {
    for (const char* d : {"bank", "mysql", "#rocksdb", "d@0p@002d"}) fs::create_directories(data_ / d);
    put("bank/db.opt", "default-character-set=utf8mb4\n");
    put("bank/accounts.frm", frm("ROCKSDB"));
    put("bank/by_day.frm", frm("ROCKSDB", true));
    put("bank/by_day.par", "partitions");
    put("bank/inno.frm", frm("InnoDB"));
    put("bank/inno.ibd", "");
    put("bank/inno_par.frm", frm("InnoDB", true));
    put("bank/inno_par.par", "x");
    put("bank/inno_par#P#p0.ibd", "");
    put("bank/old.frm", frm("MyISAM"));
    put("bank/v.frm", "TYPE=VIEW\nquery=select 1\n");
    put("bank/accounts.TRG", "TYPE=TRIGGERS\n");
    put("bank/#sql-alter-1-2.frm", frm("ROCKSDB"));
    put("mysql/user.frm", frm("Aria"));
    put("d@0p@002d/t@0020@0p@002e@0024@65e5@M0.frm", frm("ROCKSDB"));
    put("mysql_upgrade_info", std::string("10.11.6-MariaDB\0", 16));
  }
  void put(const std::string& name, const std::string& text) {
    std::ofstream(data_ / name, std::ios::trunc) << text;
  }
  TenantFacts look() {
    auto facts = source_->look();
    EXPECT_TRUE(facts) << facts.error().message();
    return facts ? *facts : TenantFacts();
  }

  Scratch scratch_;
  fs::path data_ = scratch_ / "data";
  std::unique_ptr<TenantSource> source_ = open_myrocks_tenant(data_.string());
};

TEST_F(MyRocksTest, finds_tables_files_and_what_lies_outside) {
  const TenantFacts facts = look();
  std::vector<std::string> tables, files;
  for (const auto& t : facts.tables) tables.push_back(t.database + "." + t.name);
  for (const auto& [name, text] : facts.files) files.push_back(name);
  EXPECT_EQ(tables, (std::vector<std::string>{"bank.accounts", "bank.by_day", "dé-.t é.$日Ж"}));
  EXPECT_EQ(files, (std::vector<std::string>{"bank/accounts.frm", "bank/by_day.frm", "bank/by_day.par",
                                             "bank/db.opt", "d@0p@002d/t@0020@0p@002e@0024@65e5@M0.frm"}));
  EXPECT_EQ(facts.files.at("bank/accounts.frm"), frm("ROCKSDB"));
  EXPECT_EQ(facts.tables[1].attributes, R"({"partitioned":true})");
  EXPECT_EQ(facts.variables.at("server_version"), "10.11.6-MariaDB");
  const auto has = [&](const std::string& text) {
    return std::any_of(facts.outside.begin(), facts.outside.end(),
                       [&](const auto& o) { return o.find(text) != o.npos; });
  };
  for (const char* what :
       {"InnoDB table bank.inno", "InnoDB table bank.inno_par", "table bank.old of another engine",
        "view bank.v", "triggers of table bank.accounts", "accounts, stored routines"})
    EXPECT_TRUE(has(what)) << what;
}

TEST_F(MyRocksTest, sees_every_change_at_the_next_look) {
  look();
  put("bank/db.opt", "default-character-set=latin1\n");  // in place: the directory's time does not tell
  put("bank/accounts.frm", frm("ROCKSDB") + "altered");
  put("bank/new.frm", frm("ROCKSDB"));
  fs::remove(data_ / "bank/by_day.frm");
  fs::remove(data_ / "bank/by_day.par");
  TenantFacts facts = look();
  EXPECT_EQ(facts.files.at("bank/db.opt"), "default-character-set=latin1\n");
  EXPECT_EQ(facts.files.at("bank/accounts.frm"), frm("ROCKSDB") + "altered");
  EXPECT_TRUE(facts.files.contains("bank/new.frm"));
  EXPECT_FALSE(facts.files.contains("bank/by_day.frm"));
  fs::remove_all(data_ / "bank");
  EXPECT_EQ(look().tables.size(), 1u);
}

TEST_F(MyRocksTest, odd_files_are_errors_or_skipped) {
  fs::create_symlink("/etc", data_ / "linked");
  EXPECT_EQ(look().tables.size(), 3u);
  fs::create_directory(data_ / "bank/directory.frm");
  auto facts = source_->look();
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Code::kInvalidArgument);
  fs::remove(data_ / "bank/directory.frm");
  fs::create_symlink("/etc/passwd", data_ / "bank/evil.frm");
  EXPECT_FALSE(source_->look());
  fs::remove(data_ / "bank/evil.frm");
  put("bank/big.frm", "");
  fs::resize_file(data_ / "bank/big.frm", (64ull << 20) + 1);
  facts = source_->look();
  ASSERT_FALSE(facts);
  EXPECT_NE(facts.error().reason.find("64 MiB"), std::string::npos);
  EXPECT_EQ(open_myrocks_tenant(scratch_ / "none")->look().error().code, Code::kNotFound);
}

TEST_F(MyRocksTest, puts_files_back) {
  const std::string target = scratch_ / "new/data";
  const auto files = look().files;
  ASSERT_TRUE(source_->restore_files(files, target));
  ASSERT_TRUE(source_->restore_files(files, target));
  for (const auto& [name, text] : files) {
    std::ifstream in(target + "/" + name);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
  }
}

TEST_F(MyRocksTest, hostile_names_are_refused_before_anything_is_written) {
  for (const char* name : {"../x.frm",
                           "/etc/x.frm",
                           "a/../b.frm",
                           "a/b/c.frm",
                           "x.frm",
                           "mysql/user.frm",
                           "a/.frm/../x",
                           "#rocksdb/CURRENT",
                           "#rocksdb/x.frm",
                           "a/x.sh",
                           "a/x.ibd",
                           "a b/x.frm",
                           "",
                           "/",
                           "a/",
                           "../db.opt",
                           "..frm/db.opt",
                           "a/..frm",
                           "sys/db.opt",
                           "x.seabed-standby/a.frm"}) {
    const std::string target = scratch_ / "target";
    const Status status = source_->restore_files({{"bank/fine.frm", "x"}, {name, "x"}}, target);
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code, Code::kCorruption) << name;
    EXPECT_FALSE(fs::exists(target)) << name;
  }
  fs::create_directories(scratch_ / "target");
  fs::create_symlink("/etc", scratch_ / "target/bank");
  EXPECT_FALSE(source_->restore_files({{"bank/hosts.frm", "x"}}, scratch_ / "target"));
  EXPECT_FALSE(fs::exists("/etc/hosts.frm"));
}

TEST(FilenameDecoding, is_mariadbs) {
  EXPECT_EQ(decode_filename("plain_1"), "plain_1");
  EXPECT_EQ(decode_filename("a@002db"), "a-b");
  EXPECT_EQ(decode_filename("@0p"), "é");
  EXPECT_EQ(decode_filename("@r1@65e5"), "я日");
  EXPECT_EQ(decode_filename("@0G"), "À");
  EXPECT_EQ(decode_filename("#mysql50#a-b"), "#mysql50#a-b");
  EXPECT_EQ(decode_filename("cut@00"), "cut@00");
  EXPECT_EQ(decode_filename("@"), "@");
  EXPECT_EQ(decode_filename("@0000x@d800"), "@0000x@d800");
}

TEST(MyRocksAdapter, knows_only_the_directory_that_a_server_would_find) {
  const auto adapter = make_myrocks_adapter();
  EXPECT_EQ(adapter->name(), "myrocks");
  StreamConfig config;
  config.directory = "/var/lib/mysql";
  config.pin_directory = "/var/lib/mysql.pins";
  EXPECT_EQ(adapter->open_stream(config, system_clock()).error().code, Code::kInvalidArgument);
  config.directory += "/#rocksdb";
  EXPECT_TRUE(adapter->open_stream(config, system_clock()));
  EXPECT_TRUE(adapter->open_target("/x/#rocksdb"));
  EXPECT_FALSE(adapter->open_target("x/#rocksdb"));
}

}  // namespace
}  // namespace seabed::test
