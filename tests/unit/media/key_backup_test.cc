// Key backups: opened by their own password, whole, and by nothing else.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "core/format/key_ring.h"
#include "core/media/key_backup.h"
#include "core/media/paths.h"
#include "tests/unit/format/golden.h"
#include "tests/unit/media/archive_dir_store.h"
#include "tests/unit/media/marked_rows.h"

namespace seabed {
namespace {

using test::DirStore;
using test::ScratchDir;
using test::slurp;

struct KeyBackups : ::testing::Test {
  ScratchDir dir;
  Medium medium{std::make_shared<DirStore>(dir.path())};
  const ScryptCost quick{10, 8, 1};
  const KeyBackupFacts facts{1, "lab", 1002, "shop", 77};
  std::vector<BackedUpKey> keys{{*make_master_key(1), 11}, {*make_master_key(2), 22}};

  std::string path(uint64_t scn = 77) {
    return dir.path() + "/" + paths::key_backup(1, 1002, scn);
  }
};

TEST_F(KeyBackups, OpenWithTheirPasswordAndNoOther) {
  auto written = write_key_backup(medium, facts, keys, Secret("correct horse"), quick);
  ASSERT_TRUE(written) << written.error().message();
  auto back = read_key_backup(medium, 1, 1002, Secret("correct horse"));
  ASSERT_TRUE(back) << back.error().message();
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].key.secret.view(), keys[1].key.secret.view());
  EXPECT_EQ((*back)[1].key.identity, keys[1].key.identity);
  auto wrong = read_key_backup(medium, 1, 1002, Secret("correct horsf"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().ob_error, 9047);
  EXPECT_EQ(wrong.error().message().find("horse"), std::string::npos);
  const std::string bytes = slurp(path());
  for (const auto& k : keys) EXPECT_EQ(bytes.find(k.key.secret.view()), bytes.npos);
}

TEST_F(KeyBackups, BytesOfTheFirstVersionAreRead) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("golden"), quick));
  const std::string bytes = testing::golden("key_backup", slurp(path()));
  ASSERT_FALSE(bytes.empty());
  std::ofstream(path(), std::ios::binary) << bytes;
  auto back = read_key_backup(medium, 1, 1002, Secret("golden"));
  ASSERT_TRUE(back) << back.error().message();
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].key.id, 2u);
  EXPECT_EQ((*back)[1].created_us, 22u);
}

TEST_F(KeyBackups, EachFileOpensWithItsOwnPassword) {
  ASSERT_TRUE(write_key_backup(medium, facts, {keys[0]}, Secret("old"), quick));
  KeyBackupFacts later = facts;
  later.scn = 1000;
  ASSERT_TRUE(write_key_backup(medium, later, keys, Secret("new"), quick));
  EXPECT_EQ(read_key_backup(medium, 1, 1002, Secret("new"))->size(), 2u);
  const auto old = read_key_backup(medium, 1, 1002, Secret("old"));
  ASSERT_TRUE(old) << old.error().message();
  ASSERT_EQ(old->size(), 1u);
  EXPECT_EQ((*old)[0].key.identity, keys[0].key.identity);
  EXPECT_EQ(read_key_backup(medium, 1, 1002, Secret("neither")).error().ob_error, 9047);
}

TEST_F(KeyBackups, KeysOfACatalogThatWasLostStandBesideThoseOfTheNext) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("p"), quick));
  KeyBackupFacts later = facts;
  later.scn = 1000;
  const BackedUpKey next{*make_master_key(1), 33};   // the same number, another key
  ASSERT_TRUE(write_key_backup(medium, later, {next, keys[1]}, Secret("p"), quick));
  const auto all = read_key_backup(medium, 1, 1002, Secret("p"));
  ASSERT_TRUE(all) << all.error().message();
  std::set<std::string> identities;
  for (const auto& k : *all) identities.insert(k.key.identity);
  EXPECT_EQ(all->size(), 3u) << "each once";
  EXPECT_EQ(identities, (std::set<std::string>{keys[0].key.identity, keys[1].key.identity, next.key.identity}));
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 20);
  EXPECT_EQ(read_key_backup(medium, 1, 1002, Secret("p"))->size(), 2u) << "the older is damaged";
  std::filesystem::resize_file(path(1000), std::filesystem::file_size(path(1000)) - 20);
  EXPECT_EQ(read_key_backup(medium, 1, 1002, Secret("p")).error().code, Code::kCorruption) << "the newest is";
}

TEST_F(KeyBackups, CutAnywhereIsToldAsDamage) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("p"), quick));
  const std::string good = slurp(path());
  for (size_t length = 0; length < good.size(); length += 7) {
    std::ofstream(path(), std::ios::binary) << good.substr(0, length);
    auto read = read_key_backup(medium, 1, 1002, Secret("p"));
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().code, Code::kCorruption) << length << read.error().message();
    EXPECT_EQ(read.error().ob_error, 0) << "not told as a wrong password";
  }
}

TEST_F(KeyBackups, AFlippedBitIsNeverAKey) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("p"), quick));
  const std::string good = slurp(path());
  for (size_t at = 0; at < good.size(); at += 5) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    std::ofstream(path(), std::ios::binary) << bad;
    EXPECT_FALSE(read_key_backup(medium, 1, 1002, Secret("p"))) << at;
  }
}

TEST_F(KeyBackups, OfAnotherTenantIsNoKeyBackup) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("p"), quick));
  EXPECT_EQ(read_key_backup(medium, 1, 1004, Secret("p")).error().code, Code::kNotFound);
  std::filesystem::create_directories(dir.path() + "/" + paths::key_backups(1, 1004));
  std::filesystem::copy(path(), dir.path() + "/" + paths::key_backup(1, 1004, 77));
  EXPECT_EQ(read_key_backup(medium, 1, 1004, Secret("p")).error().code, Code::kCorruption) << "moved";
}

TEST_F(KeyBackups, NeverLieInADestination) {
  std::ofstream(dir.path() + "/format.obbak") << "anything";
  auto written = write_key_backup(medium, facts, keys, Secret("p"), quick);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().ob_error, 9081);
}

}  // namespace
}  // namespace seabed
