// Signatures that AWS published: the "Signature Version 4 test suite" (service "service") and the examples of
// the S3 API reference, "Authenticating Requests: Using the Authorization Header".
#include "s3/sigv4.h"

#include <gtest/gtest.h>

#include "digest.h"

namespace seabed_s3 {
namespace {

constexpr const char* kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string signature(const std::string& authorization) {
  const size_t at = authorization.find("Signature=");
  return at == std::string::npos ? authorization : authorization.substr(at + 10);
}

std::string suite(const std::string& method, const std::string& path, const Query& query,
                  std::vector<seabed_http::Header> more = {}) {
  SigningRequest request{method, path, query, std::move(more), kEmptyHash};
  request.headers.push_back({"Host", "example.amazonaws.com"});
  request.headers.push_back({"X-Amz-Date", "20150830T123600Z"});
  return signature(authorization(request, {"20150830T123600Z", "us-east-1", "service"}, "AKIDEXAMPLE",
                                 "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
}

std::string s3_example(const std::string& method, const std::string& path, const Query& query,
                       const std::string& hash, std::vector<seabed_http::Header> more = {}) {
  SigningRequest request{method, path, query, std::move(more), hash};
  request.headers.push_back({"Host", "examplebucket.s3.amazonaws.com"});
  request.headers.push_back({"x-amz-content-sha256", hash});
  request.headers.push_back({"x-amz-date", "20130524T000000Z"});
  return authorization(request, {"20130524T000000Z", "us-east-1", "s3"}, "AKIAIOSFODNN7EXAMPLE",
                       "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
}

TEST(SigV4, TestSuite) {
  EXPECT_EQ(suite("GET", "/", {}), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(suite("POST", "/", {}), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  EXPECT_EQ(suite("GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  EXPECT_EQ(suite("GET", "/", {}, {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
  EXPECT_EQ(suite("GET", seabed_http::percent_encode("/\u1234", true), {}),
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
}

TEST(SigV4, S3GetObjectWithRange) {
  EXPECT_EQ(s3_example("GET", "/test.txt", {}, kEmptyHash, {{"Range", "bytes=0-9"}}),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SigV4, S3PutObject) {
  const std::string hash = seabed_http::sha256_hex("Welcome to Amazon S3.");
  EXPECT_EQ(hash, "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  EXPECT_EQ(signature(s3_example(
                "PUT", seabed_http::percent_encode("/test$file.text", true), {}, hash,
                {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}})),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(SigV4, S3Subresources) {
  EXPECT_EQ(signature(s3_example("GET", "/", {{"lifecycle", ""}}, kEmptyHash)),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(signature(s3_example("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, kEmptyHash)),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SigV4, DateOfRequest) { EXPECT_EQ(amz_date(1440938160), "20150830T123600Z"); }

}  // namespace
}  // namespace seabed_s3
