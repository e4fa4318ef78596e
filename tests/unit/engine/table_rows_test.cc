// recover_table_dop: how the rows of one SQL table are parted among connections.

#include <gtest/gtest.h>

#include "core/engine/table/load_sql_table.h"

namespace seabed::table {
namespace {

TEST(TableRows, OnePartEachRowAndNoValueOnACommandLine) {
  EXPECT_EQ(row_parts({"id"}, 2), (std::vector<std::string>{"(IFNULL(CRC32(`id`),0)) MOD 2=0",
                                                           "(IFNULL(CRC32(`id`),0)) MOD 2=1"}));
  const auto parts = row_parts({"a", "b`c"}, 3);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[2], "(IFNULL(CRC32(`a`),0)+IFNULL(CRC32(`b``c`),0)) MOD 3=2");
}

}  // namespace
}  // namespace seabed::table
