// What a tenant's admin may name as a destination: hosts of the operator's configuration, or its list.
#include "core/storage/tenant_destinations.h"

#include <gtest/gtest.h>

namespace seabed {
namespace {

TenantDestinations configured(std::vector<std::string> allowed = {}) {
  TenantDestinations rules;
  rules.allowed = std::move(allowed);
  rules.driver_defaults = {
      {"s3", {{"host", "https://S3.example.com"}, {"s3_region", "eu-1"}}},
      {"azblob", {{"host", "https://blob.core.windows.net"}, {"access_id", "ops"}, {"sas_token", "sv=1"}}}};
  return rules;
}

bool may(const TenantDestinations& rules, const std::string& text) {
  const auto uri = parse_uri(text);
  EXPECT_TRUE(uri) << text;
  const Status checked = check_tenant_destination(rules, *uri);
  if (checked) return true;
  EXPECT_EQ(checked.error().code, Code::kPermissionDenied) << text;
  EXPECT_NE(checked.error().next_step.find("allowed_destinations"), std::string::npos) << text;
  EXPECT_EQ(checked.error().message().find("SECRET"), std::string::npos) << text;
  return false;
}

TEST(TenantDestinations, WithoutAListTheOperatorsHostsOnly) {
  const auto rules = configured();
  for (const char* good :
       {"s3://b/p", "s3://b/p?host=https://s3.example.com", "s3://b/p?host=s3.example.com:443",
        "s3://b/p?host=s3.EXAMPLE.com&access_id=a&access_key=SECRET", "file:///backup/shop",
        "azblob://c/p?access_id=ops", "azblob://c/p?access_id=mine&access_key=SECRET", "oss://b/p"})
    EXPECT_TRUE(may(rules, good)) << good;
  for (const char* bad :
       {"s3://b/p?host=https://evil.example", "s3://b/p?host=http://s3.example.com",
        "s3://b/p?host=s3.example.com:8443", "s3://b/p?host=s3.example.com.evil.net",
        "s3://b/p?host=s3.example.com@evil.net", "s3://b/p?host=evil.net%23.s3.example.com",
        "s3://b/p?host=", "s3://b/p?host=https://evil/s3.example.com", "s3://b/p?host=ftp://s3.example.com",
        "oss://b/p?host=oss.example", "nfs://evil/export/p", "s3://b/p?proxy=http://evil:3128",
        "s3://b/p?role_arn=arn:x&sts_host=https://evil", "s3://b/p?role_arn=arn:x&s3_region=x.evil.net/",
        "oss://b/p?metadata_endpoint=http://evil", "azblob://c/p?access_id=evil",
        "azblob://c/p?host=https://evil.net&sas_token=SECRET"})
    EXPECT_FALSE(may(rules, bad)) << bad;
}

TEST(TenantDestinations, AListIsAllThatIsAllowed) {
  const auto rules =
      configured({"s3://shop/seabed", "s3://other/x?host=http://minio:9000", "file:///backup/",
                  "nfs://nas/export", "https://*.internal.example", "nas2.example", "http://10.0.0.7:8000"});
  for (const char* good :
       {"s3://shop/seabed", "s3://shop/seabed/a/b", "s3://shop/seabed/a?host=https://s3.example.com",
        "s3://other/x/y?host=http://minio:9000/", "file:///backup", "file:///backup/t/data",
        "nfs://nas/export/shop", "nfs://nas2.example/any", "s3://any/thing?host=a.b.internal.example",
        "azblob://c/p?host=http://10.0.0.7:8000/account&access_id=ops", "oss://b/p?host=nas2.example"})
    EXPECT_TRUE(may(rules, good)) << good;
  for (const char* bad :
       {"s3://shop/seabed2", "s3://shop", "s3://shop/seabed?host=http://minio:9000", "s3://other/x",
        "s3://other/x?host=https://minio:9000", "file:///backup2", "file:///back", "file:///etc/seabed",
        "nfs://nas/export2", "nfs://nas3/export", "s3://any/thing?host=internal.example",
        "s3://any/thing?host=http://a.internal.example", "s3://any/thing?host=a.internal.example.evil",
        "azblob://c/p", "oss://b/p", "s3://shop/seabed?proxy=http://10.0.0.7:8000"})
    EXPECT_FALSE(may(rules, bad)) << bad;
}

TEST(TenantDestinations, EntriesAreCheckedWhereTheyAreRead) {
  for (const char* good : {"s3://bucket/path", "file:///backup", "minio:9000", "[::1]:9000",
                           "https://*.example.com", "s3://b?host=http://h:1"})
    EXPECT_TRUE(check_allowed_entry(good)) << good;
  for (const char* bad : {"", "user@host", "host name", "host:port", "s3://b?access_key=x",
                          "s3://b?host=ftp://x", "/backup", "file://backup"})
    EXPECT_FALSE(check_allowed_entry(bad)) << bad;
}

}  // namespace
}  // namespace seabed
