// Two archivers on one destination, one of them asleep in the middle of an append.

#include <gtest/gtest.h>

#include "core/engine/archive/stream_archiver.h"
#include "tests/fault/archive_oracle.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using archive::StreamArchiver;
using archive::StreamCondition;
using archive::StreamEnvironment;
using test::DirStore;
using test::eventually;
using test::FileSource;
using test::Installation;
using test::ScratchDir;

struct FenceTest : ::testing::Test {
  ScratchDir dir;
  std::string dest = dir.path() + "/dest", db = dir.path() + "/db";
  LeaseKeeper keeper_a{300ms}, keeper_b{300ms};
  Scn start = system_clock().read().now;
  FenceTest() {
    std::filesystem::create_directories(db);
    test::append_file(db + "/log", "");
  }
  StreamEnvironment environment(std::shared_ptr<DirStore> store, const std::string& owner, LeaseKeeper* keeper) {
    StreamEnvironment env;
    env.store = std::move(store);
    env.clock = &system_clock();
    env.id = {1002, 1001, 1, 1001};
    env.plan = {1, start, 1, 3'600'000'000'000};
    env.owner = owner;
    env.terms = {300ms, 10ms, 100ms};
    env.keeper = keeper;
    env.lag_target = [] { return 0ms; };
    env.published = [] {};
    env.keep_hole = [](const LogHole&, Scn, uint64_t) { return ok(); };
    return env;
  }
  /// The log along the chain of files, each cut where its successor says.
  std::string chained(DirStore& store, const ArchiveStreamId& id) {
    std::map<uint32_t, std::pair<std::string, LogFileScan>> files;
    auto ids = list_log_files(store, id, 1, {});
    uint64_t limit = UINT64_MAX;
    std::string out;
    for (auto n = ids->rbegin(); n != ids->rend(); ++n) {
      std::string payload;
      auto scan = scan_log_file(store, id, 1, *n, limit, [&](LogGroup& g) { payload += g.payload; }, {});
      if (!scan) return "error: " + scan.error().message();
      out = payload + out;
      limit = scan->previous_length;
    }
    return out;
  }
};

TEST_F(FenceTest, TheSleeperIsFencedInMidAppendAndItsBytesAreNobodys) {
  auto store_a = std::make_shared<DirStore>(dest), store_b = std::make_shared<DirStore>(dest);
  FileSource source_a(1001, db, system_clock()), source_b(1001, db, system_clock());
  StreamArchiver a(source_a, environment(store_a, "a:1:1", &keeper_a));
  a.start();
  test::append_file(db + "/log", "one;");
  ASSERT_TRUE(eventually([&] { return a.progress().end == test::offset_lsn(4); })) << a.progress().error;

  std::atomic<bool> asleep = false, wake = false;
  store_a->set_hook([&](const std::string& op, const std::string& key) -> Status {
    if (op == "append" || (op == "put" && key.find("@APD_PART@") != key.npos)) {
      asleep = true;
      eventually([&] { return wake.load(); });
    } else if (asleep && !wake) {
      eventually([&] { return wake.load(); });  // the whole process sleeps: no renewal either
    }
    return ok();
  });
  test::append_file(db + "/log", "two;");
  ASSERT_TRUE(eventually([&] { return asleep.load(); }));

  StreamArchiver b(source_b, environment(store_b, "b:1:1", &keeper_b));
  b.start();
  ASSERT_TRUE(eventually([&] { return b.progress().end == test::offset_lsn(8); })) << b.progress().error;
  test::append_file(db + "/log", "three;");
  ASSERT_TRUE(eventually([&] { return b.progress().end == test::offset_lsn(14); }));
  EXPECT_EQ(b.progress().epoch, 2u);

  wake = true;
  ASSERT_TRUE(eventually([&] { return a.progress().condition == StreamCondition::kFenced; })) << a.progress().error;
  EXPECT_FALSE(a.progress().reason.empty());
  EXPECT_EQ(a.progress().end, test::offset_lsn(4)) << "nothing was published after the takeover";
  test::append_file(db + "/log", "four;");
  ASSERT_TRUE(eventually([&] { return b.progress().end == test::offset_lsn(19); }));
  a.stop(false);
  b.stop(true);
  EXPECT_EQ(chained(*store_b, {1002, 1001, 1, 1001}), "one;two;three;four;");
}

TEST_F(FenceTest, ASecondArchiverWaitsAndSaysForWhom) {
  auto store = std::make_shared<DirStore>(dest);
  FileSource source_a(1001, db, system_clock()), source_b(1001, db, system_clock());
  StreamArchiver a(source_a, environment(store, "a:1:1", &keeper_a));
  StreamArchiver b(source_b, environment(store, "b:1:1", &keeper_b));
  a.start();
  ASSERT_TRUE(eventually([&] { return a.progress().condition == StreamCondition::kRunning; }));
  b.start();
  ASSERT_TRUE(eventually([&] { return b.progress().error.find("a:1:1") != std::string::npos; })) << b.progress().error;
  CancelToken().wait_for(1s);
  EXPECT_EQ(b.progress().condition, StreamCondition::kStarting);
  a.stop(true);  // released: the other one comes at once
  EXPECT_TRUE(eventually([&] { return b.progress().condition == StreamCondition::kRunning; }, 10s));
}

TEST_F(FenceTest, TwoInstallationsOnOneDestination) {
  Installation a(dir.path() + "/a", dest), b(dir.path() + "/b", dest);
  a.context.owner = "a:1:1";
  b.context.owner = "b:1:1";
  for (auto* in : {&a, &b}) {
    in->context.limits.lease = 300ms;
    in->context.limits.request_deadline = 100ms;
    in->set_mode("ARCHIVELOG");
  }
  a.start();
  ASSERT_TRUE(eventually([&] { return a.archiver->status().status == "DOING"; })) << a.archiver->status().comment;
  b.start();
  ASSERT_TRUE(eventually([&] { return b.archiver->status().comment.find("a:1:1") != std::string::npos; }))
      << b.archiver->status().comment;
  EXPECT_EQ(a.archiver->status().status, "DOING");
  // a sleeps, in every request: b takes over with a round of its own; a wakes up and stops by itself.
  std::atomic<bool> asleep = true;
  a.store().set_hook([&](const std::string&, const std::string&) -> Status {
    eventually([&] { return !asleep.load(); });
    return ok();
  });
  a.write("late;");
  ASSERT_TRUE(eventually([&] { return b.archiver->status().status == "DOING"; })) << b.archiver->status().comment;
  const auto files = b.store().all();
  asleep = false;
  ASSERT_TRUE(eventually([&] {
    const auto comment = a.archiver->status().comment;
    return comment.find("epoch") != std::string::npos || comment.find("b:1:1") != std::string::npos;
  })) << a.archiver->status().comment;
  b.write("b's;");
  IoContext ctx;
  ASSERT_TRUE(b.archiver->flush(ctx)) << b.archiver->status().comment;
  EXPECT_EQ(test::newest_round_log(dest, 1001), "b's;");
  EXPECT_EQ(b.round()->round_id, 2u);
  a.stop();
  b.stop();
}

}  // namespace
}  // namespace seabed
