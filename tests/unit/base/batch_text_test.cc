#include <gtest/gtest.h>

#include "core/base/batch_text.h"

namespace seabed {
namespace {

TEST(BatchText, IsTheFieldThatTheClientEscaped) {
  EXPECT_EQ(unescape_batch("plain"), "plain");
  EXPECT_EQ(unescape_batch("a\\tb\\nc\\\\d\\0e"), std::string("a\tb\nc\\d\0e", 9));
  EXPECT_EQ(unescape_batch("\\q\\"), "q\\") << "a backslash at the end stands for itself";
  EXPECT_EQ(unescape_batch(""), "");
}

}  // namespace
}  // namespace seabed
