// OPTIONS and column families over time: what a restore makes of archived metadata.
#include "core/source/rocksdb/options_facts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/family_history.h"
#include "core/source/rocksdb/options_history.h"
#include "core/source/rocksdb/options_text.h"

namespace seabed::test {
namespace {

using namespace rocksdb_source;

constexpr char kText[] = R"(# comment
[Version]
  rocksdb_version=7.8.3

[DBOptions]
  wal_dir=/live/wal
  allow_2pc=true
  two_write_queues=true
  recycle_log_file_num=3
  db_log_dir=/live/log
  wal_compression=kZSTD
  broken line

[CFOptions "default"]
  cf_paths=x
  merge_operator=nullptr

[CFOptions "odd\\name\:x"]
  comparator=leveldb.BytewiseComparator
)";

TEST(OptionsFacts, reads_what_matters) {
  const OptionsFacts facts = parse_options(kText);
  EXPECT_EQ(facts.families, (std::set<std::string>{"default", "odd\\name:x"}));
  EXPECT_EQ(facts.get("wal_dir"), "/live/wal");
  EXPECT_EQ(facts.get("comparator"), "");
  rocksdb::RecoveryFacts_Engine engine;
  fill_engine(facts, &engine);
  EXPECT_TRUE(engine.options_known() && engine.allow_2pc() && engine.two_write_queues());
  EXPECT_FALSE(engine.manual_wal_flush());
  EXPECT_EQ(engine.recycle_log_file_num(), 3u);
  EXPECT_EQ(engine.version(), "7.8.3");
  rocksdb::RecoveryFacts_Engine unknown;
  fill_engine(parse_options("garbage"), &unknown);
  EXPECT_FALSE(unknown.options_known());
}

TEST(OptionsFacts, loses_every_path_and_nothing_else) {
  const std::string text = without_paths(kText);
  for (const char* gone : {"wal_dir", "db_log_dir", "cf_paths", "/live"})
    EXPECT_EQ(text.find(gone), std::string::npos) << gone;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'),
            std::count(std::begin(kText), std::end(kText), '\n') - 3);
  EXPECT_NE(text.find("wal_compression=kZSTD"), std::string::npos);
}

TEST(OptionsHistory, follows_deltas_and_forgets_what_it_cannot_prove) {
  OptionsHistory history;
  history.begin("OPTIONS-000007", std::string(kText));
  const std::string second = std::string(kText) + "[CFOptions \"new\"]\n";
  history.take(options_delta(outline("OPTIONS-000007", kText), "OPTIONS-000009", 9, second));
  ASSERT_TRUE(history.newest());
  EXPECT_EQ(*history.newest(), second);
  history.take(options_delta(outline("OPTIONS-000008", kText), "OPTIONS-000010", 10, second));
  EXPECT_FALSE(history.newest());  // against a file that it never saw
  history.take(options_delta({}, "OPTIONS-000011", 11, kText));
  EXPECT_EQ(*history.newest(), kText);
  auto wrong = options_delta({}, "OPTIONS-000012", 12, kText);
  wrong.mutable_pieces(0)->set_text("other");
  history.take(wrong);
  EXPECT_FALSE(history.newest());
}

std::string family_edit(uint32_t id, const std::string& add, bool drop = false, uint64_t log = 0) {
  VersionEdit edit;
  edit.column_family = id;
  if (!add.empty()) edit.add_family = add;
  if (!add.empty()) edit.comparator = "leveldb.BytewiseComparator";
  edit.drop_family = drop;
  if (log != 0) edit.log_number = log;
  return encode_version_edit(edit);
}

rocksdb::ManifestRun manifest_run(uint64_t number, uint64_t at, const std::vector<std::string>& records,
                                  uint64_t restated = 0) {
  rocksdb::ManifestRun out;
  out.set_manifest_number(number);
  out.set_offset(at);
  for (const std::string& r : records) {
    out.add_records(r);
    out.add_ends(at += 100);
  }
  out.set_end(at);
  out.set_begins_file(restated != 0);
  out.set_snapshot_records(restated);
  return out;
}

class FamilyHistoryTest : public ::testing::Test {
 protected:
  FamilyHistoryTest() { EXPECT_TRUE(base_.apply(family_edit(1, "one", false, 5))); }
  Version base_;
};

TEST_F(FamilyHistoryTest, passes_over_what_the_base_holds) {
  FamilyHistory history(base_, 10, 200, 5);
  ASSERT_TRUE(history.take(manifest_run(9, 0, {family_edit(7, "older")})));
  ASSERT_TRUE(history.take(manifest_run(
      10, 0, {family_edit(1, "one"), family_edit(1, "", true), family_edit(2, "two", false, 8)})));
  ASSERT_EQ(history.edits().size(), 1u);
  EXPECT_EQ(*history.edits()[0].add_family, "two");
  EXPECT_EQ(*history.edits()[0].log_number, 8u);
  EXPECT_EQ(history.names(), (std::set<std::string>{"default", "one", "two"}));
}

TEST_F(FamilyHistoryTest, a_restatement_adds_with_the_first_log_and_drops_what_it_lacks) {
  FamilyHistory history(base_, 10, 200, 5);
  auto first = manifest_run(11, 0, {family_edit(0, "", false, 20), family_edit(3, "three", false, 20)}, 2);
  first.set_snapshot_continues(true);
  ASSERT_TRUE(history.take(first));
  EXPECT_TRUE(history.names().contains("one"));  // it may still be told
  auto second =
      manifest_run(11, 200, {family_edit(4, "four", false, 20), family_edit(5, "five", false, 30)}, 1);
  second.set_begins_file(false);
  ASSERT_TRUE(history.take(second));
  EXPECT_EQ(history.names(), (std::set<std::string>{"default", "three", "four", "five"}));
  ASSERT_EQ(history.edits().size(), 4u);
  EXPECT_EQ(*history.edits()[0].log_number, 5u);
  EXPECT_EQ(*history.edits()[1].log_number, 5u);
  EXPECT_TRUE(history.edits()[2].drop_family);
  EXPECT_EQ(*history.edits()[2].max_column_family, 4u);
  EXPECT_EQ(*history.edits()[3].log_number, 30u);
}

TEST_F(FamilyHistoryTest, records_given_twice_count_once) {
  FamilyHistory history(base_, 10, 200, 5);
  ASSERT_TRUE(history.take(manifest_run(10, 200, {family_edit(2, "two"), family_edit(2, "", true)})));
  ASSERT_TRUE(history.take(
      manifest_run(10, 200, {family_edit(2, "two")})));  // a resumed archiver, cut behind the first
  EXPECT_EQ(history.edits().size(), 2u);
  EXPECT_FALSE(history.names().contains("two"));
}

TEST_F(FamilyHistoryTest, garbage_is_an_error) {
  FamilyHistory history(base_, 10, 200, 5);
  EXPECT_FALSE(history.take(manifest_run(12, 0, {"\x02"})));
}

}  // namespace
}  // namespace seabed::test
