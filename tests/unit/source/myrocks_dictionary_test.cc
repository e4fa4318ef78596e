// MyRocks' dictionary entries from a hostile backup: what is well-formed is read, the rest is passed over.

#include <gtest/gtest.h>

#include "core/source/myrocks/dictionary.h"

namespace seabed::myrocks {
namespace {

std::string u32(uint32_t n) { return key_prefix(n); }

TEST(MyRocksDictionary, ATableWithItsIndexes) {
  const auto e = parse_table_entry(u32(kTableEntry) + "shop.od@002ed",
                                   std::string("\0\1", 2) + u32(0) + u32(256) + u32(2) + u32(257));
  ASSERT_TRUE(e);
  EXPECT_EQ(e->database, "shop");
  EXPECT_EQ(e->table, "od.d");
  EXPECT_EQ(e->raw, "shop.od@002ed");
  EXPECT_EQ(e->indexes, (std::vector<IndexId>{{0, 256}, {2, 257}}));
}

TEST(MyRocksDictionary, APartitionBelongsToItsTable) {
  const auto e = parse_table_entry(u32(kTableEntry) + "s.t#P#p0", std::string(2, '\0') + u32(0) + u32(300));
  ASSERT_TRUE(e);
  EXPECT_EQ(e->table, "t");
}

TEST(MyRocksDictionary, MalformedEntriesArePassedOver) {
  const std::string good = std::string(2, '\0') + u32(0) + u32(300);
  for (const std::string& key :
       {std::string(), std::string("\0\0", 2), u32(kTableEntry), u32(kTableEntry) + "nodot",
        u32(kTableEntry) + ".t", u32(kTableEntry) + "s.", u32(kIndexInfo) + "s.t"})
    EXPECT_FALSE(parse_table_entry(key, good));
  for (size_t length : {0, 1, 2, 5, 9, 11, 17})
    EXPECT_FALSE(parse_table_entry(u32(kTableEntry) + "s.t", std::string(length, '\0'))) << length;
}

TEST(MyRocksDictionary, NamesOfAHostileBackup) {
  const std::string good = std::string(2, '\0') + u32(0) + u32(300);
  for (const char* name : {"../x.t", "s.../t", "a/b.t", "s.t/../../u", "/etc.t", "mysql.user", "s.t\n"})
    EXPECT_FALSE(parse_table_entry(u32(kTableEntry) + name, good)) << name;
  EXPECT_TRUE(parse_table_entry(u32(kTableEntry) + "s.t@0020u", good));
}

TEST(MyRocksDictionary, IndexesOfOtherEntries) {
  EXPECT_EQ(index_of(u32(kAutoIncrement) + u32(1) + u32(9)), (IndexId{1, 9}));
  EXPECT_FALSE(index_of(u32(kAutoIncrement) + u32(1)));
  EXPECT_FALSE(index_of(u32(kFamilyFlags) + u32(1) + u32(9)));
  EXPECT_EQ(key_prefix(0x01020304), "\x01\x02\x03\x04");
}

}  // namespace
}  // namespace seabed::myrocks
