// A medium that says success for what it did not do: no set is called good that cannot be restored.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "backup_rig.h"
#include "tests/unit/storage/lying_storage.h"

namespace seabed::testing_backup {
namespace {

struct Lost {
  const char* name;
  StoreOp op;
  const char* key;   // a part of it
};

class LyingBackupTest : public ::testing::TestWithParam<Lost>, public BackupRig {
 protected:
  bool exists(const std::string& prefix) const {
    return std::ranges::any_of(tree(), [&](const auto& key) { return key.starts_with(prefix); });
  }
  /// One write of the kind is lost, the next arrives.
  Status back_up(Session& session, const Lost& lost) {
    std::atomic<int> left = 1;
    test::LyingStorage storage(*session.storage, [&, lost](const StoreCall& call) -> std::optional<Fault> {
      if (call.op != lost.op || call.key.find(lost.key) == std::string::npos || left-- <= 0) return std::nullopt;
      return test::lie();
    });
    session.context.storage = &storage;
    session.context.limits.part_bytes = 1 << 20;
    const auto done = session.run(*session.submit());
    EXPECT_LE(left, 0) << "nothing was lost";
    session.context.storage = session.storage.get();
    return done;
  }
};

class ALostFile : public LyingBackupTest {};
TEST_P(ALostFile, FailsTheSetAndTheNextOneIsGood) {
  Session session(*this);
  const Status done = back_up(session, GetParam());
  EXPECT_FALSE(done);
  EXPECT_EQ(session.set(1).status, "FAILED");
  EXPECT_FALSE(exists("backup_sets/backup_set_1_full_end_success_"));
  session.backup();
  EXPECT_EQ(read_set(2), read_databases());
}

INSTANTIATE_TEST_SUITE_P(
    Writes, ALostFile,
    ::testing::Values(Lost{"data", StoreOp::kCompleteUpload, "/major_data_turn_1_retry_0/macro_block_data."},
                    Lost{"part", StoreOp::kUploadPart, "/major_data_turn_1_retry_0/macro_block_data."},
                    Lost{"parameters", StoreOp::kPut, "/tenant_parameter"},
                    Lost{"tables", StoreOp::kPut, "/table_list/"}),
    [](const auto& info) { return std::string(info.param.name); });

class ALostWord : public LyingBackupTest {};
TEST_P(ALostWord, IsWrittenAgain) {
  Session session(*this);
  const Status done = back_up(session, GetParam());
  EXPECT_TRUE(done) << done.error().message();
  EXPECT_EQ(session.set(1).status, "SUCCESS");
  EXPECT_EQ(read_set(1), read_databases());
}

INSTANTIATE_TEST_SUITE_P(Words, ALostWord,
                         ::testing::Values(Lost{"descriptor", StoreOp::kPut, "single_backup_set_info"},
                                         Lost{"end", StoreOp::kPut, "_end_success_"}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace seabed::testing_backup
