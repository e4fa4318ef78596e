#include "core/base/scn.h"

#include <gtest/gtest.h>

namespace seabed {
namespace {

TEST(Scn, KeepsMicrosecondsInMysqlAndNanosecondsInOracle) {
  // 2023-01-11 19:30:49 in Paris is 18:30:49 UTC = 1673461849 s.
  const auto mysql = scn_from_timestamp("2023-01-11 19:30:49.123456789", TenantMode::kMysql, "Europe/Paris");
  ASSERT_TRUE(mysql) << mysql.error().message();
  EXPECT_EQ(*mysql, 1673461849123456000ull);
  EXPECT_EQ(*scn_from_timestamp("2023-01-11 19:30:49.123456789", TenantMode::kOracle, "Europe/Paris"),
            1673461849123456789ull);
}

TEST(Scn, PrintsInTheZoneOfTheTenant) {
  EXPECT_EQ(*scn_to_display(1673461849123456789ull, TenantMode::kMysql, "UTC"), "2023-01-11 18:30:49.123456");
  EXPECT_EQ(*scn_to_display(1673461849123456789ull, TenantMode::kOracle, "Asia/Shanghai"),
            "2023-01-12 02:30:49.123456789");
  EXPECT_EQ(*scn_to_tag(1673461849123456789ull, "Europe/Paris"), "20230111T193049");
}

TEST(Scn, RefusesTimesThatTheZoneSkipsOrRepeats) {
  const auto skipped = scn_from_timestamp("2023-03-26 02:30:00", TenantMode::kMysql, "Europe/Paris");
  ASSERT_FALSE(skipped);
  EXPECT_NE(skipped.error().message().find("does not exist"), std::string::npos);
  const auto twice = scn_from_timestamp("2023-10-29 02:30:00", TenantMode::kMysql, "Europe/Paris");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message().find("twice"), std::string::npos);
}

TEST(Scn, RefusesWhatIsNoTime) {
  for (const char* text : {"", "yesterday", "2023-13-01 00:00:00", "2023-01-01", "2023-01-01 00:00:00 x",
                           "2023-02-30 00:00:00"})
    EXPECT_FALSE(scn_from_timestamp(text, TenantMode::kMysql, "UTC")) << text;
  EXPECT_FALSE(scn_from_timestamp("2023-01-01 00:00:00", TenantMode::kMysql, "Mars/Olympus"));
  EXPECT_TRUE(scn_from_timestamp("2023-01-01T00:00:00", TenantMode::kMysql, "UTC"));
}

// As nanoseconds they would wrap: a year near 2611 into today.
TEST(Scn, TimesThatNoScnCanTellAreRefused) {
  for (const auto* text : {"1969-12-31 23:59:59", "1960-05-01 00:00:00", "0001-01-01 00:00:00", "2262-04-13 00:00:00",
                           "2300-01-01 00:00:00", "2611-06-01 12:00:00", "9999-12-31 23:59:59"})
    for (const auto mode : {TenantMode::kMysql, TenantMode::kOracle}) {
      const auto scn = scn_from_timestamp(text, mode, "UTC");
      ASSERT_FALSE(scn) << text << " " << *scn;
      EXPECT_EQ(scn.error().code, Code::kInvalidArgument);
    }
  EXPECT_FALSE(scn_from_timestamp("10000-01-01 00:00:00", TenantMode::kMysql, "UTC"));
  EXPECT_FALSE(scn_from_timestamp("1970-01-01 00:00:00", TenantMode::kMysql, "Asia/Tokyo")) << "before 1970 in UTC";
  EXPECT_EQ(scn_from_timestamp("1970-01-01 00:00:01", TenantMode::kMysql, "UTC").value(), 1'000'000'000u);
  EXPECT_EQ(scn_from_timestamp("2262-04-01 00:00:00.5", TenantMode::kMysql, "UTC").value(), 9'222'422'400'500'000'000u);
}

}  // namespace
}  // namespace seabed
