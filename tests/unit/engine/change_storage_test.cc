// ALTER EXTERNAL_STORAGE_DEST and BACKUP CLUSTER PARAMETERS over a medium that knows one key.
#include "core/engine/change_storage.h"

#include <gtest/gtest.h>

#include "core/catalog/cluster_parameters.h"
#include "core/catalog/delete_policies.h"
#include "core/catalog/tenants.h"
#include "core/engine/cluster_parameters.h"
#include "core/engine/probe_destinations.h"
#include "core/engine/set_destination.h"
#include "core/media/cluster_parameter_file.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed {
namespace {

using test::DirStore;

/// Directories below `root`; s3 wants the right key.
class KeyedStorage final : public Storage {
 public:
  explicit KeyedStorage(std::string root) : root_(std::move(root)) {}
  const std::vector<DriverInfo>& drivers() const override { return none_; }
  Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) override {
    if (uri.scheme == "s3" && (!uri.params.count("access_key") || uri.params.at("access_key") != key))
      return fail(Code::kPermissionDenied, uri.redacted(), "the key is not known");
    opened = uri.params;
    return std::make_shared<DirStore>(root_ + "/" + uri.scheme + "/" + uri.location);
  }
  Status change(const Uri& uri) override {
    changed.push_back(uri.identity());
    return Storage::change(uri);
  }
  std::string key = "first";
  std::map<std::string, std::string> opened;
  std::vector<std::string> changed;

 private:
  std::string root_;
  std::vector<DriverInfo> none_;
};

struct Day : Clock {
  static constexpr Scn kNow = 1673472600'000'000'000;  // 2023-01-11 21:30:00 UTC
  ClockReading read() override { return {kNow, 0, 0}; }
};

class ChangeStorage : public ::testing::Test {
 protected:
  ChangeStorage() : root_(scratch()), storage_(root_ + "/media") {
    catalog_ = std::move(*Catalog::open({.path = root_ + "/catalog.db"}));
    context_.cluster_id = 7, context_.cluster_name = "east";
    context_.catalog = catalog_.get(), context_.storage = &storage_, context_.clock = &system_clock();
    must([&](Transaction& tx) -> Status {
      SEABED_TRY(tenant_, catalog::ensure_tenant(tx, "shop", "mysql", "UTC"));
      return ok();
    });
    catalog::DestinationRow wanted;
    wanted.uri = kPath + std::string("&access_id=me&access_key=first");
    auto set = set_destination(context_, tenant_, wanted);
    EXPECT_TRUE(set) << set.error().message();
    before_ = *set;
  }
  ~ChangeStorage() override { std::filesystem::remove_all(root_); }
  static std::string scratch() {
    char name[] = "/tmp/seabed-storage-XXXXXX";
    return ::mkdtemp(name);
  }
  void must(const std::function<Status(Transaction&)>& body) {
    Status done = catalog_->transact(body);
    ASSERT_TRUE(done) << done.error().message();
  }
  int number(const StorageChange& change, const std::string& tenant = "shop") {
    auto done = change_storage(context_, tenant, change);
    if (done) return 0;
    EXPECT_EQ(done.error().message().find("SECRET"), std::string::npos) << done.error().message();
    return done.error().ob_error ? done.error().ob_error : -1;
  }

  static constexpr char kPath[] = "s3://bucket/data?host=h:9000";
  std::string root_;
  KeyedStorage storage_;
  std::unique_ptr<Catalog> catalog_;
  EngineContext context_;
  catalog::TenantRow tenant_;
  catalog::DestinationRow before_;
  CancelToken never_;
};

TEST_F(ChangeStorage, NewKeysAndLimitsAreProvedKeptAndUsed) {
  storage_.key = "second";
  EXPECT_EQ(number({kPath, "", "access_id=me&access_key=second/+%25"}), 9116) << "not the key";
  storage_.key = "second/+";
  auto row = change_storage(context_, "shop", {kPath, "max_iops=50&max_bandwidth=1M", "access_id=you&access_key=second/+"});
  ASSERT_TRUE(row) << row.error().message();
  EXPECT_EQ(row->dest_id, before_.dest_id);
  EXPECT_EQ(storage_.changed, std::vector<std::string>{before_.identity});
  const std::map<std::string, std::string> wanted = {{"host", "h:9000"}, {"access_id", "you"}, {"access_key", "second/+"},
                                                     {"max_iops", "50"}, {"max_bandwidth", "1M"}};
  EXPECT_EQ(storage_.opened, wanted);
  auto kept = catalog_->get<std::optional<catalog::DestinationRow>>(
      [&](Transaction& tx) { return catalog::find_destination(tx, before_.dest_id); });
  EXPECT_EQ(parse_uri((*kept)->uri)->params, wanted) << "what the next start uses";
  EXPECT_EQ(number({kPath, "", "access_id=me&access_key=second/+"}), 0) << "again";
}

TEST_F(ChangeStorage, TheNewProbeIsTheOneThatIsShown) {
  must([&](Transaction& tx) -> Status {
    SEABED_TRY(tenant_, catalog::ensure_tenant(tx, "east", "mysql", "Asia/Shanghai"));
    return ok();
  });
  catalog::DestinationRow wanted;
  wanted.uri = "s3://bucket/east?host=h:9000&access_id=me&access_key=first";
  ASSERT_TRUE(set_destination(context_, tenant_, wanted));
  Day day;
  context_.clock = &day;  // half past nine in the evening in Greenwich, next morning in Shanghai
  auto row = change_storage(context_, "east", {"s3://bucket/east?host=h:9000", "max_iops=50", ""});
  ASSERT_TRUE(row) << row.error().message();
  EXPECT_TRUE(std::filesystem::exists(root_ + "/media/s3/bucket/east/check_file/" + row->check_file)) << row->check_file;
  EXPECT_NE(row->check_file.find("20230112T0530"), std::string::npos) << row->check_file << ": the tenant's time";
}

TEST_F(ChangeStorage, APeriodicProbeMovesTheTimeOnSuccessOnly) {
  const auto shown = [&] {
    return **catalog_->get<std::optional<catalog::DestinationRow>>(
        [&](Transaction& tx) { return catalog::find_destination(tx, before_.dest_id); });
  };
  Day day;
  context_.clock = &day;
  ASSERT_TRUE(probe_destinations(context_, never_));
  const auto probed = shown();
  EXPECT_EQ(probed.last_check_us, Day::kNow / 1000);
  EXPECT_NE(probed.check_file, before_.check_file);
  EXPECT_TRUE(std::filesystem::exists(root_ + "/media/s3/bucket/data/check_file/" + probed.check_file));
  storage_.key = "second";
  context_.clock = &system_clock();
  const auto failed = probe_destinations(context_, never_);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kPermissionDenied);
  EXPECT_EQ(shown().last_check_us, Day::kNow / 1000);
  EXPECT_EQ(shown().check_file, probed.check_file);
}

TEST_F(ChangeStorage, AProbeLeavesAnothersDestinationAlone) {
  context_.cluster_id = 8;
  EXPECT_EQ(probe_destinations(context_, never_).error().ob_error, 9081);
}

TEST_F(ChangeStorage, WhatIsRefused) {
  for (const char* info : {"access_id=a", "access_key=SECRET", "access_id=a&access_key=SECRET&x=y", "SECRET",
                           "access_id=a&access_key=SECRET=", "access_id=&access_key=SECRET", "access_id=a&&access_key=SECRET",
                           "access_id=a&access_id=SECRET"})
    EXPECT_EQ(number({kPath, "", info}), 9116) << info;
  EXPECT_EQ(number({kPath, "", "access_id=a&access_key=SECRET"}), 9116) << "the medium does not know it";
  EXPECT_EQ(number({"file:///x", "", "access_id=a&access_key=SECRET"}), 1235);
  EXPECT_EQ(number({"nfs://h/x", "max_iops=1", ""}), 1235);
  EXPECT_EQ(number({"s3://bucket/data?host=other", "max_iops=1", ""}), 9026) << "with its host";
  EXPECT_EQ(number({"s3://bucket/nix?host=h:9000", "max_iops=1", ""}), 9026);
  EXPECT_EQ(number({kPath, "delete_mode=tagging", ""}), -1) << "only limits";
  EXPECT_EQ(number({kPath, "max_iops=1", ""}, "nix"), -1);
  EXPECT_TRUE(storage_.changed.empty()) << "nothing of it was taken over";
}

TEST_F(ChangeStorage, TheOperatorsDecisionsWithoutSecrets) {
  must([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::set_cluster_parameter(tx, "standby_fetch_log_bandwidth_limit", "10M"));
    SEABED_CHECK(catalog::set_cluster_parameter(tx, "ob_storage_s3_url_encode_type", "default"));
    SEABED_CHECK(catalog::set_parameter(tx, tenant_.tenant_id, "archive_lag_target", "60s"));
    SEABED_CHECK(catalog::set_parameter(tx, tenant_.tenant_id, "external_kms_info", "SECRET"));
    return catalog::add_delete_policy(tx, {tenant_.tenant_id, "default", "7d"});
  });
  auto key = backup_cluster_parameters(context_, "file:///cluster");
  ASSERT_TRUE(key) << key.error().message();
  auto next = backup_cluster_parameters(context_, "file:///cluster");
  ASSERT_TRUE(next) << next.error().message();
  EXPECT_NE(*key, *next) << "a new file for each call";
  DirStore store(root_ + "/media/file//cluster");
  EXPECT_EQ(list_cluster_parameters(store, {})->size(), 2u);
  auto read = read_cluster_parameters(store, *key, {});
  ASSERT_TRUE(read) << read.error().message();
  using Value = ClusterParameters::Value;
  EXPECT_EQ(read->cluster_name, "east");
  EXPECT_EQ(read->parameters, (std::vector<Value>{{"standby_fetch_log_bandwidth_limit", "10M"}}));
  ASSERT_EQ(read->tenants.size(), 1u);
  EXPECT_EQ(read->tenants[0].parameters, (std::vector<Value>{{"archive_lag_target", "60s"}}));
  EXPECT_EQ(read->tenants[0].policies, (std::vector<ClusterParameters::Policy>{{"default", "7d"}}));
  ASSERT_EQ(read->tenants[0].destinations.size(), 1u);
  EXPECT_EQ(read->tenants[0].destinations[0].path, before_.path);
  EXPECT_EQ(encode_cluster_parameters(*read).find("first"), std::string::npos) << "a key";
}

TEST_F(ChangeStorage, ClusterParametersHaveAPathOfTheirOwn) {
  for (const char* path : {"s3://bucket/data?host=h:9000&access_key=first", "s3://bucket/data/x?host=h:9000",
                           "s3://bucket?host=h:9000"}) {
    auto done = backup_cluster_parameters(context_, path);
    ASSERT_FALSE(done) << path;
    EXPECT_EQ(done.error().ob_error, 9066) << path;
  }
  storage_.key = "first";
  EXPECT_TRUE(backup_cluster_parameters(context_, "s3://bucket/data2?host=h:9000&access_key=first"));
}

TEST_F(ChangeStorage, ParametersOfTheClusterAndOfTenantsAreToldApart) {
  auto set = [&](const char* name, const char* value) {
    auto done = catalog_->transact([&](Transaction& tx) { return catalog::set_cluster_parameter(tx, name, value); });
    return done ? std::string() : done.error().message();
  };
  EXPECT_NE(set("archive_lag_target", "1s").find("TENANT"), std::string::npos);
  EXPECT_NE(set("all_server_list", "x").find("not needed"), std::string::npos);
  EXPECT_NE(set("nix", "x").find("unknown"), std::string::npos);
  EXPECT_NE(set("ob_storage_s3_url_encode_type", "x"), "");
  EXPECT_NE(set("standby_fetch_log_bandwidth_limit", "10001G"), "");
  EXPECT_EQ(set("standby_fetch_log_bandwidth_limit", "10000G"), "");
}

}  // namespace
}  // namespace seabed
