// From statuses and words to codes and retry classes.
#include "answer.h"

#include <gtest/gtest.h>

#include <cstring>

#include "s3/s3_error.h"

namespace seabed_http {
namespace {

struct Got {
  seabed_error raw{};
  Got() { raw.struct_size = sizeof raw; }
};

Response answer(long status, const std::string& code = "", std::vector<Header> headers = {}) {
  Response out;
  out.status = status;
  out.headers = std::move(headers);
  if (!code.empty())
    out.body = "<?xml version=\"1.0\"?><Error><Code>" + code +
               "</Code><Message>said so</Message><RequestId>r1</RequestId></Error>";
  return out;
}

seabed_error told(const Response& response, bool changing) {
  Got got;
  seabed::sdk::Error error(&got.raw);
  fail(failure_of(response, changing), "cannot be read", error);
  return got.raw;
}

TEST(Answer, CarriesTheVendorsWords) {
  const seabed_error e = told(answer(404, "NoSuchKey"), false);
  EXPECT_EQ(e.code, SEABED_NOT_FOUND);
  EXPECT_EQ(e.http_status, 404);
  EXPECT_STREQ(e.vendor_code, "NoSuchKey");
  EXPECT_STREQ(e.request_id, "r1");
  EXPECT_NE(std::strstr(e.message, "said so"), nullptr);
}

TEST(Answer, ThrottlingTransientAndPermanentAreToldApart) {
  EXPECT_EQ(told(answer(503, "SlowDown"), true).retry, SEABED_RETRY_THROTTLED);
  EXPECT_EQ(told(answer(429), true).retry, SEABED_RETRY_THROTTLED);
  EXPECT_EQ(told(answer(503, "", {{"retry-after", "7"}}), true).retry_after_ms, 7000u);
  EXPECT_EQ(told(answer(503, "", {{"retry-after", "7"}}), true).retry, SEABED_RETRY_THROTTLED);
  EXPECT_EQ(told(answer(503, "ServiceUnavailable"), true).retry, SEABED_RETRY_TRANSIENT);
  EXPECT_EQ(told(answer(500, "InternalError"), false).retry, SEABED_RETRY_TRANSIENT);
  EXPECT_EQ(told(answer(403, "AccessDenied"), false).code, SEABED_PERMISSION_DENIED);
  EXPECT_EQ(told(answer(403, "AccessDenied"), false).retry, SEABED_RETRY_PERMANENT);
  EXPECT_EQ(told(answer(507), true).code, SEABED_NO_SPACE);
}

TEST(Answer, ServerErrorsOfChangesAreUnknown) {
  for (const long status : {500L, 502L, 504L})
    EXPECT_EQ(told(answer(status), true).retry, SEABED_RETRY_OUTCOME_UNKNOWN) << status;
}

TEST(Answer, AHostileBodyIsNoReason) {
  Response r = answer(500);
  r.body = "<!DOCTYPE a [<!ENTITY b \"c\">]><Error><Code>&b;</Code></Error>";
  EXPECT_STREQ(told(r, false).vendor_code, "");
}

TEST(Answer, S3Words) {
  const auto s3 = [](const Response& r, bool renewable) {
    Got got;
    seabed::sdk::Error error(&got.raw);
    seabed_s3::fail_s3(failure_of(r, false), r, "cannot be read", renewable, error);
    return got.raw;
  };
  EXPECT_EQ(s3(answer(404, "NoSuchBucket"), false).code, SEABED_INVALID_ARGUMENT);
  EXPECT_EQ(s3(answer(400, "ExpiredToken"), false).retry, SEABED_RETRY_PERMANENT);
  EXPECT_EQ(s3(answer(400, "ExpiredToken"), true).retry, SEABED_RETRY_TRANSIENT);
  EXPECT_EQ(s3(answer(400, "RequestTimeout"), false).retry, SEABED_RETRY_TRANSIENT);
  const seabed_error skew =
      s3(answer(403, "RequestTimeTooSkewed", {{"date", "Sun, 06 Nov 1994 08:49:37 GMT"}}), false);
  EXPECT_NE(std::strstr(skew.message, "s ahead of the server's"), nullptr) << skew.message;
  EXPECT_NE(
      std::strstr(s3(answer(301, "PermanentRedirect", {{"x-amz-bucket-region", "eu-west-1"}}), false).message,
                  "eu-west-1"),
      nullptr);
}

}  // namespace
}  // namespace seabed_http
