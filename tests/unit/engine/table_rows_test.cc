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

TEST(TableRows, OnlyAHalfLoadedTableHasSuchAName) {
  EXPECT_EQ(loaded_task(load_name(7)), 7u);
  for (const char* other : {"seabed_import_", "seabed_import_7a", "seabed_import_-7", "seabed_import", "items"})
    EXPECT_FALSE(loaded_task(other)) << other;
}

}  // namespace
}  // namespace seabed::table
