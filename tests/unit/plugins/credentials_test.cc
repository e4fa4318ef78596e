#include "credentials.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <future>

#include "options.h"
#include "seabed/driver.hpp"

namespace seabed_http {
namespace {

struct TempFile {
  char path[64] = "/tmp/seabed-ini-XXXXXX";
  explicit TempFile(const std::string& text) {
    const int fd = mkstemp(path);
    EXPECT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(fd);
  }
  ~TempFile() { unlink(path); }
};

TEST(Credentials, ProfileFile) {
  const TempFile file(
      "# comment\n[default]\naws_access_key_id = A\r\naws_secret_access_key=B=/+\n; x\n[ other ]\nk= v w \n");
  IniFile ini;
  ASSERT_TRUE(read_ini(file.path, &ini));
  EXPECT_EQ(ini["default"]["aws_access_key_id"], "A");
  EXPECT_EQ(ini["default"]["aws_secret_access_key"], "B=/+");
  EXPECT_EQ(ini["other"]["k"], "v w");
  EXPECT_FALSE(read_ini("/nonexistent/file", &ini));
  EXPECT_FALSE(read_ini("", &ini));
}

TEST(Credentials, SecretFileIsTrimmedAndSmall) {
  std::string out;
  EXPECT_TRUE(read_secret_file(TempFile("  token\n").path, &out));
  EXPECT_EQ(out, "token");
  EXPECT_FALSE(read_secret_file(TempFile(std::string(70'000, 'x')).path, &out));
}

TEST(Credentials, TimesAndJson) {
  EXPECT_EQ(parse_utc("1970-01-02T00:00:01Z"), 86'401'000'000'000u);
  EXPECT_EQ(parse_utc("2026-11-23T08:20:00.123Z") / 1'000'000'000, 1795422000u);
  EXPECT_EQ(parse_utc("yesterday"), 0u);
  auto json = json_members("{\"a\":\"x\",\"b\":7,\"c\":{\"d\":1}}");
  EXPECT_EQ(json["a"], "x");
  EXPECT_EQ(json["b"], "7");
  EXPECT_TRUE(json_members("[1]").empty());
  EXPECT_TRUE(json_members("{").empty());
}

struct Source {
  int fetched = 0;
  int32_t code = SEABED_OK;
  uint64_t lifetime_ns = 0;
  CredentialKeeper keeper{[this](const seabed::sdk::Context&, Credentials* out, seabed::sdk::Error& error) {
    ++fetched;
    if (code != SEABED_OK) return error.fail(SEABED_UNAVAILABLE, "no");
    *out = {"id" + std::to_string(fetched), "key", "", lifetime_ns == 0 ? 0 : wall_clock_ns() + lifetime_ns,
            ""};
    return int32_t{SEABED_OK};
  }};
  std::string get() {
    Credentials out;
    seabed_error raw{};
    raw.struct_size = sizeof raw;
    seabed::sdk::Error error(&raw);
    return keeper.get(seabed::sdk::Context(nullptr), &out, error) == SEABED_OK ? out.access_id : "failed";
  }
};

TEST(CredentialKeeper, KeepsWhatDoesNotExpire) {
  Source source;
  EXPECT_EQ(source.get(), "id1");
  EXPECT_EQ(source.get(), "id1");
  source.keeper.forget();
  EXPECT_EQ(source.get(), "id2");
}

/// A host whose clock the test moves.
class KeeperInTime : public ::testing::Test {
 protected:
  void SetUp() override {
    host_.struct_size = sizeof host_;
    host_.wall_clock_ns = [](const seabed_host*) { return now_; };
    seabed::sdk::g_host = &host_;
    source_.lifetime_ns = 100 * kSecond;   // within the last five minutes
  }
  void TearDown() override { seabed::sdk::g_host = nullptr; }
  static void pass(uint64_t seconds) { now_ += seconds * kSecond; }
  static constexpr uint64_t kSecond = 1'000'000'000;
  static inline uint64_t now_ = 1'800'000'000 * kSecond;
  seabed_host host_{};
  Source source_;
};

TEST_F(KeeperInTime, RenewsBeforeTheEndWithPausesAndLivesOnTheOldMeanwhile) {
  EXPECT_EQ(source_.get(), "id1");
  EXPECT_EQ(source_.get(), "id1") << "the next question comes after a pause";
  pass(10);
  EXPECT_EQ(source_.get(), "id2");
  source_.code = SEABED_UNAVAILABLE;
  pass(10);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(source_.get(), "id2");
  EXPECT_EQ(source_.fetched, 3) << "a failed renewal is not repeated by every call";
  pass(90);   // the old ones are at their end
  EXPECT_EQ(source_.get(), "failed");
  source_.code = SEABED_OK;
  EXPECT_EQ(source_.get(), "id5");
}

TEST_F(KeeperInTime, ForgettingTellsWhetherOthersCanCome) {
  EXPECT_EQ(source_.get(), "id1");
  EXPECT_TRUE(source_.keeper.forget());
  EXPECT_TRUE(source_.keeper.forget()) << "also for who comes second";
  Source fixed;
  EXPECT_EQ(fixed.get(), "id1");
  EXPECT_FALSE(fixed.keeper.forget()) << "a token of the environment stays as it is";
}

TEST_F(KeeperInTime, ASourceThatGaveSomeAndHasNoneIsAFailureThatMayPass) {
  seabed_error raw{};
  raw.struct_size = sizeof raw;
  seabed::sdk::Error error(&raw);
  Credentials out;
  bool here = true;
  CredentialKeeper keeper([&](const seabed::sdk::Context&, Credentials* found, seabed::sdk::Error& e) {
    if (!here) return e.fail(SEABED_PERMISSION_DENIED, "no credentials");
    *found = {"id", "key", "", now_ + 100 * kSecond, ""};
    return int32_t{SEABED_OK};
  });
  EXPECT_EQ(keeper.get(seabed::sdk::Context(nullptr), &out, error), SEABED_OK);
  here = false;
  pass(101);
  EXPECT_EQ(keeper.get(seabed::sdk::Context(nullptr), &out, error), SEABED_UNAVAILABLE);
  EXPECT_EQ(raw.retry, SEABED_RETRY_TRANSIENT);
}

TEST(CredentialKeeper, WhoWaitsForAFetchHearsHisCancelAndDeadline) {
  std::promise<void> begun, release;
  CredentialKeeper keeper([&](const seabed::sdk::Context&, Credentials* found, seabed::sdk::Error&) {
    begun.set_value();
    release.get_future().wait();
    *found = {"id", "key", "", 0, ""};
    return int32_t{SEABED_OK};
  });
  const auto get = [&keeper](const seabed_context* context) {
    Credentials out;
    seabed::sdk::Error quiet(nullptr);
    return keeper.get(seabed::sdk::Context(context), &out, quiet);
  };
  auto first = std::async(std::launch::async, [&] { return get(nullptr); });
  begun.get_future().wait();
  seabed_context context{};
  context.struct_size = sizeof context;
  context.deadline_ns = 1;   // long ago
  EXPECT_EQ(get(&context), SEABED_TIMEOUT);
  context.deadline_ns = 0;
  context.cancelled = [](void*) { return 1; };
  EXPECT_EQ(get(&context), SEABED_CANCELLED);
  release.set_value();
  EXPECT_EQ(first.get(), SEABED_OK);
}

TEST(Options, Durations) {
  uint64_t ms = 0;
  EXPECT_TRUE(parse_duration_ms("500ms", &ms));
  EXPECT_EQ(ms, 500u);
  EXPECT_TRUE(parse_duration_ms("2m", &ms));
  EXPECT_EQ(ms, 120'000u);
  EXPECT_TRUE(parse_duration_ms("3", &ms));
  EXPECT_EQ(ms, 3000u);
  for (const char* bad : {"", "s", "1d", "-1s", "1 s", "99999999999h"})
    EXPECT_FALSE(parse_duration_ms(bad, &ms)) << bad;
}

}  // namespace
}  // namespace seabed_http
