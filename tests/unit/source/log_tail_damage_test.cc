// Bytes of the log that change on the disk before the tailer reads them: never archived as if nothing were missing.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"
#include "scratch.h"
#include "tail_archive.h"
#include "wal_writer.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;

/// A script up to its second '|', followed up to the first. Then something is damaged, and the rest is followed too.
class Damaged {
 public:
  Damaged(const std::string& script, const Flavour& flavour)
      : writer_([this, script, flavour](Child::Line& line) { return write_script(db(), script, flavour, line); }),
        tail_({db(), "", "", false}, system_clock()) {}

  std::string db() const { return scratch_ / "db"; }
  void follow_to_first() {
    ASSERT_EQ(writer_.line().hear(), '|');
    ASSERT_TRUE(tail_.begin(5));
    ASSERT_TRUE(archive.drain(tail_));
    known_ = wal_files_of(db());
    writer_.line().say('g');
    ASSERT_EQ(writer_.line().hear(), '|');
  }
  /// Flips a bit of the first place behind what was read that holds `text`; the number of that WAL.
  uint64_t flip(const std::string& text) {
    for (const auto& [number, bytes] : wal_files_of(db())) {
      const size_t at = bytes.find(text, known_.contains(number) ? known_[number].size() : 0);
      if (at == std::string::npos) continue;
      Fd file(::open((db() + "/" + wal_name(number)).c_str(), O_WRONLY | O_CLOEXEC));
      if (!file) file = Fd(::open((db() + "/archive/" + wal_name(number)).c_str(), O_WRONLY | O_CLOEXEC));
      const char changed = static_cast<char>(bytes[at] ^ 1);
      EXPECT_EQ(::pwrite(file.get(), &changed, 1, static_cast<off_t>(at)), 1);
      return number;
    }
    ADD_FAILURE() << "no WAL holds " << text;
    return 0;
  }
  void follow_to_end() {
    writer_.line().say('g');
    ASSERT_EQ(writer_.line().hear(), 'd');
    ASSERT_TRUE(archive.drain(tail_));
  }
  bool take() { return archive.take(tail_); }
  TailArchive archive;

 private:
  Scratch scratch_;
  Child writer_;
  LogTail tail_;
  std::map<uint64_t, std::string> known_;
};

constexpr char kPrepared[] = "open3";  // a key of write_script's 't'

class PrepareLost : public ::testing::TestWithParam<Flavour> {};

TEST_P(PrepareLost, InAFinishedWalIsAGapWhereItIsCommitted) {
  Damaged run("wfww|wtfww|Tww", GetParam());
  ASSERT_NO_FATAL_FAILURE(run.follow_to_first());
  const uint64_t damaged = run.flip(kPrepared);
  ASSERT_NO_FATAL_FAILURE(run.follow_to_end());
  ASSERT_TRUE(run.archive.gap) << "a transaction without its PREPARE was archived as committed";
  EXPECT_GT(wal_files_of(run.db()).rbegin()->first, damaged) << "the test did not finish the WAL";
}

TEST_P(PrepareLost, NothingIsLost) {
  Damaged run("wfww|wtfww|Tww", GetParam());
  ASSERT_NO_FATAL_FAILURE(run.follow_to_first());
  ASSERT_NO_FATAL_FAILURE(run.follow_to_end());
  EXPECT_FALSE(run.archive.gap) << run.archive.gap->reason;
  EXPECT_TRUE(run.archive.holes.empty());
}

INSTANTIATE_TEST_SUITE_P(All, PrepareLost,
                         ::testing::Values(Flavour{.name = "Committed", .policy = Policy::kCommitted},
                                           Flavour{.name = "Prepared", .policy = Policy::kPrepared}),
                         [](const auto& info) { return info.param.name; });

TEST(LogTailDamage, APrepareOlderThanTheArchiveIsTheOneException) {
  Damaged run("wftw|wfTww|wfww", Flavour{.policy = Policy::kCommitted});
  ASSERT_NO_FATAL_FAILURE(run.follow_to_first());
  ASSERT_NO_FATAL_FAILURE(run.follow_to_end());
  EXPECT_FALSE(run.archive.gap) << run.archive.gap->reason;
}

TEST(LogTailDamage, ABrokenRecordInAFinishedWalIsAGap) {
  Damaged run("wfww|BfwwfBwww|w", Flavour{.write_buffer = 64 << 20});
  ASSERT_NO_FATAL_FAILURE(run.follow_to_first());
  run.flip("big1");
  ASSERT_NO_FATAL_FAILURE(run.follow_to_end());
  ASSERT_TRUE(run.archive.gap);
  EXPECT_NE(run.archive.gap->reason.find("a file may be missing"), std::string::npos) << run.archive.gap->reason;
}

/// At once the checkpoint stands still: what lies behind the broken place was acknowledged.
TEST(LogTailDamage, ABrokenRecordInTheLiveWalIsAGapWhenItStaysBroken) {
  Damaged run("wfww|Bwww|w", Flavour{.write_buffer = 64 << 20});
  ASSERT_NO_FATAL_FAILURE(run.follow_to_first());
  run.flip("big1");
  ASSERT_TRUE(run.take());
  EXPECT_FALSE(run.archive.gap || run.archive.complete);
  ASSERT_NO_FATAL_FAILURE(run.follow_to_end());
  ASSERT_TRUE(run.archive.gap);
  EXPECT_NE(run.archive.gap->reason.find("cannot be read at"), std::string::npos) << run.archive.gap->reason;
}

}  // namespace
}  // namespace seabed::test
