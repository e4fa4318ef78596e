// A drill's report as an earlier version signed it (docs/format/drill-report.md): it still holds under its key.

#include <gtest/gtest.h>

#include <filesystem>

#include "core/engine/drill/report.h"
#include "tests/unit/format/golden.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed::drill {
namespace {

TEST(DrillGolden, AnOldReportHolds) {
  const test::ScratchDir dir;
  const auto key = SigningKey::load_or_make(dir.path());
  ASSERT_TRUE(key);
  Report report;
  report.drill_id = 7, report.cluster_id = 1, report.tenant_id = 1002;
  report.cluster_name = "alpha", report.tenant_name = "shop", report.host = "host", report.version = "1.0";
  report.sources = {"file:///backup/shop/data"}, report.moment = "latest", report.target = 1'795'428'900'000'000'000;
  report.sets = {"backup_set_1_full"}, report.started = report.target, report.ended = report.target + 5;
  const auto made = encode_report(report, *key);
  ASSERT_TRUE(made);
  const std::string pem = testing::golden("drill_key", key->public_key().pem());
  const std::string old = testing::golden("drill_report", *made);
  const auto mine = PublicKey::from_pem(pem, "golden");
  ASSERT_TRUE(mine) << mine.error().message();
  const auto checked = check_report(old, *mine, "golden");
  ASSERT_TRUE(checked) << checked.error().message();
  EXPECT_TRUE(checked->passed);
  EXPECT_NE(checked->body.find("backup_set_1_full"), std::string::npos);
  std::string bad = old;
  bad[bad.size() / 2] ^= 1;
  EXPECT_FALSE(check_report(bad, *mine, "golden"));
}

}  // namespace
}  // namespace seabed::drill
