#include "range.h"

#include <gtest/gtest.h>

namespace seabed_http {
namespace {

Response answer(long status, size_t used, std::vector<Header> headers) {
  Response out;
  out.status = status;
  out.into_used = used;
  out.headers = std::move(headers);
  return out;
}

TEST(RangeTest, TheAskedRangeAndNothingElse) {
  EXPECT_TRUE(is_asked_range(answer(206, 10, {{"content-range", "bytes 5-14/100"}}), 5, 10));
  EXPECT_TRUE(is_asked_range(answer(206, 4, {{"content-range", "bytes 96-99/100"}}), 96, 10)) << "short at the end";
  EXPECT_TRUE(is_asked_range(answer(206, 0, {{"content-range", "bytes 100-99/100"}}), 100, 10)) << "empty at the end";
  EXPECT_FALSE(is_asked_range(answer(206, 0, {{"content-range", "bytes 50-49/100"}}), 50, 10)) << "empty in the middle";
  EXPECT_FALSE(is_asked_range(answer(206, 9, {{"content-range", "bytes 5-14/100"}}), 5, 10)) << "cut";
  EXPECT_FALSE(is_asked_range(answer(206, 9, {{"content-range", "bytes 5-13/100"}}), 5, 10)) << "short in the middle";
  EXPECT_FALSE(is_asked_range(answer(206, 10, {{"content-range", "bytes 6-15/100"}}), 5, 10));
  EXPECT_FALSE(is_asked_range(answer(206, 10, {}), 5, 10)) << "cut in its header";
  for (const char* text : {"", "bytes */100", "bytes 5-14", "bytes 5-14/100x", "bytes 14-5/100", "bytes 5-100/100"})
    EXPECT_FALSE(is_asked_range(answer(206, 10, {{"content-range", text}}), 5, 10)) << text;
}

TEST(RangeTest, AWholeObjectTellsItsLength) {
  EXPECT_TRUE(is_asked_range(answer(200, 3, {{"content-length", "3"}}), 0, 10));
  EXPECT_TRUE(is_asked_range(answer(200, 3, {{"transfer-encoding", "chunked"}}), 0, 10));
  EXPECT_FALSE(is_asked_range(answer(200, 0, {}), 0, 10)) << "cut in its header";
  EXPECT_FALSE(is_asked_range(answer(200, 2, {{"content-length", "3"}}), 0, 10));
  EXPECT_FALSE(is_asked_range(answer(200, 3, {{"content-length", "3"}}), 1, 10)) << "not from where it was asked for";
}

}  // namespace
}  // namespace seabed_http
