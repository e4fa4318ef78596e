// VersionEdit and the state it builds: what RocksDB writes, what newer versions add, and what must be
// refused.

#include "core/source/rocksdb/manifest.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/log_framing.h"
#include "scratch.h"
#include "wal_writer.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;
namespace fs = std::filesystem;

struct Edit {
  std::string bytes;
  Edit& number(uint64_t v) { return put_varint64(bytes, v), *this; }
  Edit& text(std::string_view s) { return put_length_prefixed(bytes, s), *this; }
  Edit& file4(uint64_t number_, int level, std::string_view fields = std::string_view("\x01", 1)) {
    number(103)
        .number(static_cast<uint64_t>(level))
        .number(number_)
        .number(1000)
        .text("aaaaaaaaa")
        .text("zzzzzzzzz")
        .number(5)
        .number(9);
    bytes += fields;
    return *this;
  }
};

Version state_of(const std::string& db) {
  Version version;
  const auto current = parse_current(*read_file(db + "/CURRENT"));
  EXPECT_TRUE(current);
  const std::string file = *read_file(db + "/" + manifest_name(*current));
  LogParser parser(*current);
  for (uint64_t at = 0; at < file.size();) {
    const ParseResult r = parser.next(std::string_view(file).substr(at), at);
    EXPECT_EQ(r.outcome, ParseOutcome::kRecord);
    if (r.outcome != ParseOutcome::kRecord) break;
    const Status s = version.apply(r.record.data);
    EXPECT_TRUE(s) << s.error().message();
    at = r.record.end;
  }
  return version;
}

TEST(Manifest, TheStateOfARealDatabase) {
  Scratch scratch;
  const std::string db = scratch / "db";
  const Flavour flavour{.blobs = true, .keep_wals = false, .families_come_and_go = true};
  Child writer([&](Child::Line& line) { return write_flavour(db, flavour, 1200, 0, line); });
  ASSERT_EQ(writer.line().hear(), 'd');
  writer.line().say('e');
  ASSERT_EQ(writer.wait(), 0);
  const Version version = state_of(db);
  EXPECT_EQ(version.families().size(), 2 + 12u);  // default, second, cf50, cf150 … cf1150
  EXPECT_EQ(version.family(0)->name, "default");
  EXPECT_EQ(version.family(0)->comparator, "leveldb.BytewiseComparator");
  EXPECT_EQ(version.db_id(), "") << "write_dbid_to_manifest is off by default in this version";
  std::set<std::string> live, there;
  size_t files = 0;
  for (const auto& [id, family] : version.families()) {
    for (const auto& [number, f] : family.files) {
      live.insert(sst_name(number));
      EXPECT_EQ(fs::file_size(db + "/" + sst_name(number)), f.size);
      EXPECT_TRUE(f.unique_id[0] != 0 || f.unique_id[1] != 0);
      EXPECT_GE(f.largest_sequence, f.smallest_sequence);
      ++files;
    }
    for (const BlobFacts& b : family.live_blobs()) live.insert(blob_name(b.number));
  }
  EXPECT_EQ(version.file_count(), files);
  for (const auto& e : fs::directory_iterator(db))
    if (e.path().extension() == ".sst" || e.path().extension() == ".blob") there.insert(e.path().filename());
  EXPECT_EQ(live, there) << "closed cleanly: what is there is what is live";
  EXPECT_GT(files, 0u);
}

TEST(Manifest, NewFileFields) {
  Edit fields;
  fields.number(4).text("\x07");  // oldest blob
  fields.number(6).text("\x05");  // creation time
  fields.number(9).text("\x0c");  // temperature
  std::string id;
  put_u64(id, 11);
  put_u64(id, 22);
  fields.number(12).text(id);
  fields.number(13).text("\x2a");      // epoch number
  fields.number(15).text("whatever");  // tail size
  fields.number(40).text("a field of the future");
  fields.number(65).text(std::string_view("\x00", 1));  // path id
  fields.number(1);
  const auto edit = decode_version_edit(Edit().file4(17, 6, fields.bytes).bytes);
  ASSERT_TRUE(edit) << edit.error().message();
  ASSERT_EQ(edit->new_files.size(), 1u);
  const SstFacts& f = edit->new_files[0].facts;
  EXPECT_EQ(f.number, 17u);
  EXPECT_EQ(f.level, 6);
  EXPECT_EQ(f.oldest_blob, 7u);
  EXPECT_EQ(f.temperature, 12u);
  EXPECT_EQ(f.unique_id, (std::array<uint64_t, 2>{11, 22}));
  EXPECT_EQ(f.epoch_number, 42u);
  EXPECT_EQ(edit->new_files[0].smallest, "aaaaaaaaa");
  Edit must;
  must.number(66).text("x").number(1);
  const auto refused = decode_version_edit(Edit().file4(17, 6, must.bytes).bytes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnsupported);
}

TEST(Manifest, UnknownTags) {
  const auto fine = decode_version_edit(Edit().number(8192 + 500).text("future").number(2).number(9).bytes);
  ASSERT_TRUE(fine);
  EXPECT_EQ(fine->log_number, 9u);
  EXPECT_EQ(fine->ignored_tags, std::vector<uint32_t>{8692});
  const auto refused = decode_version_edit(Edit().number(402).text("future").bytes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnsupported);
  EXPECT_NE(refused.error().reason.find("402"), std::string::npos);
}

TEST(Manifest, EditsAreWrittenAndReadBack) {
  VersionEdit edit;
  edit.column_family = 3;
  edit.add_family = "orders";
  edit.comparator = "rev:RocksDB_SE_v3.10";
  edit.log_number = 100;
  edit.next_file_number = 200;
  edit.last_sequence = 300;
  edit.min_log_number_to_keep = 90;
  edit.max_column_family = 3;
  edit.deleted_files = {{2, 55}};
  const auto back = decode_version_edit(encode_version_edit(edit));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->add_family, edit.add_family);
  EXPECT_EQ(back->column_family, 3u);
  EXPECT_EQ(back->comparator, edit.comparator);
  EXPECT_EQ(back->min_log_number_to_keep, 90u);
  EXPECT_EQ(back->deleted_files, edit.deleted_files);
  EXPECT_FALSE(back->non_logged());
}

TEST(Manifest, AtomicGroupsAreAppliedWhole) {
  const auto member = [](uint32_t left, uint64_t number) {
    return Edit().file4(number, 0).number(300).number(left).bytes;
  };
  Version version;
  ASSERT_TRUE(version.apply(member(2, 10)));
  ASSERT_TRUE(version.apply(member(1, 11)));
  EXPECT_TRUE(version.in_atomic_group());
  EXPECT_TRUE(version.family(0)->files.empty());
  std::vector<VersionEdit> effective;
  ASSERT_TRUE(version.apply(member(0, 12), "MANIFEST", &effective));
  EXPECT_EQ(version.family(0)->files.size(), 3u);
  EXPECT_EQ(effective.size(), 3u);
  ASSERT_TRUE(version.apply(member(2, 20)));
  EXPECT_FALSE(version.apply(member(0, 21))) << "a member is missing";
}

TEST(Manifest, WhichEditsCameWithoutTheLog) {
  const auto non_logged = [](const Edit& e) { return decode_version_edit(e.bytes)->non_logged(); };
  EXPECT_TRUE(non_logged(Edit().file4(10, 6)));                                 // ingestion, import
  EXPECT_FALSE(non_logged(Edit().file4(10, 0).number(2).number(9)));            // flush
  EXPECT_FALSE(non_logged(Edit().number(6).number(0).number(8).file4(10, 1)));  // compaction
  EXPECT_FALSE(non_logged(Edit().number(201).text("cf").number(200).number(4)));
  EXPECT_FALSE(non_logged(Edit().number(6).number(0).number(8)));
  const auto taken_away = [](const Edit& e) { return decode_version_edit(e.bytes)->taken_away(); };
  EXPECT_TRUE(taken_away(Edit().number(6).number(3).number(8)));                          // DeleteFilesInRange
  EXPECT_FALSE(taken_away(Edit().number(6).number(0).number(8).number(6).number(1).number(9)));  // compaction, FIFO
  EXPECT_FALSE(taken_away(Edit().number(6).number(3).number(8).file4(10, 4)));            // moved down
  EXPECT_FALSE(taken_away(Edit().number(201).text("cf")));
}

TEST(Manifest, StartOfRecovery) {
  Version v;
  ASSERT_TRUE(v.apply(Edit().number(2).number(30).bytes));
  ASSERT_TRUE(v.apply(Edit().number(200).number(1).number(201).text("a").number(2).number(12).bytes));
  EXPECT_EQ(v.start_wal(), 12u);
  ASSERT_TRUE(v.apply(Edit().number(10).number(25).bytes));
  EXPECT_EQ(v.start_wal(), 25u) << "an idle family keeps an old number";
  ASSERT_TRUE(v.apply(Edit().number(200).number(1).number(202).bytes));
  EXPECT_EQ(v.families().size(), 1u);
  EXPECT_FALSE(v.apply(Edit().number(200).number(2).number(201).text("b").bytes) &&
               v.apply(Edit().number(200).number(2).number(201).text("b").bytes));
}

TEST(Manifest, Names) {
  EXPECT_EQ(parse_db_file_name("000123.log")->number, 123u);
  EXPECT_EQ(parse_db_file_name("1234567.sst")->kind, DbFileKind::kSst);
  EXPECT_EQ(parse_db_file_name("OPTIONS-000007")->kind, DbFileKind::kOptions);
  for (const char* bad : {"", ".log", "a.log", "12.log.x", "../1.log", "MANIFEST-", "MANIFEST-1x",
                          "99999999999999999999.log", "OPTIONS-000007.dbtmp", "+1.log", "-1.log", "1.LOG"})
    EXPECT_FALSE(parse_db_file_name(bad)) << bad;
  EXPECT_EQ(*parse_current("MANIFEST-000005\n"), 5u);
  EXPECT_FALSE(parse_current("MANIFEST-000005\n\n"));
  EXPECT_FALSE(parse_current("../MANIFEST-000005\n"));
}

}  // namespace
}  // namespace seabed::test
