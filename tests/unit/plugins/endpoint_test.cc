#include "endpoint.h"

#include <gtest/gtest.h>

namespace seabed_http {
namespace {

Endpoint parsed(const char* text) {
  Endpoint out;
  std::string why;
  EXPECT_TRUE(parse_endpoint(text, &out, &why)) << text << ": " << why;
  return out;
}

TEST(Endpoint, SchemePortAndPath) {
  EXPECT_TRUE(parsed("s3.example.com").https);
  EXPECT_EQ(parsed("S3.Example.com").authority(), "s3.example.com");
  EXPECT_EQ(parsed("http://h:8080").authority("b."), "b.h:8080");
  EXPECT_EQ(parsed("https://h:443").authority(), "h");
  EXPECT_EQ(parsed("http://h:443").authority(), "h:443");
  EXPECT_EQ(parsed("http://127.0.0.1:10000/account/").path, "/account");
  EXPECT_TRUE(parsed("http://127.0.0.1:10000/account").is_ip_address());
  EXPECT_EQ(parsed("https://[::1]:99").authority(), "[::1]:99");
}

TEST(Endpoint, RefusesWhatIsNone) {
  for (const char* bad : {"", "ftp://h", "http://", "http://h:", "http://h:0", "http://h:99999",
                          "http://h:80x", "u@h", "h?x=1", "h#f", "h h", "http://h/%2e", "[::1"}) {
    Endpoint out;
    std::string why;
    EXPECT_FALSE(parse_endpoint(bad, &out, &why)) << bad;
    EXPECT_FALSE(why.empty());
  }
}

TEST(Endpoint, Location) {
  Place place;
  std::string why;
  ASSERT_TRUE(split_location("bucket/a/b/", &place, &why));
  EXPECT_EQ(place.bucket, "bucket");
  EXPECT_EQ(place.prefix, "a/b/");
  ASSERT_TRUE(split_location("bucket", &place, &why));
  EXPECT_EQ(place.prefix, "");
  for (const char* bad : {"", "/a", "bu cket/a", "b@d", "..", "b%2f"})
    EXPECT_FALSE(split_location(bad, &place, &why)) << bad;
}

TEST(Endpoint, AddressOfAnObject) {
  const Endpoint e = parsed("http://s3.localhost:8000");
  const Address hosted = address_of(e, Addressing::kVirtualHosted, "b", "x/a b+\xc3\xa9");
  EXPECT_EQ(hosted.url, "http://b.s3.localhost:8000/x/a%20b%2B%C3%A9");
  EXPECT_EQ(hosted.host, "b.s3.localhost:8000");
  EXPECT_EQ(hosted.path, "/x/a%20b%2B%C3%A9");
  EXPECT_EQ(address_of(e, Addressing::kPath, "b", "k").path, "/b/k");
  EXPECT_EQ(address_of(e, Addressing::kPath, "b", "").path, "/b");
  EXPECT_EQ(address_of(e, Addressing::kVirtualHosted, "b", "").path, "/");
}

}  // namespace
}  // namespace seabed_http
