// What the page and the alerts say of jobs, archive and standbys, from a catalog with a life behind it.
#include "tools/agent/metrics_jobs.h"

#include <gtest/gtest.h>


#include "core/catalog/backup_jobs.h"
#include "core/catalog/holes.h"
#include "core/catalog/rounds.h"
#include "core/catalog/standbys.h"
#include "core/catalog/tenants.h"
#include "core/engine/restore/restore_state.h"
#include "tests/unit/catalog/scratch_catalog.h"
#include "tools/agent/alert_events.h"
#include "tools/agent/metrics_tenant.h"

namespace seabed {
namespace {

uint64_t wall_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

struct MetricsJobs : test::ScratchCatalog {
  void SetUp() override {
    ScratchCatalog::SetUp();
    open();
    context.catalog = catalog_.get();
    context.clock = &system_clock();
    must([&](Transaction& tx) -> Status {
      SEABED_TRY(tenant, catalog::ensure_tenant(tx, "shop", "mysql", "UTC"));
      return ok();
    });
    auto made = Engine::create(context);
    ASSERT_TRUE(made) << made.error().message();
    engine = std::move(*made);
  }
  void TearDown() override {
    if (engine) engine->stop();
    engine.reset();
    ScratchCatalog::TearDown();
  }
  void job(Transaction& tx, const char* type, const char* status, uint64_t end_us) {
    catalog::BackupJobRow row{.tenant_id = tenant.tenant_id};
    row.backup_type = type, row.status = status, row.start_us = 1, row.end_us = end_us;
    EXPECT_TRUE(catalog::insert_backup_job(tx, row));
  }
  std::string page() {
    MetricFamilies out;
    const Status added = add_tenant_metrics(*engine, tenant, &out);
    EXPECT_TRUE(added) << (added ? "" : added.error().message());
    add_background_metrics(engine->background(), &out);
    EXPECT_TRUE(add_standby_metrics(*engine, &out));
    return out.text();
  }
  /// Of the sample with that name and labels; "": there is none.
  static std::string sample(const std::string& page, const std::string& what) {
    const size_t at = page.find("\n" + what + " ");
    if (at == page.npos) return "";
    const size_t begin = at + what.size() + 2;
    return page.substr(begin, page.find('\n', begin) - begin);
  }

  EngineContext context;
  catalog::TenantRow tenant;
  std::unique_ptr<Engine> engine;
};

TEST_F(MetricsJobs, AFullBackupIsNotForgottenBehindManyIncrementals) {
  must([&](Transaction& tx) {
    job(tx, "D", "FAILED", 3'000'000);
    job(tx, "D", "COMPLETED", 5'000'000);
    for (uint64_t i = 1; i <= 300; ++i) job(tx, "I", "COMPLETED", (10 + i) * 1'000'000);
    return ok();
  });
  const std::string text = page();
  EXPECT_EQ(sample(text, R"(seabed_last_success_timestamp_seconds{tenant="shop",kind="full"})"), "5");
  EXPECT_EQ(sample(text, R"(seabed_last_success_timestamp_seconds{tenant="shop",kind="incremental"})"), "310");
  EXPECT_EQ(sample(text, R"(seabed_last_failure_timestamp_seconds{tenant="shop",kind="full"})"), "3");
  EXPECT_EQ(sample(text, R"(seabed_last_failure_timestamp_seconds{tenant="shop",kind="incremental"})"), "");
  EXPECT_EQ(sample(text, R"(seabed_jobs_running{tenant="shop",kind="full"})"), "0");
  EXPECT_EQ(sample(text, R"(seabed_job_progress_ratio{tenant="shop",kind="full"})"), "");
  must([&](Transaction& tx) { return job(tx, "D", "DOING", 0), ok(); });
  EXPECT_EQ(sample(page(), R"(seabed_jobs_running{tenant="shop",kind="full"})"), "1");
  EXPECT_EQ(sample(page(), R"(seabed_job_progress_ratio{tenant="shop",kind="full"})"), "0");
}

TEST_F(MetricsJobs, RestoresAndTheirLikeTellHowFarTheyAre) {
  for (const char* key : {"restore/7", "restore/8", "clean/1002"}) {
    Background& background = engine->background();
    ASSERT_TRUE(background.submit(key, [&background, key = std::string(key)](const CancelToken& cancel) {
      Progress p;
      if (key.starts_with("restore")) p.done_bytes = 50, p.total_bytes = key.ends_with("7") ? 100 : 300;
      else p.done_items = 3, p.total_items = 4;
      background.teller(key)(p);
      while (!cancel.wait_for(std::chrono::seconds(1))) {
      }
      return ok();
    }));
  }
  const auto until = after(std::chrono::seconds(20));
  while (engine->background().all_progress().size() < 3 && std::chrono::steady_clock::now() < until)
    CancelToken().wait_for(std::chrono::milliseconds(2));
  const std::string text = page();
  EXPECT_EQ(sample(text, R"(seabed_background_progress_ratio{task="restore"})"), "0.25");
  EXPECT_EQ(sample(text, R"(seabed_background_done_bytes{task="restore"})"), "100");
  EXPECT_EQ(sample(text, R"(seabed_background_total_bytes{task="restore"})"), "400");
  EXPECT_EQ(sample(text, R"(seabed_background_progress_ratio{task="clean"})"), "0.75");
}

TEST_F(MetricsJobs, AGapAndHolesShow) {
  const std::string gap = R"(seabed_archive_interrupted{tenant="shop"})", holes = R"(seabed_archive_open_holes{tenant="shop"})";
  EXPECT_EQ(sample(page(), gap), "0");
  EXPECT_EQ(sample(page(), holes), "0");
  must([&](Transaction& tx) -> Status {
    catalog::RoundRow round{.tenant_id = tenant.tenant_id, .dest_id = 1001, .round_id = 1, .status = "INTERRUPTED"};
    SEABED_CHECK(catalog::insert_round(tx, round));
    catalog::HoleRow hole{.tenant_id = tenant.tenant_id, .dest_id = 1001, .round_id = 1, .ls_id = 1001, .scn_lo = 5};
    SEABED_CHECK(catalog::put_hole(tx, hole));
    hole.scn_lo = 6, hole.status = "CLOSED";
    return catalog::put_hole(tx, hole);
  });
  EXPECT_EQ(sample(page(), gap), "1");
  EXPECT_EQ(sample(page(), holes), "1") << "a closed one is none";
  EXPECT_EQ(sample(page(), R"(seabed_archive_status{tenant="shop",status="INTERRUPTED"})"), "1");
}

TEST_F(MetricsJobs, AStandbyThatFallsBehindIsSeenAndTold) {
  restore::RestoreState state;
  state.tenant = "look", state.target = (wall_us() - 100'000'000) * 1000;
  ASSERT_TRUE(restore::write_state(directory_, state));
  catalog::LogSourceRow source{.directory = directory_, .following = true};
  source.recovery_until_scn = catalog::kUnlimitedScn;
  must([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto row, catalog::ensure_tenant(tx, "look", "mysql", "UTC"));
    source.tenant_id = row.tenant_id;
    return catalog::put_log_source(tx, source);
  });
  const std::string lag = R"(seabed_standby_lag_seconds{tenant="look"})";
  EXPECT_NEAR(std::atof(sample(page(), lag).c_str()), 100, 20);
  AlertConfig config;
  EXPECT_TRUE(find_troubles(*engine, config, 0)->empty()) << "no limit";
  config.lag_limit = std::chrono::seconds(50);
  const auto troubles = find_troubles(*engine, config, 0);
  ASSERT_TRUE(troubles && troubles->size() == 1);
  EXPECT_EQ(troubles->front().event, "standby_lag");
  EXPECT_EQ(troubles->front().tenant, "look");
  source.recovery_until_scn = state.target;
  must([&](Transaction& tx) { return catalog::put_log_source(tx, source); });
  EXPECT_EQ(sample(page(), lag), "0") << "it is where it was told to go";
  source.following = false;
  must([&](Transaction& tx) { return catalog::put_log_source(tx, source); });
  EXPECT_EQ(sample(page(), lag), "");
}

}  // namespace
}  // namespace seabed
