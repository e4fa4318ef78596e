// What an incremental copies and what it leaves where it is.

#include <gtest/gtest.h>

#include <fstream>

#include "backup_rig.h"

namespace seabed::testing_backup {
namespace {

class BackupIncrementalTest : public ::testing::Test, public BackupRig {
 protected:
  /// name -> holder set of every file of the set.
  std::map<std::string, uint64_t> holders(uint64_t set_id) {
    const BackupReader reader = this->reader();
    std::map<std::string, uint64_t> out;
    const SetFacts* set = reader.usable_set(set_id);
    for (const char* kind : kDataKinds)
      EXPECT_TRUE(reader.each_file(*BackupReader::directory(*set, 1001, kind), [&](const meta::FileMeta& file) {
        out[file.name()] = file.holder_set_id();
        return ok();
      }));
    return out;
  }
};

TEST_F(BackupIncrementalTest, OnlyNewFilesAreCopied) {
  Session session(*this);
  session.backup();
  remove(1001, "000010.sst");
  write(1001, "000030.sst", 1'500'000, 30, {FileKind::kMajor, 1, 6, "thirty"});
  auto set = session.backup(true);
  EXPECT_EQ(set.backup_type, "I");
  EXPECT_EQ(set.prev_full_backup_set_id, 1u);
  EXPECT_EQ(set.prev_inc_backup_set_id, 1u);
  EXPECT_EQ(set.input_bytes, 1'500'000u);
  EXPECT_EQ(stored_bytes("backup_set_2_inc"), 1'500'000u + 4096);
  EXPECT_EQ(read_set(2), read_databases());
  const auto of = holders(2);
  EXPECT_EQ(of.at("000030.sst"), 2u);
  EXPECT_EQ(of.at("000011.sst"), 1u);
  EXPECT_EQ(of.at("000020.sst"), 1u) << "minor data that did not change stays where it is";
}

TEST_F(BackupIncrementalTest, AReferenceNamesTheSetThatHoldsTheBytesHoweverLongTheChain) {
  Session session(*this);
  session.backup();
  for (uint64_t i = 0; i < 3; ++i) {
    write(1001, "00005" + std::to_string(i) + ".sst", 100'000, 50 + i, {FileKind::kMajor, 1, 6, "x" + std::to_string(i)});
    EXPECT_EQ(session.backup(true).prev_inc_backup_set_id, i + 1);
  }
  const auto of = holders(4);
  EXPECT_EQ(of.at("000011.sst"), 1u);
  EXPECT_EQ(of.at("000050.sst"), 2u);
  EXPECT_EQ(of.at("000052.sst"), 4u);
  EXPECT_EQ(read_set(4), read_databases());
  EXPECT_EQ(read_set(2).size(), read_databases().size() - 2) << "older sets stay readable";
}

TEST_F(BackupIncrementalTest, AFileThatMovedDownALevelIsNotCopiedAgain) {
  Session session(*this);
  session.backup();
  databases[1001].files["000020.sst"].kind = FileKind::kMajor;
  EXPECT_EQ(session.backup(true).input_bytes, 0u);
  EXPECT_EQ(read_set(2), read_databases());
}

TEST_F(BackupIncrementalTest, TheSameIdentityWithOtherBytesAtTheEndIsCopied) {
  Session session(*this);
  session.backup();
  write(1001, "000011.sst", 4'194'304, 99, {FileKind::kMajor, 2, 6, "eleven"});   // a diverged database
  EXPECT_EQ(session.backup(true).input_bytes, 4'194'304u);
  EXPECT_EQ(read_set(2), read_databases());
}

TEST_F(BackupIncrementalTest, WithoutIdentityTheContentDecides) {
  Session session(*this);
  write(1001, "000040.blob", 300'000, 40, {FileKind::kMajor, 1, 6, ""});
  write(1001, "000041.blob", 300'000, 41, {FileKind::kMajor, 1, 6, ""});
  session.backup();
  // One byte in the middle: same name, size and last page.
  auto path = databases[1001].directory / "000041.blob";
  std::string content(300'000, '\0');
  std::ifstream(path, std::ios::binary).read(content.data(), 300'000);
  content[10] ^= 1;
  fs::remove(path);
  std::ofstream(path, std::ios::binary) << content;
  session.backup(true);
  const auto of = holders(2);
  EXPECT_EQ(of.at("000040.blob"), 1u);
  EXPECT_EQ(of.at("000041.blob"), 2u);
  EXPECT_EQ(of.at("MANIFEST-000005"), 1u);
  EXPECT_EQ(read_set(2), read_databases());
}

/// docs/decisions/0092: the chain goes on, and what a restore asks of its host is what the newest set says.
TEST_F(BackupIncrementalTest, AnUpgradeOfTheEngineDoesNotEndTheChain) {
  Session session(*this);
  databases[1001].version = " by 7.8.3";
  session.backup();
  databases[1001].version = " by 8.1.0";
  write(1001, "000030.sst", 100'000, 30, {FileKind::kMajor, 1, 6, "thirty"});
  const auto set = session.backup(true);
  EXPECT_EQ(set.backup_type, "I");
  EXPECT_EQ(set.prev_full_backup_set_id, 1u);
  EXPECT_EQ(set.input_bytes, 100'000u) << "what the older engine wrote stays where it is";
  EXPECT_EQ(read_set(2), read_databases());
  const BackupReader reader = this->reader();
  for (const auto& [id, version] : {std::pair{1u, "7.8.3"}, {2u, "8.1.0"}}) {
    const auto streams = reader.ls_metas(*reader.usable_set(id));
    ASSERT_TRUE(streams);
    for (const auto& ls : streams->ls())
      if (ls.ls_id() == 1001) { EXPECT_TRUE(ls.recovery().ends_with(version)) << ls.recovery(); }
  }
}

TEST_F(BackupIncrementalTest, WithoutAParentItBecomesAFullOneAndSaysSo) {
  Session session(*this);
  auto id = *session.submit(true);
  EXPECT_EQ(session.job(id).backup_type, "D");
  EXPECT_NE(session.job(id).comment.find("full"), std::string::npos);
  ASSERT_TRUE(session.run(id));
  EXPECT_EQ(read_set(1), read_databases());
}

TEST_F(BackupIncrementalTest, AParentThatIsBeingDeletedIsNoParent) {
  Session session(*this);
  session.backup();
  session.backup(true);
  ASSERT_TRUE(session.catalog->transact([&](Transaction& tx) {
    return catalog::set_backup_set_file_status(tx, tenant_id, 2, "AVAILABLE", "DELETING");
  }));
  EXPECT_EQ(session.backup(true).prev_inc_backup_set_id, 1u);
  ASSERT_TRUE(session.catalog->transact([&](Transaction& tx) {
    return catalog::set_backup_set_file_status(tx, tenant_id, 1, "AVAILABLE", "DELETED");
  }));
  EXPECT_EQ(session.backup(true).backup_type, "D") << "set 3 hangs on a set that is gone";
}

TEST_F(BackupIncrementalTest, AParentWhoseDescriptorIsGoneFromTheMediumIsNoParent) {
  Session session(*this);
  session.backup();
  fs::remove(base / "dest" / "backup_set_1_full/single_backup_set_info.obbak");
  EXPECT_EQ(session.backup(true).backup_type, "D");
}

}  // namespace
}  // namespace seabed::testing_backup
