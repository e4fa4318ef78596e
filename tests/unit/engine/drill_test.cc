// Drills: which moment, which scratch places go, and reports that hold or do not.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "core/engine/drill/choose_moment.h"
#include "core/engine/drill/drill.h"
#include "core/engine/drill/report.h"
#include "core/engine/drill/scratch.h"

namespace seabed {
namespace {

namespace fs = std::filesystem;
using drill::PublicKey;
using drill::SigningKey;

class DrillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/seabed-drill-test-XXXXXX";
    base_ = ::mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(base_); }
  SigningKey key() {
    auto made = SigningKey::load_or_make(base_ + "/state");
    EXPECT_TRUE(made) << made.error().message();
    return *made;
  }
  drill::Report report() {
    drill::Report r;
    r.drill_id = 7, r.tenant_id = 1002, r.tenant_name = "shop", r.cluster_name = "lab";
    r.moment = "latest", r.target = 1'795'428'900'123'456'789ull,
    r.target_display = "2026-11-23 10:15:00.123456";
    r.sets = {"backup_set_1_full"};
    TenantScan::Stream stream;
    stream.ls_id = 1001, stream.name = "db";
    FamilyScan family;
    family.name = "orders \xff", family.rows = 12, family.bytes = 340, family.digest = hash128("x");
    stream.scan.families.push_back(family);
    r.scan.streams.push_back(stream);
    return r;
  }
  std::string base_;
};

TEST(DrillMoment, EveryMomentOfTheWindowAndNothingElse) {
  const std::vector<WindowRange> ranges = {{10, 12, 1}, {20, 20, 2}};
  std::vector<Scn> found;
  for (uint64_t at = 0; at < 4; ++at) found.push_back(drill::moment_in(ranges, at));
  EXPECT_EQ(found, (std::vector<Scn>{10, 11, 12, 20}));
  EXPECT_EQ(drill::moment_in(ranges, 4), 10u);
  EXPECT_EQ(drill::moment_in(ranges, UINT64_MAX), drill::moment_in(ranges, UINT64_MAX % 4));
}

TEST(DrillMoment, WordsAreReadAsTheyAreMeant) {
  using Kind = RestoreTargetPoint::Kind;
  EXPECT_EQ(drill::target_point("latest").kind, Kind::kLatest);
  EXPECT_EQ(drill::target_point("1795428900000000000").scn, 1'795'428'900'000'000'000ull);
  EXPECT_EQ(drill::target_point("2026-11-23 10:15:00").kind, Kind::kTime);
  EXPECT_EQ(drill::target_point("99999999999999999999999").kind,
            Kind::kTime);  // the tenant's clock refuses it
}

TEST(DrillSchedule, TheTenantsOwnWordGoesBeforeTheClusters) {
  using namespace std::chrono_literals;
  DrillSettings settings;
  TenantConfig tenant;
  EXPECT_EQ(next_drill_us(settings, tenant, 5, 9), 0u);  // never, unless told
  settings.every = 1h;
  EXPECT_EQ(next_drill_us(settings, tenant, 5, 9), 3'600'000'005u);
  EXPECT_EQ(next_drill_us(settings, tenant, 0, 9), 3'600'000'009u);  // an agent that just began waits first
  tenant.drill_every = 1s;
  EXPECT_EQ(next_drill_us(settings, tenant, 5, 9), 1'000'005u);
  tenant.drill_every = 0s;
  EXPECT_EQ(next_drill_us(settings, tenant, 5, 9), 0u);
}

TEST_F(DrillTest, TheKeyIsMadeOnceAndIsPrivate) {
  const SigningKey first = key(), second = key();
  EXPECT_EQ(first.public_key().id(), second.public_key().id());
  EXPECT_EQ(first.public_key().id().size(), 64u);
  struct stat st {};
  ASSERT_EQ(::stat((base_ + "/state/drill_key.pem").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(base_ + "/state"), fs::directory_iterator()), 1);
  ::chmod((base_ + "/state/drill_key.pem").c_str(), 0640);
  EXPECT_EQ(SigningKey::load_or_make(base_ + "/state").error().code, Code::kPermissionDenied);
}

TEST_F(DrillTest, AReportHoldsAndEveryFlippedByteBreaksIt) {
  const SigningKey signer = key();
  const std::string text = *drill::encode_report(report(), signer);
  auto pem = PublicKey::from_pem(signer.public_key().pem(), "k");
  ASSERT_TRUE(pem);
  auto checked = drill::check_report(text, *pem, "r");
  ASSERT_TRUE(checked) << checked.error().message();
  EXPECT_TRUE(checked->passed);
  EXPECT_EQ(nlohmann::json::parse(checked->body)["rows"], 12);
  EXPECT_EQ(nlohmann::json::parse(checked->body)["target_scn"], 1'795'428'900'123'456'789ull);
  for (size_t at = 0; at < text.size(); ++at)
    for (int bit : {0, 3, 5, 6}) {
      std::string changed = text;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      EXPECT_FALSE(drill::check_report(changed, *pem, "r")) << "byte " << at << " bit " << bit;
    }
  EXPECT_FALSE(drill::check_report(text + " ", *pem, "r"));
  EXPECT_FALSE(drill::check_report(text.substr(0, text.size() - 1), *pem, "r"));
}

TEST_F(DrillTest, AnotherKeyAndAFailedDrillAreTold) {
  drill::Report failed = report();
  failed.error = Error{Code::kCorruption, "macro_block_data.0", "its checksum does not hold", "", 0, 0};
  const std::string text = *drill::encode_report(failed, key());
  auto checked = drill::check_report(text, key().public_key(), "r");
  ASSERT_TRUE(checked) << checked.error().message();
  EXPECT_FALSE(checked->passed);
  EXPECT_EQ(nlohmann::json::parse(checked->body)["error"]["object"], "macro_block_data.0");
  auto other = SigningKey::load_or_make(base_ + "/other");
  ASSERT_TRUE(other);
  EXPECT_EQ(drill::check_report(text, other->public_key(), "r").error().code, Code::kPermissionDenied);
}

TEST_F(DrillTest, TheScratchPlaceGoesAndSoDoesWhatAKilledDrillLeft) {
  const std::string root = base_ + "/scratch";
  ASSERT_TRUE(make_directories(root + "/seabed-drill-3/tenant"));
  std::ofstream(root + "/seabed-drill-3/tenant/file") << "left";
  ASSERT_TRUE(make_directories(root + "/someone-elses"));
  {
    auto running = drill::Scratch::make(root, "4");
    ASSERT_TRUE(running) << running.error().message();
    EXPECT_FALSE(fs::exists(root + "/seabed-drill-3"));
    EXPECT_TRUE(fs::exists(root + "/someone-elses"));
    auto beside = drill::Scratch::make(root, "5");
    ASSERT_TRUE(beside);
    EXPECT_TRUE(fs::exists(running->path())) << "a living drill's place was swept";
    EXPECT_EQ(drill::Scratch::make(root, "4").error().code, Code::kConflict);
  }
  EXPECT_FALSE(fs::exists(root + "/seabed-drill-4"));
  EXPECT_FALSE(fs::exists(root + "/seabed-drill-5"));
}

}  // namespace
}  // namespace seabed
