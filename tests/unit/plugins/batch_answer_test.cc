#include "azblob/batch_answer.h"

#include <gtest/gtest.h>

#include <random>

namespace seabed_azblob {
namespace {

constexpr const char* kType = "multipart/mixed; boundary=batchresponse_1";

std::string part(const std::string& id, const std::string& status, const std::string& more = "") {
  return "--batchresponse_1\r\nContent-Type: application/http\r\nContent-ID: " + id + "\r\n\r\nHTTP/1.1 " + status +
         "\r\nx-ms-request-id: r" + id + "\r\n" + more + "\r\n";
}
const std::string kEnd = "--batchresponse_1--\r\n";
const std::string kGood = part("0", "202 Accepted") + part("2", "404 Not Found", "x-ms-error-code: BlobNotFound\r\n") +
                          part("1", "403 Forbidden") + kEnd;

std::vector<long> statuses(const std::string& body, const std::string& type = kType, size_t count = 3) {
  std::vector<seabed_http::Response> out;
  std::vector<long> found;
  if (!read_batch(type, body, count, &out)) return found;
  for (const auto& answer : out) found.push_back(answer.status);
  return found;
}

TEST(BatchAnswer, IsReadByContentIds) {
  EXPECT_EQ(statuses(kGood), (std::vector<long>{202, 403, 404}));
  EXPECT_EQ(statuses(kGood, "multipart/mixed; boundary=\"batchresponse_1\"; x=y"), (std::vector<long>{202, 403, 404}));
  std::vector<seabed_http::Response> out;
  ASSERT_TRUE(read_batch(kType, kGood, 3, &out));
  EXPECT_EQ(out[2].header("x-ms-error-code"), "BlobNotFound");
}

TEST(BatchAnswer, WhatIsNoBatchIsRefused) {
  for (const char* type : {"", "text/xml", "multipart/mixed", "multipart/mixed; boundary=", "application/xml; boundary=batchresponse_1"})
    EXPECT_TRUE(statuses(kGood, type).empty()) << type;
}

TEST(BatchAnswer, NobodyIsAnsweredByNonsense) {
  const std::vector<long> none{0, 0, 0};
  for (const std::string& body : {std::string(), std::string("<Error/>"), kEnd, part("3", "202 A") + kEnd, part("-1", "202 A") + kEnd,
                                  part("x", "202 A") + kEnd, part("99999999999999999999", "202 A") + kEnd, part("0", "") + kEnd,
                                  part("0", "no number") + kEnd, part("0", "-202") + kEnd,
                                  std::string("--batchresponse_1\r\nContent-ID: 0\r\n\r\nHTTP/1.1 \r\n") + kEnd,
                                  std::string("--batchresponse_1\r\nContent-ID: 0\r\n\r\nHTTP/2 202\r\n") + kEnd, part("0", "202 A")})
    EXPECT_EQ(statuses(body), none) << body;
}

TEST(BatchAnswer, CutAnywhereItTellsNothingThatWasNotTold) {
  const std::vector<long> whole = statuses(kGood);
  for (size_t size = 0; size < kGood.size(); ++size) {
    const auto found = statuses(kGood.substr(0, size));
    for (size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(found[i] == 0 || found[i] == whole[i]) << size;
  }
}

TEST(BatchAnswer, TakesAnyBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string body = kGood;
    for (uint32_t n = random() % 8 + 1; n-- > 0;) {
      const size_t at = random() % body.size();
      if (random() % 3 == 0) body.erase(at, random() % 20);
      else if (random() % 2 == 0) body.insert(at, body.substr(random() % body.size(), random() % 60));
      else body[at] = static_cast<char>(random());
      if (body.empty()) body = "-";
    }
    EXPECT_EQ(statuses(body).size(), 3u);
  }
}

}  // namespace
}  // namespace seabed_azblob
