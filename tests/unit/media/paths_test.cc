#include "core/media/paths.h"

#include <gtest/gtest.h>

namespace seabed::paths {
namespace {

// Names as in the introduction's trees.
TEST(Paths, DataTree) {
  SetId full{1, true}, inc{2, false};
  EXPECT_EQ(check_file(1002, "20230111T193020"), "check_file/1002_connect_file_20230111T193020.obbak");
  EXPECT_EQ(set_start(inc), "backup_sets/backup_set_2_inc_start.obbak");
  EXPECT_EQ(set_end(full, true, "20230111T193420"), "backup_sets/backup_set_1_full_end_success_20230111T193420.obbak");
  EXPECT_EQ(set_range(full, "20230111T193330", "20230111T193420"),
            "backup_set_1_full/backup_set_1_full_20230111T193330_20230111T193420.obbak");
  EXPECT_EQ(single_set_info(full), "backup_set_1_full/single_backup_set_info.obbak");
  EXPECT_EQ(tenant_set_infos(full), "backup_set_1_full/tenant_backup_set_infos.obbak");
  EXPECT_EQ(set_info_file(full, "locality_info"), "backup_set_1_full/infos/locality_info.obbak");
  EXPECT_EQ(table_list(full, 1702352553000000000, 2),
            "backup_set_1_full/infos/table_list/table_list.1702352553000000000.2.obbak");
  EXPECT_EQ(table_list_meta(full, 1702352553000000000),
            "backup_set_1_full/infos/table_list/table_list_meta_info.1702352553000000000.obbak");
  EXPECT_EQ(tenant_index(full, "major", 1, "macro_range_index", 0),
            "backup_set_1_full/infos/major_data_info_turn_1/tenant_major_data_macro_range_index.0.obbak");
  EXPECT_EQ(tablet_log_stream_info(full, "minor", 1),
            "backup_set_1_full/infos/minor_data_info_turn_1/tablet_log_stream_info.obbak");
  EXPECT_EQ(ls_attr_info(full, 1), "backup_set_1_full/infos/meta_info/ls_attr_info.1.obbak");
  EXPECT_EQ(ls_meta_infos(full), "backup_set_1_full/infos/meta_info/ls_meta_infos.obbak");
  EXPECT_EQ(ls_meta_info(full, 1001, 1, 0), "backup_set_1_full/logstream_1001/meta_info_turn_1_retry_0/ls_meta_info.obbak");
  EXPECT_EQ(tablet_info(full, 1, 1, 0, 1), "backup_set_1_full/logstream_1/meta_info_turn_1_retry_0/tablet_info.1.obbak");
  LsData data{full, 1001, "major", 1, 0};
  EXPECT_EQ(macro_block_data(data, 0), "backup_set_1_full/logstream_1001/major_data_turn_1_retry_0/macro_block_data.0.obbak");
  EXPECT_EQ(ls_index(data, "sec_meta_index"), "backup_set_1_full/logstream_1001/major_data_turn_1_retry_0/sec_meta_index.obbak");
}

TEST(Paths, ArchiveTree) {
  PieceKey p{1002, 1, 1};
  EXPECT_EQ(round_start(1002, 1), "rounds/round_d1002r1_start.obarc");
  EXPECT_EQ(round_end(1002, 1), "rounds/round_d1002r1_end.obarc");
  EXPECT_EQ(piece_start(p, "20230111T193049"), "pieces/piece_d1002r1p1_start_20230111T193049.obarc");
  EXPECT_EQ(piece_end(p, "20230111T193249"), "pieces/piece_d1002r1p1_end_20230111T193249.obarc");
  EXPECT_EQ(piece_range(p, "20230111T193049", "20230111T193249"),
            "piece_d1002r1p1/piece_d1002r1p1_20230111T193049_20230111T193249.obarc");
  EXPECT_EQ(checkpoint(p, 1673436649723677822), "piece_d1002r1p1/checkpoint/checkpoint.1673436649723677822.obarc");
  EXPECT_EQ(checkpoint_info(p), "piece_d1002r1p1/checkpoint/checkpoint_info.0.obarc");
  EXPECT_EQ(single_piece_info(p), "piece_d1002r1p1/single_piece_info.obarc");
  EXPECT_EQ(tenant_piece_infos(p), "piece_d1002r1p1/tenant_archive_piece_infos.obarc");
  EXPECT_EQ(piece_file_info(p), "piece_d1002r1p1/file_info.obarc");
  EXPECT_EQ(ls_file_info(p, 1001), "piece_d1002r1p1/logstream_1001/file_info.obarc");
  EXPECT_EQ(log_file(p, 1001, 1), "piece_d1002r1p1/logstream_1001/log/1.obarc");
  EXPECT_EQ(schema_meta(p, 1677588501408765915), "piece_d1002r1p1/logstream_1/schema_meta/1677588501408765915.obarc");
}

TEST(Paths, PlaceholdersAreReadBack) {
  auto s = parse_set_placeholder("backup_sets/backup_set_12_inc_end_success_20230111T194420.obbak");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->set.id, 12u);
  EXPECT_FALSE(s->set.full);
  EXPECT_EQ(s->what, SetPlaceholder::kSuccess);
  EXPECT_EQ(s->tag, "20230111T194420");
  EXPECT_EQ(parse_set_placeholder(set_start({3, true}))->what, SetPlaceholder::kStart);
  EXPECT_EQ(parse_set_placeholder(set_end({3, true}, false, "20230111T194420"))->what, SetPlaceholder::kFailed);
  auto p = parse_piece_placeholder("pieces/piece_d1002r1p13_end_20230111T193249.obarc");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->piece, (PieceKey{1002, 1, 13}));
  EXPECT_TRUE(p->end);
  EXPECT_EQ(parse_round_start("rounds/round_d1002r4_start.obarc"), (std::pair<uint64_t, uint64_t>{1002, 4}));
  EXPECT_EQ(parse_checkpoint("piece_d1002r1p1/checkpoint/checkpoint.1673436649723677822.obarc"), 1673436649723677822u);
}

TEST(Paths, HostileNamesAreNobody) {
  for (const char* name : {"backup_sets/backup_set_1_full_start.obbak/x", "backup_sets/backup_set_01_full_start.obbak",
                           "backup_sets/backup_set_-1_full_start.obbak", "backup_sets/../backup_set_1_full_start.obbak",
                           "backup_sets/backup_set_99999999999999999999_full_start.obbak", "backup_sets/backup_set_1_full_end_success_.obbak",
                           "backup_sets/backup_set_1_full_end_success_20230111X194420.obbak", ""})
    EXPECT_FALSE(parse_set_placeholder(name)) << name;
  for (const char* name : {"pieces/piece_d1r1p1_start_20230111T193249.obarc.tmp", "pieces/piece_d1r1_start_20230111T193249.obarc",
                           "pieces/piece_d1r1p1_middle_20230111T193249.obarc", "piece_d1r1p1_start_20230111T193249.obarc"})
    EXPECT_FALSE(parse_piece_placeholder(name)) << name;
  EXPECT_FALSE(parse_checkpoint("piece_d1r1p1/checkpoint/checkpoint_info.0.obarc"));
  EXPECT_FALSE(parse_checkpoint("checkpoint.12345678901234567890123.obarc"));
  EXPECT_FALSE(parse_round_start("rounds/round_d1r1_end.obarc"));
}

}  // namespace
}  // namespace seabed::paths
