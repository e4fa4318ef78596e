// When troubles are told, and how a delivery ends.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/fd.h"
#include "tools/agent/alert_delivery.h"
#include "tools/agent/alert_events.h"
#include "tools/agent/background_record.h"

namespace seabed {
namespace {

using std::chrono::milliseconds;

Trouble lag() { return {"archive_lag", "shop", "", "late", ""}; }

std::string said(const std::vector<AlertMessage>& messages) {
  std::string out;
  for (const auto& m : messages) out += (m.resolved ? "-" : "+") + m.trouble.event + " ";
  return out;
}

TEST(AlertGate, OnceThenAtTheInterval) {
  AlertGate gate;
  EXPECT_EQ(said(gate.look({lag()}, 0, milliseconds(1000))), "+archive_lag ");
  EXPECT_EQ(said(gate.look({lag()}, 999, milliseconds(1000))), "");
  EXPECT_EQ(said(gate.look({lag()}, 1000, milliseconds(1000))), "+archive_lag ");
  EXPECT_EQ(said(gate.look({}, 1001, milliseconds(1000))), "-archive_lag ");
  EXPECT_EQ(said(gate.look({}, 5000, milliseconds(1000))), "");
  EXPECT_EQ(said(gate.look({lag()}, 5001, milliseconds(1000))), "+archive_lag ");
}

TEST(AlertGate, PatienceAndEvents) {
  AlertGate gate;
  Trouble error = lag();
  error.event = "archive_error", error.patience = 3;
  EXPECT_EQ(said(gate.look({error}, 0, milliseconds(1000))), "");
  EXPECT_EQ(said(gate.look({}, 1, milliseconds(1000))), "");  // it went away by itself: nothing is told
  for (int i = 2; i < 4; ++i) EXPECT_EQ(said(gate.look({error}, i, milliseconds(1000))), "");
  EXPECT_EQ(said(gate.look({error}, 4, milliseconds(1000))), "+archive_error ");
  Trouble failed{"backup_failed", "shop", "job 7", "", ""};
  failed.once = true;
  EXPECT_EQ(said(gate.look({failed, error}, 5, milliseconds(1000))), "+backup_failed ");
  EXPECT_EQ(said(gate.look({failed}, 5, milliseconds(1000))), "-archive_error ");
  EXPECT_EQ(said(gate.look({}, 9999, milliseconds(1000))), "");
}

TEST(BackgroundRecord, FailuresLastUntilTheNextSuccess) {
  BackgroundRecord record;
  AlertGate gate;
  const Status bad = fail(Code::kIo, "medium", "is away");
  auto look = [&] { return said(gate.look(record.troubles(), 0, milliseconds(1000))); };
  record.note("clean/1002", true, bad);
  EXPECT_EQ(look(), "+job_failed ");
  record.note("clean/1002", true, bad);
  EXPECT_EQ(look(), "");
  record.note("clean/1002", true, ok());
  EXPECT_EQ(look(), "-job_failed ");
  record.note("restore/7", false, bad);
  record.note("restore/7", false, bad);
  EXPECT_EQ(look(), "+job_failed +job_failed ");
  EXPECT_EQ(look(), "");
  record.note("alerts", true, bad);
  EXPECT_EQ(look(), "");
  MetricFamilies out;
  record.add_metrics(&out);
  EXPECT_NE(out.text().find("seabed_background_runs_total{task=\"clean\",result=\"failure\"} 2"),
            std::string::npos)
      << out.text();
}

class AlertCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/seabed-alert-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string directory_;
  CancelToken cancel_;
};

TEST_F(AlertCommand, GetsTheEventAndItsWordsAsTheyAre) {
  const std::string out = directory_ + "/out";
  const std::string nasty = "$(touch " + directory_ + "/owned); `id` ' \"";
  auto done = run_alert_command(
      {"/bin/sh", "-c", "cat > \"$0\"; printf '%s|%s|%s' \"$1\" \"$#\" \"$(env | wc -l)\" >> \"$0\"", out,
       nasty},
      "{\"event\":\"x\"}\n", milliseconds(20'000), cancel_);
  ASSERT_TRUE(done) << done.error().message();
  const std::string text = *read_file(out);
  EXPECT_EQ(text.substr(0, text.rfind('|')), "{\"event\":\"x\"}\n" + nasty + "|1");
  EXPECT_LE(std::stoi(text.substr(text.rfind('|') + 1)), 5);  // a clean environment
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/owned"));
}

TEST_F(AlertCommand, IsBoundedInTimeWithItsChildren) {
  const auto begin = std::chrono::steady_clock::now();
  auto done = run_alert_command({"/bin/sh", "-c", "sleep 100 & echo $! > \"$0\"; wait", directory_ + "/pid"},
                                "x", milliseconds(500), cancel_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
  std::ifstream in(directory_ + "/pid");
  int pid = 0;
  in >> pid;
  ASSERT_GT(pid, 0);
  std::string state = "Z";
  for (int i = 0; i < 500 && std::filesystem::exists("/proc/" + std::to_string(pid)); ++i) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    stat >> word >> word >> state;
    if (state == "Z") break;
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_TRUE(!std::filesystem::exists("/proc/" + std::to_string(pid)) || state == "Z");
}

TEST_F(AlertCommand, FailuresAreTold) {
  EXPECT_EQ(run_alert_command({"/bin/false"}, "x", milliseconds(20'000), cancel_).error().reason,
            "ended with status 1");
  EXPECT_EQ(run_alert_command({directory_ + "/none"}, "x", milliseconds(20'000), cancel_).error().code,
            Code::kNotFound);
  EXPECT_TRUE(run_alert_command({"/bin/true"}, std::string(60'000, 'x'), milliseconds(20'000), cancel_));
}

TEST(AlertWebhook, NobodyThere) {
  auto done = post_alert("http://127.0.0.1:1/SECRET", "{}", milliseconds(5'000));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kUnavailable);
  EXPECT_EQ(done.error().message().find("SECRET"), std::string::npos);
}

}  // namespace
}  // namespace seabed
