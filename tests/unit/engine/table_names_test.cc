// Names of RECOVER TABLE: lists, stars, backticks, remaps; and which of them what is there can serve.

#include <gtest/gtest.h>

#include "core/engine/table/table_names.h"

namespace seabed::table {
namespace {

std::vector<Candidate> candidates(const std::vector<TableName>& names) {
  std::vector<Candidate> out;
  for (const TableName& name : names) out.push_back({1001, "rocksdb", name});
  return out;
}

/// "source>target" or "source!" for an impossible one, space between.
std::string chosen(const std::vector<std::string>& patterns, const std::vector<std::string>& remaps,
                   const std::vector<TableName>& there) {
  std::vector<NamePattern> p;
  std::vector<Remap> r;
  for (const auto& text : patterns) p.push_back(*parse_pattern(text));
  for (const auto& text : remaps) r.push_back(*parse_remap(text));
  std::string out;
  for (const Item& item : select_tables(p, r, candidates(there)).items)
    out += (out.empty() ? "" : " ") + display(item.source) + (item.error ? "!" : ">" + display(item.target));
  return out;
}

const std::vector<TableName> kThere = {{"shop", "items"}, {"shop", "orders"}, {"log.db", "default"}};

TEST(TableNames, PartsAreTakenAsTheyStand) {
  const auto quoted = parse_pattern("`log.db`.`a``b`");
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->database, "log.db");
  EXPECT_EQ(quoted->table, "a`b");
  EXPECT_EQ(parse_pattern("Shop.ITEMS")->table, "ITEMS");
  EXPECT_TRUE(parse_pattern("shop.*")->all_tables);
  EXPECT_TRUE(parse_pattern("*.*")->all_databases);
  EXPECT_FALSE(parse_pattern("items")->database_given);
  for (const char* bad : {"", ".", "a.", ".b", "a.b.c", "*.t", "`a", "`a`b.c", "a.b:", "``.t"})
    EXPECT_FALSE(parse_pattern(bad)) << bad;
  EXPECT_FALSE(parse_pattern(std::string(2000, 'x')));
}

TEST(TableNames, Remaps) {
  EXPECT_EQ(parse_remap("a.b:c")->to_table, "c");
  EXPECT_EQ(parse_remap("a.b:c.d")->to_database, "c");
  EXPECT_EQ(parse_remap("a.*:b.*")->to_database, "b");
  EXPECT_EQ(parse_remap("a.`*`:b.`*`")->to_database, "b");
  for (const char* bad : {"a.b", "a.b:c.*", "a.*:b.c", "*.*:b.*", "a.*:*", "a.b:c:d", ":"})
    EXPECT_FALSE(parse_remap(bad)) << bad;
}

TEST(TableNames, SelectsEachOnceAndNamesWhatIsMissing) {
  EXPECT_EQ(chosen({"shop.items", "shop.*"}, {}, kThere), "shop.items>shop.items shop.orders>shop.orders");
  EXPECT_EQ(chosen({"*.*"}, {}, kThere).find('!'), std::string::npos);
  EXPECT_EQ(chosen({"shop.items", "shop.gone", "nowhere.*"}, {}, kThere),
            "shop.items>shop.items shop.gone! nowhere.*!");
  EXPECT_EQ(chosen({"items"}, {}, kThere), "items!") << "two databases: a lone name says too little";
  EXPECT_EQ(chosen({"items"}, {}, {{"shop", "items"}}), "shop.items>shop.items");
}

TEST(TableNames, ATablesOwnRemapGoesBeforeItsDatabases) {
  EXPECT_EQ(chosen({"shop.*"}, {"shop.*:old.*", "shop.items:things"}, kThere),
            "shop.items>shop.things shop.orders>old.orders");
  EXPECT_EQ(chosen({"`log.db`.default"}, {"`log.db`.default:`a:b`.kept"}, kThere),
            "`log.db`.default>`a:b`.kept");
}

TEST(TableNames, TwoTablesWithOneTarget) {
  EXPECT_EQ(chosen({"shop.*"}, {"shop.items:x", "shop.orders:x"}, kThere), "shop.items>shop.x shop.orders!");
}

TEST(TableNames, TablesGoBetweenServersOfOneNameCase) {
  const std::vector<TableName> lower = {{"shop", "items"}}, upper = {{"shop", "items"}, {"shop", "Upper"}};
  EXPECT_TRUE(check_name_case("0", "0", upper));
  EXPECT_TRUE(check_name_case("1", "1", lower));
  EXPECT_FALSE(check_name_case("0", "1", lower)) << "recorded by the backup";
  EXPECT_FALSE(check_name_case("1", "0", lower));
  EXPECT_TRUE(check_name_case("", "1", lower)) << "nothing tells the source's";
  EXPECT_FALSE(check_name_case("", "1", upper)) << "its names do";
  EXPECT_TRUE(check_name_case("", "0", upper));
}

}  // namespace
}  // namespace seabed::table
