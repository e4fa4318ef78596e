#include <gtest/gtest.h>
#include <sys/wait.h>

#include "core/media/format_file.h"
#include "core/media/lease.h"
#include "core/media/lease_keeper.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using test::DirStore;
using test::ScratchDir;

struct LeaseTest : ::testing::Test {
  ScratchDir dir;
  std::shared_ptr<DirStore> store = std::make_shared<DirStore>(dir.path());
  IoContext ctx;
  LeaseTerms terms{.lease = 400ms, .clock_error = 10ms, .request_deadline = 50ms};
  Result<std::unique_ptr<StreamLease>> claim(const std::string& owner) {
    return StreamLease::claim(store, 1001, owner, terms, system_clock(), ctx);
  }
};

TEST_F(LeaseTest, OneOwnerAtATimeAndEpochsRise) {
  auto a = claim("host-a:1:1");
  ASSERT_TRUE(a);
  EXPECT_EQ((*a)->epoch(), 1u);
  EXPECT_TRUE((*a)->check());
  const auto b = claim("host-b:1:1");
  ASSERT_FALSE(b);
  EXPECT_EQ(b.error().code, Code::kConflict);
  EXPECT_GT(b.error().retry_after_ms, 0);
  EXPECT_LE(b.error().retry_after_ms, 500);
  (*a)->release(ctx);
  EXPECT_FALSE((*a)->check());
  auto c = claim("host-b:1:1");
  ASSERT_TRUE(c);
  EXPECT_EQ((*c)->epoch(), 2u);
  EXPECT_EQ((*c)->previous_owner(), "host-a:1:1");
  EXPECT_EQ(store->all().size(), 1u) << "old leases go";
}

TEST_F(LeaseTest, RenewalKeepsItAndLeavesOneObject) {
  auto a = claim("host-a:1:1");
  ASSERT_TRUE(a);
  LeaseKeeper keeper(90ms);
  keeper.add(std::shared_ptr<StreamLease>(std::move(*a)));
  const auto until = after(900ms);
  while (std::chrono::steady_clock::now() < until) {
    EXPECT_FALSE(claim("host-b:1:1"));
    CancelToken().wait_for(50ms);
  }
  EXPECT_LE(store->all().size(), 2u);
}

TEST_F(LeaseTest, TheLoserIsFencedAfterATakeover) {
  auto a = claim("host-a:1:1");
  ASSERT_TRUE(a);
  Result<std::unique_ptr<StreamLease>> b = claim("host-b:1:1");
  for (const auto until = after(5s); !b && std::chrono::steady_clock::now() < until; b = claim("host-b:1:1"))
    CancelToken().wait_for(20ms);
  ASSERT_TRUE(b) << b.error().message();
  EXPECT_EQ((*a)->state(), StreamLease::State::kExpired);
  EXPECT_EQ((*a)->check().error().code, Code::kFenced);
  EXPECT_FALSE((*a)->renew(ctx)) << "an expired lease is never renewed";
  EXPECT_TRUE((*b)->check());
}

TEST_F(LeaseTest, RenewalSeesANewerEpoch) {
  auto a = claim("host-a:1:1");
  ASSERT_TRUE(a);
  terms.lease = 0ms;  // an impatient second one with the same name: claims at once
  auto twin = claim("host-a:1:1");
  ASSERT_TRUE(twin);
  EXPECT_EQ((*a)->renew(ctx).error().code, Code::kFenced);
  EXPECT_EQ((*a)->state(), StreamLease::State::kLost);
}

TEST_F(LeaseTest, ADeadProcessOfThisHostIsNotWaitedFor) {
  terms.lease = 1h;
  const pid_t child = fork();
  if (child == 0) _exit(claim(process_owner()) ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(claim(process_owner()));
  EXPECT_FALSE(owner_is_gone(process_owner()));
  EXPECT_FALSE(owner_is_gone("elsewhere:1:1"));
  EXPECT_FALSE(owner_is_gone("nonsense"));
}

TEST_F(LeaseTest, WithoutConditionalPutItIsRefused) {
  store->caps_.conditional_put = false;
  EXPECT_EQ(claim("host-a:1:1").error().code, Code::kUnsupported);
}

struct FormatTest : LeaseTest {
  DestinationFacts facts{.cluster_id = 1, .cluster_name = "c", .tenant_id = 1002, .tenant_name = "t", .dest_id = 1001,
                         .use = DestinationUse::kArchive, .time_zone = "UTC", .mode = "mysql"};
};

TEST_F(FormatTest, OnlyEmptyOrOwnDirectoriesAreTaken) {
  ASSERT_TRUE(claim_destination(*store, facts, ctx));
  ASSERT_TRUE(claim_destination(*store, facts, ctx));
  EXPECT_TRUE(check_format(*store, facts, ctx));
  auto other = facts;
  other.tenant_id = 1004;
  EXPECT_EQ(claim_destination(*store, other, ctx).error().ob_error, 9081);
  other = facts;
  other.cluster_id = 2;
  EXPECT_EQ(check_format(*store, other, ctx).error().ob_error, 9081);
  other = facts;
  other.use = DestinationUse::kData;
  EXPECT_EQ(check_format(*store, other, ctx).error().ob_error, 9081);
  std::filesystem::remove(store->path("format.obbak"));
  EXPECT_EQ(check_format(*store, facts, ctx).error().ob_error, 9080);
  ASSERT_TRUE(put_object(*store, "something", "x", PutMode::kReplace, ctx));
  EXPECT_EQ(claim_destination(*store, facts, ctx).error().ob_error, 9080);
}

TEST_F(FormatTest, ProbesReplaceEachOther) {
  ASSERT_TRUE(claim_destination(*store, facts, ctx));
  const auto name = probe_destination(*store, facts, system_clock(), ctx);
  ASSERT_TRUE(name) << name.error().message();
  EXPECT_EQ(name->find("1002_connect_file_"), 0u) << *name;
  ASSERT_TRUE(probe_destination(*store, facts, system_clock(), ctx));
  EXPECT_EQ(store->all().size(), 2u);
}

}  // namespace
}  // namespace seabed
