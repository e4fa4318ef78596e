// cluster_parameter.<time>.obbak: the bytes of earlier versions, and damage.
#include "core/format/cluster_parameters.h"

#include <gtest/gtest.h>

#include "tests/unit/format/flips.h"
#include "tests/unit/format/golden.h"

namespace seabed {
namespace {

ClusterParameters sample() {
  ClusterParameters out{7, "east", 1795428900000000000u, {{"standby_fetch_log_bandwidth_limit", "100M"}}, {}};
  out.tenants.push_back({1002, "shop", "mysql", "UTC", "PRIMARY", "ARCHIVELOG", {{"archive_lag_target", "60s"}},
                         {{"default", "7d"}},
                         {{1001, "archive", "s3://b/a?host=h", "OPTIONAL", 86'400'000'000u, "ENABLE"},
                          {1002, "data", "file:///d", "OPTIONAL", 0, "ENABLE"}}});
  out.tenants.push_back({1004, "cache", "oracle", "Asia/Shanghai", "STANDBY", "NOARCHIVELOG", {}, {}, {}});
  return out;
}

TEST(ClusterParameters, GoldenBytes) {
  const std::string now = encode_cluster_parameters(sample());
  EXPECT_EQ(to_hex(now), to_hex(testing::golden("cluster_parameters", now)));
  auto read = decode_cluster_parameters(testing::golden("cluster_parameters", now), "f");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, sample());
}

TEST(ClusterParameters, EveryFlippedBitIsSeen) {
  testing::for_each_flip(encode_cluster_parameters(sample()), 1 << 20, [](const std::string& bad, size_t bit) {
    EXPECT_FALSE(decode_cluster_parameters(bad, "f")) << "bit " << bit;
  });
}

TEST(ClusterParameters, EveryCutIsSeen) {
  const std::string good = encode_cluster_parameters(sample());
  for (size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(decode_cluster_parameters(good.substr(0, n), "f")) << n;
  EXPECT_FALSE(decode_cluster_parameters(good + "x", "f"));
}

}  // namespace
}  // namespace seabed
