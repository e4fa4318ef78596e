// Tombstones and reader leases: the bytes of earlier versions, and damage.

#include <gtest/gtest.h>

#include "core/format/frame.h"
#include "core/format/meta.pb.h"
#include "tests/unit/format/flips.h"
#include "tests/unit/format/golden.h"

namespace seabed {
namespace {

std::string tombstone() {
  meta::Tombstone t;
  t.set_kind("piece");
  t.set_cluster_id(1);
  t.set_cluster_name("alpha");
  t.set_tenant_id(1002);
  t.set_tenant_name("shop");
  t.set_incarnation(1);
  t.set_dest_id(1003);
  t.set_round_id(2);
  t.set_piece_id(17);
  t.set_deleted_scn(1'795'428'900'000'000'000);
  t.set_delete_mode("tagging");
  t.set_job_id(5);
  return encode_file(FileType::kTombstone, t.SerializeAsString());
}

std::string reader_lease() {
  meta::ReaderLease l;
  l.set_id("restore-7");
  l.set_cluster_id(2);
  l.set_cluster_name("beta");
  l.set_tenant_name("shop2");
  l.set_owner("host:77:12345");
  l.set_purpose("quick tenant");
  l.add_directories("backup_set_3_full");
  l.add_directories("piece_d1003r2p17");
  l.set_granted_scn(1'795'428'900'000'000'000);
  l.set_expires_scn(1'795'430'700'000'000'000);
  l.set_sequence(4);
  return encode_file(FileType::kReaderLease, l.SerializeAsString());
}

TEST(CleanupObjects, GoldenBytes) {
  EXPECT_EQ(to_hex(tombstone()), to_hex(testing::golden("tombstone", tombstone())));
  EXPECT_EQ(to_hex(reader_lease()), to_hex(testing::golden("reader_lease", reader_lease())));
}

TEST(CleanupObjects, EveryFlippedBitIsSeen) {
  for (const auto& [type, good] :
       {std::pair(FileType::kTombstone, tombstone()), std::pair(FileType::kReaderLease, reader_lease())})
    testing::for_each_flip(good, 4000, [type = type](const std::string& bad, size_t bit) {
      EXPECT_FALSE(decode_file(type, bad, "x")) << bit;
    });
  EXPECT_FALSE(decode_file(FileType::kReaderLease, tombstone(), "x")) << "one is not the other";
}

}  // namespace
}  // namespace seabed
