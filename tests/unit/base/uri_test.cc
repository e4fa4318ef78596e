#include "core/base/uri.h"

#include <gtest/gtest.h>

namespace seabed {
namespace {

TEST(Uri, SplitsSchemeLocationAndAttributes) {
  const auto uri = parse_uri("S3://bucket/a/b/?host=s3.example.com&access_id=AK&access_key=S%2Fk&s3_region=eu-1");
  ASSERT_TRUE(uri) << uri.error().message();
  EXPECT_EQ(uri->scheme, "s3");
  EXPECT_EQ(uri->location, "bucket/a/b");
  EXPECT_EQ(uri->params.at("access_key"), "S/k");
  EXPECT_EQ(uri->redacted(), "s3://bucket/a/b?host=s3.example.com&s3_region=eu-1");
  EXPECT_EQ(uri->identity(), "s3://bucket/a/b?host=s3.example.com");
}

TEST(Uri, RefusesWhatIsNoDestination) {
  for (const char* text : {"", "file", "file://", "file:///", "file://relative/dir", "file:///a/../b", "file:///a b",
                           "://x", "s3://b?x", "s3://b?=1", "s3://b?a=1&a=2", "s3://b?a=%0", "s3://b?a=%00",
                           "file:///a\n"})
    EXPECT_EQ(parse_uri(text).error().ob_error, 9001) << text;
  EXPECT_FALSE(parse_uri("file:///" + std::string(3000, 'a')));
}

TEST(Uri, NeverShowsASecretInAnError) {
  const auto uri = parse_uri("s3://b?access_key=TOPSECRET&access_key=TOPSECRET");
  ASSERT_FALSE(uri);
  EXPECT_EQ(uri.error().message().find("TOPSECRET"), std::string::npos);
  for (const char* text : {"access_key=TOPSECRET", "s3:/b&sig=TOPSECRET", "b?access_key=TOPSECRET"})
    EXPECT_EQ(parse_uri(text).error().message().find("TOPSECRET"), std::string::npos) << text;
  for (const char* key : {"access_key", "access_id", "session_token", "sas", "client_secret", "password", "ACCESS_KEY", "Sig", "AWS_SECRET_ACCESS_KEY",
                          "OSS_SESSION_TOKEN"})
    EXPECT_TRUE(is_secret_key(key)) << key;
  EXPECT_FALSE(is_secret_key("host"));
}

}  // namespace
}  // namespace seabed
