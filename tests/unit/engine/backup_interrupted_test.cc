// Killed in the middle of a data file of several parts, on a medium whose parts cost requests: the next process sends
// only the parts that are not there.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <mutex>

#include "backup_faults.h"
#include "backup_rig.h"

namespace seabed::testing_backup {
namespace {

constexpr int kDied = 42;
constexpr uint64_t kPart = 4u << 20;

/// The local driver, seen as a store behind a network.
struct RemoteStorage : FaultyStorage {
  RemoteStorage(Storage& inner, BeforeWrite before) : FaultyStorage(inner, std::move(before), 1) {}
};

class BackupInterruptedTest : public ::testing::Test, public BackupRig {
 protected:
  BackupInterruptedTest() {
    write(1001, "000040.sst", 30'000'000, 40, {FileKind::kMajor, 1, 6, "forty"});
    write(1001, "000041.sst", 9'000'000, 41, {FileKind::kMajor, 2, 6, "forty-one"});
  }
  void prepare(Session& session, RemoteStorage& remote) {
    session.context.storage = &remote;
    session.context.state_directory = base / "state";
    session.context.limits.part_bytes = kPart;
    if (!data_file_size.empty()) session.set_parameter("backup_data_file_size", data_file_size);
  }
  /// Dies before the n-th part of major data is sent.
  void die_at_part(int n) {
    const int code = in_child([&] {
      Session session(*this);
      int sent = 0;
      std::mutex mutex;
      RemoteStorage remote(*session.storage, [&](const std::string& kind, const std::string& key) -> Status {
        std::lock_guard lock(mutex);
        if (kind == "part" && key.find("/major_data_turn_") != std::string::npos && ++sent == n) _exit(kDied);
        return ok();
      });
      prepare(session, remote);
      (void)session.run(*session.submit());
    });
    ASSERT_EQ(code, kDied);
  }
  /// Goes on to the end; how many parts of major data were sent.
  int go_on() {
    Session session(*this);
    std::mutex mutex;
    int sent = 0;
    RemoteStorage remote(*session.storage, [&](const std::string& kind, const std::string& key) -> Status {
      std::lock_guard lock(mutex);
      sent += kind == "part" && key.find("/macro_block_data.") != std::string::npos;
      return ok();
    });
    prepare(session, remote);
    auto done = session.run(1);
    EXPECT_TRUE(done) << done.error().message();
    EXPECT_EQ(session.set(1).status, "SUCCESS");
    return sent;
  }
  void check(const std::map<std::pair<uint64_t, std::string>, std::string>& expected) {
    EXPECT_EQ(read_set(1), expected);
    const auto set = descriptor(1);
    for (const auto& file : set.files())
      EXPECT_EQ(view(hash128(slurp("backup_set_1_full/" + file.key()))), file.hash128()) << file.key();
    EXPECT_FALSE(fs::exists(base / "state/copies/1")) << "the journal is of no use any more";
    EXPECT_FALSE(fs::exists(base / "dest/.seabed-tmp") && !fs::is_empty(base / "dest/.seabed-tmp")) << "stale uploads";
  }
  std::string data_file_size;   // of the parameter; empty: its default
};

// 46.2 MB of major data are 12 parts of 4 MiB.
TEST_F(BackupInterruptedTest, PartsThatAreThereAreNotSentAgain) {
  die_at_part(8);
  EXPECT_LE(go_on(), 12 - 6) << "seven had arrived, one of them perhaps without its record";
  check(read_databases());
}

TEST_F(BackupInterruptedTest, KilledAgainAndAgainItComesToItsEnd) {
  die_at_part(4);
  for (int again = 0; again < 2; ++again) {
    const int code = in_child([&] {
      Session session(*this);
      int sent = 0;
      RemoteStorage remote(*session.storage, [&](const std::string& kind, const std::string& key) -> Status {
        if (kind == "part" && key.find("/major_data_turn_") != std::string::npos && ++sent == 3) _exit(kDied);
        return ok();
      });
      prepare(session, remote);
      (void)session.run(1);
    });
    ASSERT_EQ(code, kDied);
  }
  EXPECT_LE(go_on(), 12 - 5);
  check(read_databases());
}

TEST_F(BackupInterruptedTest, ASourceThatIsGoneEndsWhatIsKeptAndTheRestIsLaidOutAnew) {
  die_at_part(8);
  remove(1001, "000041.sst");
  write(1001, "000042.sst", 8'000'000, 42, {FileKind::kMajor, 2, 6, "forty-two"});
  go_on();
  check(read_databases());
}

TEST_F(BackupInterruptedTest, AFileWithOtherBytesUnderItsNameIsSentAgain) {
  die_at_part(8);
  write(1001, "000040.sst", 30'000'000, 77, {FileKind::kMajor, 1, 6, "forty"});
  go_on();
  check(read_databases());
}

TEST_F(BackupInterruptedTest, WholeDataFilesAreKept) {
  data_file_size = "10M";
  die_at_part(8);
  EXPECT_LE(go_on(), 14 - 5);
  check(read_databases());
}

TEST_F(BackupInterruptedTest, AWholeDataFileThatLostASourceIsKept) {
  data_file_size = "10M";
  die_at_part(10);
  remove(1001, "000010.sst");
  go_on();
  check(read_databases());
}

TEST_F(BackupInterruptedTest, ADamagedJournalBeginsAnew) {
  die_at_part(8);
  fs::path journal;
  for (const auto& entry : fs::recursive_directory_iterator(base / "state"))
    if (entry.is_regular_file()) journal = entry.path();
  ASSERT_FALSE(journal.empty());
  {
    std::fstream out(journal, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(3000);
    out << std::string(64, 'x');
  }
  go_on();
  check(read_databases());
}

TEST_F(BackupInterruptedTest, APartThatTheMediumHasDifferentlyIsSentAgain) {
  die_at_part(8);
  bool changed = false;
  for (const auto& entry : fs::recursive_directory_iterator(base / "dest/.seabed-tmp"))
    if (entry.is_regular_file() && entry.file_size() == kPart && !changed) {
      fs::resize_file(entry.path(), kPart - 1);
      changed = true;
    }
  go_on();
  check(read_databases());
}

TEST_F(BackupInterruptedTest, ACancelledJobLeavesNoUploads) {
  die_at_part(8);
  Session session(*this);
  RemoteStorage remote(*session.storage, [](const std::string&, const std::string&) { return ok(); });
  prepare(session, remote);
  auto row = session.job(1);
  row.status = "CANCELING";
  ASSERT_TRUE(session.catalog->transact([&](Transaction& tx) { return catalog::update_backup_job(tx, row, "DOING"); }));
  EXPECT_FALSE(session.run(1));
  EXPECT_EQ(session.job(1).status, "CANCELED");
  EXPECT_FALSE(fs::exists(base / "state/copies/1"));
  EXPECT_FALSE(fs::exists(base / "dest/.seabed-tmp") && !fs::is_empty(base / "dest/.seabed-tmp"));
}

}  // namespace
}  // namespace seabed::testing_backup
