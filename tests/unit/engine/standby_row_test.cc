// ERR_CODE of a standby's streams: what its last step met, by OceanBase's numbers.
#include "core/engine/standby/standby_row.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/engine/job/context.h"

namespace seabed::standby {
namespace {

class StandbyRow : public ::testing::Test {
 protected:
  StandbyRow() : root_(scratch()), catalog_(std::move(*Catalog::open({.path = root_ + "/catalog.db"}))) {
    context_.catalog = catalog_.get();
    EXPECT_TRUE(catalog_->transact([](Transaction& tx) {
      return catalog::put_log_restore_status(tx, kTenant, {{.tenant_id = kTenant, .ls_id = 1001}});
    }));
  }
  ~StandbyRow() override { std::filesystem::remove_all(root_); }
  static std::string scratch() {
    char name[] = "/tmp/seabed-standby-row-XXXXXX";
    return ::mkdtemp(name);
  }
  catalog::LogRestoreStatusRow row() {
    auto rows = catalog_->get<std::vector<catalog::LogRestoreStatusRow>>(
        [](Transaction& tx) { return catalog::list_log_restore_status(tx, kTenant); });
    return rows && rows->size() == 1 ? rows->front() : catalog::LogRestoreStatusRow{};
  }

  static constexpr uint64_t kTenant = 1004;
  std::string root_;
  std::unique_ptr<Catalog> catalog_;
  EngineContext context_;
};

TEST_F(StandbyRow, AnErrorIsTold) {
  const std::tuple<FollowState, Error, int64_t> table[] = {
      {FollowState::kGap, {Code::kGap, "piece 2", "log is missing", "", 0, 0}, 9048},
      {FollowState::kNetwork, {Code::kUnavailable, "s3", "is away", "", 0, 9070}, 9070},
      {FollowState::kNetwork,
       {Code::kCorruption, "piece 2", "is damaged", "", 0, 0},
       4000 + static_cast<int64_t>(Code::kCorruption)},
  };
  for (const auto& [state, error, number] : table) {
    ASSERT_TRUE(write_error(context_, kTenant, state, error));
    EXPECT_EQ(row().err_code, number) << error.message();
    EXPECT_EQ(row().comment, error.message());
  }
}

TEST_F(StandbyRow, AGapBehindAStepIsTold) {
  PullResult pulled;
  pulled.synced = 7;
  pulled.streams.emplace_back().outcome.ls_id = 1001;
  pulled.stopped = Error{Code::kGap, "piece 2", "does not follow piece 1", "", 0, 0};
  ASSERT_TRUE(write_status(context_, kTenant, FollowState::kGap, pulled));
  EXPECT_EQ(row().err_code, 9048);
  EXPECT_EQ(row().sync_scn, 7u);
  EXPECT_EQ(row().comment, pulled.stopped->message());
  pulled.stopped.reset();
  ASSERT_TRUE(write_status(context_, kTenant, FollowState::kFollowing, pulled));
  EXPECT_EQ(row().err_code, 0);
}

}  // namespace
}  // namespace seabed::standby
