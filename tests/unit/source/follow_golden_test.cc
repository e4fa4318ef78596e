// A standby's place in the log and its journal, as earlier versions wrote them (docs/format/staged-directory.md): a newer
// program goes on with them.

#include <gtest/gtest.h>

#include "core/source/rocksdb/follow_state.h"
#include "core/source/rocksdb/group_journal.h"
#include "scratch.h"
#include "tests/unit/format/golden.h"

namespace seabed::rocksdb_source {
namespace {

std::string content_of(const std::string& path) {
  auto read = read_file(path);
  return read ? *read : read.error().message();
}

TEST(FollowGolden, State) {
  const test::Scratch made, old;
  rocksdb::FollowState state;
  state.set_version(1), state.set_scn(1'795'428'900'000'000'000), state.set_recovery("recovery"), state.set_skipping(true);
  state.set_end_lsn("lsn"), state.set_wal_number(42), state.set_wal_length(1000), state.set_manifest_number(5);
  state.add_restated(3), state.add_edits("edit"), state.set_options_name("OPTIONS-000007"), state.set_options_text("text");
  auto* family = state.add_families();
  family->set_id(1), family->set_name("orders");
  state.set_journaled(true), state.set_journal_length(100), state.set_whole_scn(7);
  ASSERT_TRUE(write_follow(made.path(), state, false));
  const std::string now = content_of(made / kFollowFile), golden = testing::golden("follow", now);
  EXPECT_EQ(to_hex(now), to_hex(golden));
  ASSERT_TRUE(write_file_atomic(old / kFollowFile, golden));
  const auto read = read_follow(old.path());
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->SerializeAsString(), state.SerializeAsString());
}

TEST(FollowGolden, Journal) {
  const test::Scratch made, old;
  LogGroup group;
  group.type = GroupType::kManifest;
  group.scn_lo = 10, group.scn_hi = 20, group.incarnation = 1, group.epoch = 2;
  group.begin.bytes = "begin", group.end.bytes = "end", group.payload = "payload";
  {
    auto directory = open_directory(made.path());
    auto journal = GroupJournal::create(directory->get());
    ASSERT_TRUE(journal) << journal.error().message();
    ASSERT_TRUE(journal->append(group));
    ASSERT_TRUE(journal->sync());
  }
  const std::string now = content_of(made / kGroupJournal), golden = testing::golden("follow_groups", now);
  EXPECT_EQ(to_hex(now), to_hex(golden));
  ASSERT_TRUE(write_file_atomic(old / kGroupJournal, golden));
  JournalReader reader(std::move(*open_directory(old.path())), old.path());
  LogGroup read;
  const auto more = reader.next(golden.size(), &read);
  ASSERT_TRUE(more && *more);
  ASSERT_TRUE(reader.fill(&read));
  EXPECT_EQ(read.payload, "payload");
  EXPECT_EQ(read.scn_hi, 20u);
  EXPECT_EQ(read.end.bytes, "end");
}

}  // namespace
}  // namespace seabed::rocksdb_source
