// Going on where an archive ended: from the state kept beside the checkpoint, from an older one, and from
// none.

#include <gtest/gtest.h>

#include <filesystem>

#include "core/base/clock.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/payload.h"
#include "scratch.h"
#include "tail_archive.h"
#include "wal_writer.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;

ArchivedState state_of(const TailArchive& archive, const std::string& resume) {
  ArchivedState state{5, {}, 0, resume};
  for (const LogGroup& g : archive.groups) {
    if (g.type == GroupType::kLog) state.end = g.end;
    state.scn_hi = g.scn_hi;
    if (g.stamp == StampSource::kObserved) state.scn_lo = g.scn_lo;
  }
  return state;
}

class LogTailResume : public ::testing::TestWithParam<Flavour> {};

TEST_P(LogTailResume, AnywhereAndAnyNumberOfTimes) {
  Scratch scratch;
  const std::string db = scratch / "db";
  const Flavour flavour = GetParam();
  Child writer([&](Child::Line& line) { return write_flavour(db, flavour, 900, 20, line); });
  ASSERT_EQ(writer.line().hear(), 'p');
  TailArchive archive;
  std::string resume, older;
  auto tail = std::make_unique<LogTail>(TailConfig{db, "", "", false}, system_clock());
  ASSERT_TRUE(tail->begin(5));
  writer.line().say('g');
  for (int life = 0; life < 30 || !writer.line().heard(); ++life) {
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(archive.take(*tail, 20 << 10));
      ASSERT_FALSE(archive.gap) << life << " " << archive.gap->reason;
      if (i == 2) older = tail->resume_state();
    }
    resume = tail->resume_state();
    tail = std::make_unique<LogTail>(TailConfig{db, "", "", false}, system_clock());
    // Every other time the state is older than what the medium has: the agent died before the checkpoint.
    const Status resumed = tail->resume(state_of(archive, life % 2 == 0 ? resume : older));
    ASSERT_TRUE(resumed) << life << " " << resumed.error().message();
  }
  ASSERT_TRUE(archive.drain(*tail));
  ASSERT_FALSE(archive.gap) << archive.gap->reason;
  EXPECT_TRUE(archive.holes.empty()) << archive.holes[0].reason;
  archive.expect_well_formed();
  expect_same_wals(archive, db, true);
  std::vector<LogHole> found;
  const Status checked = archive.check(&found);
  EXPECT_TRUE(checked) << checked.error().message();
  EXPECT_TRUE(found.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, LogTailResume,
    ::testing::Values(Flavour{.name = "Plain"}, Flavour{.name = "Zstd", .zstd = true},
                      Flavour{.name = "Committed", .policy = Policy::kCommitted, .threads = 2},
                      Flavour{.name = "PreparedTwoQueues", .policy = Policy::kPrepared, .two_queues = true},
                      Flavour{.name = "Families", .families_come_and_go = true}),
    [](const auto& info) { return info.param.name; });

TEST(LogTailResume, WithoutKeptStateTheFileIsReadAgain) {
  Scratch scratch;
  const std::string db = scratch / "db";
  Child writer([&](Child::Line& line) { return write_script(db, "wwww|ww", {}, line); });
  ASSERT_EQ(writer.line().hear(), '|');
  TailArchive archive;
  LogTail first({db, "", "", false}, system_clock());
  ASSERT_TRUE(first.begin(5));
  ASSERT_TRUE(archive.drain(first));
  writer.line().say('g');
  ASSERT_EQ(writer.line().hear(), 'd');
  LogTail second({db, "", "", false}, system_clock());
  const Status resumed = second.resume(state_of(archive, ""));
  ASSERT_TRUE(resumed) << resumed.error().message();
  ASSERT_TRUE(archive.drain(second));
  ASSERT_FALSE(archive.gap);
  expect_same_wals(archive, db, true);
  std::vector<LogHole> found;
  const Status checked = archive.check(&found);
  EXPECT_TRUE(checked) << checked.error().message();
}

TEST(LogTailResume, WithoutKeptStateAHoleBeginsAtTheLastArchivedLook) {
  Scratch scratch;
  const std::string db = scratch / "db";
  Child writer([&](Child::Line& line) { return write_script(db, "ww|ww|iw", {}, line); });
  TailArchive archive;
  LogTail first({db, "", "", false}, system_clock());
  for (int part = 0; part < 2; ++part) {
    ASSERT_EQ(writer.line().hear(), '|');
    if (part == 0) ASSERT_TRUE(first.begin(5));
    ASSERT_TRUE(archive.drain(first));
    writer.line().say('g');
  }
  ASSERT_EQ(writer.line().hear(), 'd');
  const ArchivedState archived = state_of(archive, "");
  ASSERT_GT(archived.scn_lo, 0u);
  LogTail second({db, "", "", false}, system_clock());
  ASSERT_TRUE(second.resume(archived));
  ASSERT_TRUE(archive.drain(second));
  ASSERT_EQ(archive.holes.size(), 1u);
  EXPECT_EQ(archive.holes[0].scn_lo, archived.scn_lo);
}

TEST(LogTailResume, ALogThatNoLongerReachesBackIsAGap) {
  Scratch scratch;
  const std::string db = scratch / "db";
  const Flavour flavour{.keep_wals = false};
  Child writer([&](Child::Line& line) { return write_script(db, "www|wfwwfww", flavour, line); });
  ASSERT_EQ(writer.line().hear(), '|');
  TailArchive archive;
  LogTail first({db, "", "", false}, system_clock());
  ASSERT_TRUE(first.begin(5));
  ASSERT_TRUE(archive.drain(first));
  const std::string resume = first.resume_state();
  writer.line().say('g');
  ASSERT_EQ(writer.line().hear(), 'd');
  for (const std::string& state : {resume, std::string()}) {
    LogTail second({db, "", "", false}, system_clock());
    const Status resumed = second.resume(state_of(archive, state));
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().code, Code::kGap) << resumed.error().message();
    EXPECT_FALSE(resumed.error().next_step.empty());
  }
}

class LogTailExactStamps : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Zstd, LogTailExactStamps, ::testing::Bool());

TEST_P(LogTailExactStamps, ExactStampsAreTakenAndRise) {
  Scratch scratch;
  const std::string db = scratch / "db";
  const Flavour flavour{.zstd = GetParam(), .stamps = true};
  Child writer([&](Child::Line& line) { return write_flavour(db, flavour, 600, 1, line); });
  ASSERT_EQ(writer.line().hear(), 'p');
  LogTail tail({db, "", "", false}, system_clock());
  ASSERT_TRUE(tail.begin(5));
  TailArchive archive;
  ASSERT_TRUE(archive.take(tail));
  writer.line().say('g');
  while (!writer.line().heard()) ASSERT_TRUE(archive.take(tail));
  ASSERT_TRUE(archive.drain(tail));
  archive.expect_well_formed();
  size_t exact = 0, logs = 0;
  for (const LogGroup& g : archive.groups) {
    if (g.type != GroupType::kLog || decode_wal_run(g.payload)->records == 0) continue;
    ++logs;
    exact += g.stamp == StampSource::kExact ? 1 : 0;
  }
  EXPECT_GT(logs, 1u);
  EXPECT_EQ(exact, logs);
}

TEST(LogTailStamps, LogThatComesLateEndsAtItsOwnStampsAndIsExactAgainBehind) {
  Scratch scratch;
  const std::string db = scratch / "db";
  Child writer([&](Child::Line& line) {
    return write_script(db, "w|wWw|wW", {.manual_flush = true, .stamps = true}, line);
  });
  ASSERT_EQ(writer.line().hear(), '|');   // one batch, stamped, still in the writer's memory
  LogTail tail({db, "", "", false}, system_clock());
  ASSERT_TRUE(tail.begin(5));
  TailArchive archive;
  ASSERT_TRUE(archive.drain(tail));       // its metadata has this look's clock, which lies behind that stamp
  const auto log_group = [&] {
    writer.line().say('g');
    writer.line().hear();
    EXPECT_TRUE(archive.drain(tail));
    EXPECT_EQ(archive.groups.back().type, GroupType::kLog);
    return archive.groups.back();
  };
  const LogGroup late = log_group();
  EXPECT_EQ(late.stamp, StampSource::kObserved);
  const LogGroup next = log_group();
  EXPECT_EQ(next.stamp, StampSource::kExact);
  EXPECT_GT(next.scn_lo, late.scn_hi);
  archive.expect_well_formed();
}

/// A clock that tells what the test wants.
class HandClock final : public Clock {
 public:
  ClockReading read() override { return {now += 10, 7, 0}; }
  Scn now = 1'000'000;
};

TEST(LogTailClock, ObservedIntervalsAreBoundByTheLastCompleteLook) {
  Scratch scratch;
  const std::string db = scratch / "db";
  Child writer([&](Child::Line& line) { return write_script(db, "ww|ww", {}, line); });
  ASSERT_EQ(writer.line().hear(), '|');
  HandClock clock;
  LogTail tail({db, "", "", false}, clock);
  ASSERT_TRUE(tail.begin(5));
  TailArchive archive;
  ASSERT_TRUE(archive.drain(tail));
  const size_t had = archive.groups.size();
  auto empty = tail.step(1 << 20);
  for (int i = 0; i < 10000 && empty && !empty->complete; ++i) empty = tail.step(1 << 20);
  ASSERT_TRUE(empty && empty->complete && empty->groups.empty());
  writer.line().say('g');
  ASSERT_EQ(writer.line().hear(), 'd');
  ASSERT_TRUE(archive.drain(tail));
  ASSERT_GT(archive.groups.size(), had);
  const LogGroup& g = archive.groups.back();
  EXPECT_EQ(g.scn_lo, empty->clock_before);
  EXPECT_GT(g.scn_hi, g.scn_lo);
  EXPECT_EQ(g.clock_error_ns, 7u);
  EXPECT_EQ(g.stamp, StampSource::kObserved);
}

}  // namespace
}  // namespace seabed::test
