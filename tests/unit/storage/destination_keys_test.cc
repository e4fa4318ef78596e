#include "core/storage/destination_keys.h"

#include <gtest/gtest.h>

namespace seabed {
namespace {

DriverInfo driver() {
  DriverInfo info;
  info.name = "acme";
  info.keys = {{"host", "text", "", "where it is", false, true},
               {"access_key", "text", "", "secret", true, false},
               {"style", "virtual|path", "virtual", "form", false, false},
               {"tls", "boolean", "true", "", false, false},
               {"part", "size", "", "", false, false}};
  return info;
}

Result<DestinationKeys> sorted(const std::string& params, const KeyValues& defaults = {}) {
  return sort_keys(parse_uri("acme://bucket/dir?" + params).value(), defaults, driver());
}

TEST(DestinationKeys, HostKeysNeverReachTheDriver) {
  const auto keys = sorted("host=h&max_iops=100&max_bandwidth=10MB&delete_mode=tagging&access_key=s").value();
  EXPECT_EQ(keys.host.max_iops, 100u);
  EXPECT_EQ(keys.host.max_bandwidth, 10u << 20);
  EXPECT_TRUE(keys.host.tag_instead_of_delete);
  ASSERT_EQ(keys.driver.size(), 2u);
  EXPECT_EQ(keys.driver[0].key, "access_key");
  EXPECT_TRUE(keys.driver[0].secret);
  EXPECT_EQ(keys.driver[1].key, "host");
  EXPECT_FALSE(keys.driver[1].secret);
}

TEST(DestinationKeys, AnUnknownKeyIsAnErrorThatNamesTheKnownOnes) {
  const auto error = sorted("host=h&hots=x").error();
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  EXPECT_EQ(error.object, "hots");
  EXPECT_NE(error.next_step.find("access_key"), std::string::npos);
}

TEST(DestinationKeys, ValuesAreCheckedAndNeverShown) {
  for (const char* bad :
       {"style=other", "tls=maybe", "part=12x", "max_iops=-1", "max_bandwidth=ten", "delete_mode=keep"}) {
    const auto result = sorted(std::string("host=h&") + bad);
    ASSERT_FALSE(result.has_value()) << bad;
    const std::string value = std::string(bad).substr(std::string(bad).find('=') + 1);
    EXPECT_EQ(result.error().message().find("'" + value), std::string::npos);
  }
  EXPECT_TRUE(sorted("host=h&style=path&tls=false&part=8MiB").has_value());
}

TEST(DestinationKeys, RequiredOnesMustBeThereAndDefaultsCount) {
  EXPECT_FALSE(sorted("tls=true").has_value());
  const auto keys = sorted("tls=true", {{"host", "from-configuration"}, {"tls", "false"}}).value();
  ASSERT_EQ(keys.driver.size(), 2u);
  EXPECT_EQ(keys.driver[0].value, "from-configuration");
  EXPECT_EQ(keys.driver[1].value, "true") << "the URI's own value wins";
  EXPECT_FALSE(sorted("host=h", {{"nonsense", "1"}}).has_value());
}

TEST(ParseSize, UnitsArePowersOf1024) {
  EXPECT_EQ(parse_size("k", "0").value(), 0u);
  EXPECT_EQ(parse_size("k", "17").value(), 17u);
  EXPECT_EQ(parse_size("k", "5B").value(), 5u);
  EXPECT_EQ(parse_size("k", "2k").value(), 2048u);
  EXPECT_EQ(parse_size("k", "2KB").value(), 2048u);
  EXPECT_EQ(parse_size("k", "3MiB/s").value(), 3u << 20);
  EXPECT_EQ(parse_size("k", "1G").value(), 1u << 30);
  for (const char* bad : {"", "M", "1X", "1MBB", "-1", "1.5M", "99999999999T", "1BB"})
    EXPECT_FALSE(parse_size("k", bad)) << bad;
}

}  // namespace
}  // namespace seabed
