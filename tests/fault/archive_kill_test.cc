// The archiver is killed at every persisted state and at many requests to the medium; the next process goes on.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/fault/archive_oracle.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using test::eventually;
using test::Installation;
using test::ScratchDir;

constexpr int kKilled = 42;

/// Runs `body` in a child; its exit status.
int in_child(const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(100);
    _exit(body());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

bool reaches(Installation& in, const std::string& state) {
  return eventually([&] { return in.archiver->status().status == state; });
}

struct KillTest : ::testing::Test {
  ScratchDir dir;
  std::string root = dir.path() + "/a", dest = dir.path() + "/dest";
  IoContext io() {
    IoContext ctx;
    ctx.deadline = after(60s);
    return ctx;
  }
  void bring_up(Installation& in) {
    in.tuning.catalog_period = 0ms;
    auto mode = in.catalog->get<std::optional<catalog::TenantRow>>(
        [&](Transaction& tx) { return catalog::find_tenant(tx, in.tenant.tenant_id); });
    if ((*mode)->log_mode != "ARCHIVELOG") in.set_mode("ARCHIVELOG");
  }

  /// A life with everything in it: pieces that switch, a suspension, a stop.
  int live(const std::function<void(Installation&)>& arm) {
    Installation in(root, dest, 2, 200);
    bring_up(in);
    arm(in);
    in.start();
    if (!reaches(in, "DOING")) return 2;
    for (int i = 0; i < 60; ++i) {
      in.write("record " + std::to_string(i) + ";", 1001 + i % 2);
      CancelToken().wait_for(7ms);
    }
    if (!in.archiver->flush(io())) return 3;
    in.set_state("ENABLE", "DEFER");
    if (!reaches(in, "SUSPEND")) return 4;
    in.set_state("DEFER", "ENABLE");
    if (!reaches(in, "DOING")) return 5;
    in.write("once more;");
    if (!in.archiver->flush(io())) return 6;
    in.set_mode("NOARCHIVELOG");
    if (!reaches(in, "STOP")) return 7;
    return 0;
  }

  /// The next process: whatever the state, archiving comes back, and nothing that was confirmed is lost.
  int recover() {
    Installation in(root, dest, 2, 200);
    in.start();
    auto row = in.round();
    const bool ending = row && (row->status == "STOPPING" || row->status == "STOP");
    if (ending && !reaches(in, "STOP")) return 12;
    if (in.dest().state == "DEFER") {
      if (!ending && !reaches(in, "SUSPEND")) return 13;
      in.set_state("DEFER", "ENABLE");
    }
    bring_up(in);
    in.archiver->wake();
    if (!reaches(in, "DOING")) return fprintf(stderr, "%s\n", in.archiver->status().comment.c_str()), 14;
    in.write("after the crash;");
    if (const auto flushed = in.archiver->flush(io()); !flushed)
      return fprintf(stderr, "%s; %s\n", flushed.error().message().c_str(), in.archiver->status().comment.c_str()), 15;
    for (const uint64_t ls : {1001, 1002}) {
      const std::string archived = test::newest_round_log(dest, ls);
      if (archived != test::read_whole(in.log_path(ls)))
        return fprintf(stderr, "stream %lu: %.200s\n", ls, archived.c_str()), 16;
    }
    if (const auto wrong = test::wrong_in_frozen_pieces(dest); !wrong.empty())
      return fprintf(stderr, "%s\n", wrong.c_str()), 17;
    in.stop();
    return 0;
  }
};

struct StateKill : KillTest, ::testing::WithParamInterface<std::tuple<const char*, int>> {};

TEST_P(StateKill, TheNextProcessGoesOn) {
  const auto [state, nth] = GetParam();
  const int killed = in_child([&] {
    return live([&, left = std::make_shared<int>(nth)](Installation& in) {
      in.context.at_state = [state = std::string("archive/") + std::get<0>(GetParam()), left](const std::string& name) {
        if (name == state && --*left == 0) _exit(kKilled);
      };
    });
  });
  ASSERT_EQ(killed, kKilled) << "the state was not reached";
  EXPECT_EQ(in_child([&] { return recover(); }), 0);
}

INSTANTIATE_TEST_SUITE_P(
    EveryState, StateKill,
    ::testing::Values(std::tuple("PREPARE", 1), std::tuple("START_CHOSEN", 1), std::tuple("BEGINNING", 1),
                      std::tuple("DOING", 1), std::tuple("DOING", 2), std::tuple("CHECKPOINT", 1),
                      std::tuple("CHECKPOINT", 3), std::tuple("PIECE_ACTIVE", 1), std::tuple("PIECE_AVAILABLE", 1),
                      std::tuple("PIECE_AVAILABLE", 2), std::tuple("PIECE_FROZEN", 1), std::tuple("PIECE_FROZEN", 2),
                      std::tuple("SUSPENDING", 1), std::tuple("SUSPEND", 1), std::tuple("BEGINNING", 2),
                      std::tuple("STOPPING", 1), std::tuple("STOP", 1)),
    [](const auto& info) { return std::string(std::get<0>(info.param)) + std::to_string(std::get<1>(info.param)); });

TEST_F(KillTest, AnInterruptedRoundStaysInterrupted) {
  const int killed = in_child([&] {
    return live([&](Installation& in) {
      in.context.at_state = [&](const std::string& name) {
        if (name == "archive/DOING") test::append_file(root + "/db1001/gap", "x");
        if (name == "archive/INTERRUPTED") _exit(kKilled);
      };
    });
  });
  ASSERT_EQ(killed, kKilled);
  EXPECT_EQ(in_child([&] {
              Installation in(root, dest, 2, 200);
              in.start();
              CancelToken().wait_for(500ms);
              return in.round()->status == "INTERRUPTED" && !in.round()->comment.empty() ? 0 : 1;
            }),
            0);
}

struct RequestKill : KillTest, ::testing::WithParamInterface<int> {};

// Before the nth change of the medium: files half announced, checkpoints written twice, pieces half frozen.
TEST_P(RequestKill, TheNextProcessGoesOn) {
  const int killed = in_child([&] {
    return live([&](Installation& in) {
      in.store().set_hook([left = std::make_shared<std::atomic<int>>(GetParam())](const std::string& op, const std::string&) {
        if ((op == "put" || op == "append" || op == "remove") && --*left == 0) _exit(kKilled);
        return ok();
      });
    });
  });
  ASSERT_EQ(killed, kKilled);
  EXPECT_EQ(in_child([&] { return recover(); }), 0);
}

INSTANTIATE_TEST_SUITE_P(Medium, RequestKill, ::testing::Values(1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 17, 20, 24, 29, 35, 42, 50, 55, 60, 65, 70));

}  // namespace
}  // namespace seabed
