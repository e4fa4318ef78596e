#include "credentials.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "options.h"

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

TEST(CredentialKeeper, RenewsBeforeTheEndAndLivesOnTheOldMeanwhile) {
  Source source;
  source.lifetime_ns = 100'000'000'000;  // within the last five minutes
  EXPECT_EQ(source.get(), "id1");
  EXPECT_EQ(source.get(), "id2");
  source.code = SEABED_UNAVAILABLE;
  EXPECT_EQ(source.get(), "id2");
  source.keeper.forget();
  EXPECT_EQ(source.get(), "failed");
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
