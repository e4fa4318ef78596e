// The wall clock jumps by a day while a log is archived: stamps keep rising, nothing is lost, and what readers may use
// moves on, also over a restart that knows nothing of the jump.

#include <gtest/gtest.h>
#include <time.h>

#include "core/engine/archive/held_clock.h"
#include "core/media/archive_reader.h"
#include "core/media/stream_log.h"
#include "tests/unit/engine/archive_fakes.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using archive::HeldClock;
using test::eventually;
using test::Installation;
using test::ScratchDir;

constexpr int64_t kDay = 86'400'000'000'000;

int64_t nanos(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return t.tv_sec * 1'000'000'000ll + t.tv_nsec;
}

struct JumpTest : ::testing::Test {
  ScratchDir dir;
  std::atomic<int64_t> offset = 0;
  std::unique_ptr<Clock> clock = fresh_clock();
  std::unique_ptr<Installation> in;

  /// As a process has it that was started just now.
  std::unique_ptr<Clock> fresh_clock() {
    return watched_clock({[this] { return nanos(CLOCK_REALTIME) + offset; }, [] { return nanos(CLOCK_BOOTTIME); }});
  }
  void SetUp() override {
    in = std::make_unique<Installation>(dir.path() + "/a", dir.path() + "/dest", 2, 12ull * 3600 * 1000);
    in->context.clock = clock.get();
    in->set_mode("ARCHIVELOG");
    in->start();
    ASSERT_TRUE(doing()) << in->archiver->status().comment;
  }
  void TearDown() override { in->stop(); }
  bool doing() {
    return eventually([&] { return in->archiver->status().status == "DOING"; });
  }
  void restart() {
    in->stop();
    clock = fresh_clock();
    in->context.clock = clock.get();
    in->start();
    ASSERT_TRUE(doing()) << in->archiver->status().comment;
  }
  void write(const std::string& text) {
    in->write(text);
    const auto done = in->archiver->flush({.deadline = after(30s)});
    ASSERT_TRUE(done) << done.error().message();
  }

  struct Group { Scn lo, hi; uint64_t error; std::string text; };
  std::vector<Group> groups() {
    auto store = std::make_shared<test::DirStore>(in->destination);
    auto reader = ArchiveReader::open(Medium{store});
    auto pieces = reader->pieces();
    EXPECT_TRUE(pieces);
    StreamLog log(Medium{store}, *pieces, 1001, {});
    std::vector<Group> out;
    for (LogGroup g;;) {
      auto more = log.next(&g);
      EXPECT_TRUE(more) << more.error().message();
      if (!more || !*more) return out;
      if (g.type == GroupType::kLog) out.push_back({g.scn_lo, g.scn_hi, g.clock_error_ns, g.payload});
    }
  }
  void expect_rising(const std::string& text) {
    std::string all;
    Scn last = 0;
    for (const Group& g : groups()) {
      EXPECT_GT(g.hi, last);
      EXPECT_LE(g.lo, g.hi);
      last = g.hi;
      all += g.text;
    }
    EXPECT_EQ(all, text);
  }
};

TEST_F(JumpTest, ForwardAndBackInOneLife) {
  write("before;");
  const Scn before = groups().back().hi;
  offset = kDay;
  write("a day ahead;");
  EXPECT_GT(groups().back().hi, before + kDay / 2);
  offset = 0;
  write("back;");
  write("and on;");
  expect_rising("before;a day ahead;back;and on;");
  EXPECT_EQ(in->archiver->status().status, "DOING");
}

TEST_F(JumpTest, BackwardInOneLife) {
  write("before;");
  const Scn before = groups().back().hi;
  offset = -kDay;
  write("a day back;");
  EXPECT_LT(groups().back().hi, before + 3600'000'000'000ull);   // held, not thrown forward
  expect_rising("before;a day back;");
}

TEST_F(JumpTest, ARestartAfterTheClockWentBackGoesOnAtOnce) {
  offset = kDay;
  write("a day ahead;");
  const Scn ahead = in->archiver->status().checkpoint_scn;
  offset = 0;
  restart();
  write("corrected;");   // waits for a checkpoint behind it
  EXPECT_GT(in->archiver->status().checkpoint_scn, ahead);
  EXPECT_LT(in->archiver->status().checkpoint_scn, ahead + 600'000'000'000ull);
  expect_rising("a day ahead;corrected;");
  restart();
  write("again;");
  expect_rising("a day ahead;corrected;again;");
}

TEST_F(JumpTest, ABackupAfterTheClockWentBackIsCovered) {
  offset = kDay;
  write("a day ahead;");
  offset = 0;
  restart();
  const Scn taken = in->archiver->status().checkpoint_scn;
  auto covered = in->archiver->wait_covered(1001, taken, {.deadline = after(30s)});
  ASSERT_TRUE(covered) << covered.error().message();
  EXPECT_GE(*covered, taken);
}

struct HandClock : Clock {
  ClockReading next;
  ClockReading read() override {
    ClockReading out = next;
    next.stepped_ns = 0;
    return out;
  }
};

TEST(HeldClock, LosesItsLeadAtHalfTheRateAndNeverFalls) {
  HandClock base;
  base.next.now = 1000;
  HeldClock held(base);
  EXPECT_EQ(held.read().now, 1000u);
  held.hold(5000);
  EXPECT_EQ(held.read().now, 5000u);
  EXPECT_EQ(held.read().error_ns, 4000u);
  base.next.now = 3000;
  EXPECT_EQ(held.read().now, 6000u);   // 2000 passed, 1000 of the lead are gone
  base.next.now = 9000;
  EXPECT_EQ(held.read().now, 9000u);   // caught up
  base.next.now = 9001;
  const auto last = held.read();
  EXPECT_EQ(last.now, 9001u);
  EXPECT_EQ(last.error_ns, 0u);
}

TEST(HeldClock, AStepForwardOfTheMachineEndsIt) {
  HandClock base;
  base.next.now = 1000;
  HeldClock held(base);
  held.hold(5000);
  EXPECT_EQ(held.read().now, 5000u);
  base.next.now = 5100, base.next.stepped_ns = 4000;
  EXPECT_EQ(held.read().now, 5100u);
  held.hold(100);   // behind the clock: nothing to hold
  EXPECT_EQ(held.read().now, 5100u);
}

}  // namespace
}  // namespace seabed
