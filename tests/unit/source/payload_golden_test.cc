// Payloads of log groups as earlier versions wrote them (docs/format/rocksdb-groups.md).

#include <gtest/gtest.h>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/payload.h"
#include "tests/unit/format/golden.h"

namespace seabed::rocksdb_source {
namespace {

TEST(PayloadGolden, WalRun) {
  const WalRunView run{42, 0, 3, true, 41, 777, "log bytes"};   // the first of its file
  const std::string now = encode_wal_run(run), old = testing::golden("rocksdb_wal_run", now);
  EXPECT_EQ(to_hex(now), to_hex(old));
  const auto read = decode_wal_run(old);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->previous_length, 777u);
  EXPECT_EQ(read->data, "log bytes");
  std::string padded(kWalRunRoom, '\0');
  padded += "log bytes";
  finish_wal_run(run, &padded);
  EXPECT_EQ(to_hex(padded), to_hex(testing::golden("rocksdb_wal_run_padded", padded)));
  EXPECT_EQ(decode_wal_run(testing::golden("rocksdb_wal_run_padded", padded))->data, "log bytes");
}

TEST(PayloadGolden, ManifestRun) {
  rocksdb::ManifestRun run;
  run.set_manifest_number(5), run.set_offset(0), run.set_end(90), run.set_begins_file(true), run.set_snapshot_records(1);
  run.set_previous_manifest(4), run.set_previous_length(1234);
  run.add_ends(40), run.add_ends(90), run.add_records("first"), run.add_records("second");
  const std::string now = run.SerializeAsString(), old = testing::golden("rocksdb_manifest_run", now);
  EXPECT_EQ(to_hex(now), to_hex(old));
  const auto read = decode_manifest_run(old);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->SerializeAsString(), now);
}

TEST(PayloadGolden, OptionsRun) {
  rocksdb::OptionsRun run;
  run.set_file_name("OPTIONS-000007"), run.set_file_number(7), run.set_previous("OPTIONS-000006");
  auto* copy = run.add_pieces();
  copy->set_copy_first(0), copy->set_copy_count(3);
  run.add_pieces()->set_text("[CFOptions \"new\"]\n");
  run.set_xxh3_128(std::string(16, 'x')), run.set_two_write_queues(true);
  const std::string now = run.SerializeAsString(), old = testing::golden("rocksdb_options_run", now);
  EXPECT_EQ(to_hex(now), to_hex(old));
  const auto read = decode_options_run(old);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->SerializeAsString(), now);
}

TEST(PayloadGolden, Hole) {
  rocksdb::Hole hole;
  hole.set_kind(rocksdb::Hole::NON_LOGGED_EDIT), hole.set_scn_lo(1'795'428'900'000'000'000), hole.set_incarnation(1);
  hole.set_wal_number(42), hole.set_wal_offset(100), hole.set_manifest_number(5), hole.set_manifest_end(90);
  hole.add_files(11), hole.add_column_families(0), hole.set_reason("a file was ingested");
  const std::string now = hole.SerializeAsString(), old = testing::golden("rocksdb_hole", now);
  EXPECT_EQ(to_hex(now), to_hex(old));
  const auto read = parse_hole_detail(old);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->reason, "a file was ingested");
  EXPECT_EQ(read->scn_lo, 1'795'428'900'000'000'000u);
}

}  // namespace
}  // namespace seabed::rocksdb_source
