// The bytes of earlier versions: what a restore reads first of a set and a piece, the indexes, stored pages.

#include <gtest/gtest.h>

#include "core/base/checksum.h"
#include "core/format/frame.h"
#include "core/format/index_file.h"
#include "core/format/meta.pb.h"
#include "core/format/stored_page.h"
#include "tests/unit/format/golden.h"

namespace seabed {
namespace {

constexpr uint64_t kScn = 1'795'428'900'000'000'000;

void add_file(auto* to, const std::string& key, uint64_t size) {
  auto* file = to->add_files();
  file->set_key(key);
  file->set_size(size);
  file->set_hash128(std::string(16, 'h'));
}

meta::BackupSetDescriptor set_descriptor() {
  meta::BackupSetDescriptor d;
  d.set_backup_set_id(3), d.set_incarnation(1), d.set_tenant_id(1002), d.set_dest_id(1004);
  d.set_backup_type("I"), d.set_plus_archivelog(true);
  d.set_prev_full_backup_set_id(1), d.set_prev_inc_backup_set_id(2);
  d.set_start_time(kScn), d.set_end_time(kScn + 5), d.set_status("SUCCESS"), d.set_file_status("AVAILABLE");
  d.set_encryption_mode("PASSWORD"), d.set_path("file:///backup/shop/data");
  d.set_start_replay_scn(kScn + 1), d.set_min_restore_scn(kScn + 2), d.set_consistent_scn(kScn + 2);
  d.set_tenant_compatible("1.0"), d.set_backup_compatible(3), d.set_cluster_version("1.0");
  d.set_input_bytes(1000), d.set_output_bytes(900), d.set_extra_meta_bytes(80);
  d.set_tablet_count(4), d.set_macro_block_count(5), d.set_file_count(6);
  d.set_meta_turn_id(1), d.set_minor_turn_id(2), d.set_major_turn_id(2);
  auto* ls = d.add_ls();
  ls->set_ls_id(1001), ls->set_meta_turn(1), ls->set_minor_turn(2), ls->set_major_turn(2), ls->set_major_retry(1);
  add_file(&d, "infos/locality_info.obbak", 300);
  d.set_description("nightly"), d.set_tenant_name("shop"), d.set_cluster_name("alpha"), d.set_cluster_id(1);
  d.set_time_zone("Europe/Paris"), d.set_mode("mysql"), d.set_archive_dest_id(1003), d.set_archive_round_id(2);
  d.mutable_key()->set_salt("0123456789abcdef"), d.mutable_key()->set_scrypt_log_n(15), d.mutable_key()->set_wrapped("w");
  d.mutable_operator_facts()->set_version(7), d.mutable_operator_facts()->add_policies()->set_name("default");
  d.set_log_keys("sealed");
  return d;
}

meta::LsPieceProgress progress() {
  meta::LsPieceProgress p;
  p.set_ls_id(1001), p.set_start_scn(kScn), p.set_checkpoint_scn(kScn + 9), p.set_max_scn(kScn + 8);
  p.set_min_lsn("min"), p.set_max_lsn("max"), p.set_first_file_id(1), p.set_last_file_id(3);
  p.set_last_file_length(4711), p.set_last_file_hash128(std::string(16, 'l')), p.set_epoch(2), p.set_incarnation(1);
  p.set_input_bytes(5000), p.set_resume("state"), p.set_groups(12), p.set_resume_lsn("resume");
  return p;
}

meta::HoleRecord hole(bool gap) {
  meta::HoleRecord h;
  h.set_ls_id(1001), h.set_scn_lo(kScn + 3), h.set_reason(gap ? "file 000042.log is missing" : "a file was ingested");
  h.set_incarnation(1), h.set_gap(gap);
  if (!gap) h.set_scn_hi(kScn + 4), h.set_lsn("lsn"), h.set_detail("detail");
  return h;
}

meta::PieceDescriptor piece_descriptor() {
  meta::PieceDescriptor d;
  d.set_dest_id(1003), d.set_round_id(2), d.set_piece_id(17), d.set_incarnation(1), d.set_tenant_id(1002);
  d.set_start_scn(kScn), d.set_checkpoint_scn(kScn + 9), d.set_max_scn(kScn + 8), d.set_end_scn(kScn + 10);
  d.set_status("FROZEN"), d.set_file_status("BROKEN"), d.set_compatible(1), d.set_input_bytes(5000), d.set_output_bytes(5000);
  d.set_path("file:///backup/shop/archive");
  *d.add_ls() = progress();
  add_file(&d, "logstream_1001/log/1.obarc", 4711);
  *d.add_holes() = hole(false);
  *d.add_holes() = hole(true);
  return d;
}

meta::Checkpoint checkpoint() {
  meta::Checkpoint c;
  c.set_checkpoint_scn(kScn + 9), c.set_hole_count(1), c.mutable_operator_facts()->set_binding("Optional");
  *c.add_ls() = progress();
  return c;
}

meta::DictionaryFold fold() {
  meta::DictionaryFold f;
  f.set_scn(kScn), f.set_lsn("lsn");
  auto* file = f.mutable_state()->add_files();
  file->set_path("test/t1.frm"), file->set_content("bytes");
  auto* table = f.mutable_state()->add_tables();
  table->set_database("test"), table->set_name("t1"), table->set_attributes("a"), table->set_ls_id(1001);
  auto* fact = f.mutable_state()->add_facts();
  fact->set_name("tenant/mode"), fact->set_value("mysql");
  return f;
}

template <class Message>
void expect_golden(const std::string& name, FileType type, const Message& now) {
  const std::string bytes = encode_file(type, now.SerializeAsString());
  const std::string old = testing::golden(name, bytes);
  EXPECT_EQ(to_hex(bytes), to_hex(old)) << name;
  const auto body = decode_file(type, old, name);
  ASSERT_TRUE(body) << body.error().message();
  Message read;
  EXPECT_TRUE(read.ParseFromString(*body));
  EXPECT_EQ(read.SerializeAsString(), now.SerializeAsString());
}

TEST(MetaObjects, GoldenBytes) {
  expect_golden("backup_set_info", FileType::kBackupSetInfo, set_descriptor());
  expect_golden("piece_info", FileType::kPieceInfo, piece_descriptor());
  expect_golden("checkpoint", FileType::kCheckpoint, checkpoint());
  expect_golden("hole", FileType::kHole, hole(false));
  expect_golden("gap", FileType::kHole, hole(true));
  expect_golden("schema_meta", FileType::kSchemaMeta, fold());
}

TEST(MetaObjects, GoldenBytesOfSetLogKeys) {
  meta::SetLogKeys keys;
  auto* key = keys.add_keys();
  key->set_name("wrapped"), key->set_secret("secret");
  auto* clear = keys.add_clear();
  clear->set_name("identity"), clear->set_secret("proof");
  EXPECT_EQ(to_hex(keys.SerializeAsString()), to_hex(testing::golden("set_log_keys", keys.SerializeAsString())));
}

template <class Entry>
std::string index_of(FileType type, const std::vector<Entry>& entries) {
  std::string out;
  IndexWriter writer(type, "major", [&](std::string_view b) { return out.append(b), ok(); });
  for (const Entry& entry : entries) EXPECT_TRUE(writer.add(entry));
  EXPECT_TRUE(writer.finish(2));
  return out;
}

TEST(MetaObjects, GoldenBytesOfTheIndexesOfFiles) {
  meta::FileMeta own, reused;
  own.set_ls_id(1001), own.set_tablet_id(1), own.set_logical_id(5), own.set_name("000010.sst"), own.set_kind("major");
  own.set_size(3'000'000), own.set_level(6), own.set_identity("id"), own.set_hash128(std::string(16, 'f'));
  own.set_block_count(2), own.set_tail_hash("tailtail");
  reused = own;
  reused.set_logical_id(6), reused.set_name("000011.sst");
  reused.set_holder_set_id(1), reused.set_holder_turn(1), reused.set_holder_kind("minor");
  const std::string files = index_of<meta::FileMeta>(FileType::kMetaIndex, {own, reused});
  EXPECT_EQ(to_hex(files), to_hex(testing::golden("meta_index", files)));
  meta::SecMeta place;
  place.set_logical_id(5), place.mutable_at()->set_backup_set_id(3), place.mutable_at()->set_kind("major");
  place.mutable_at()->set_offset(4096), place.mutable_at()->set_length(2 << 20);
  const std::string places = index_of<meta::SecMeta>(FileType::kSecMetaIndex, {place});
  EXPECT_EQ(to_hex(places), to_hex(testing::golden("sec_meta_index", places)));
}

/// A block of two pages, the first compressed, the second encrypted as it is; table and bytes as they lie on a medium.
TEST(MetaObjects, GoldenStoredPagesAreReadBack) {
  const std::string first(kStoredPagePlain, 'a'), second = "the last page is shorter";
  const Secret data_key(std::string(kKeyBytes, 'k'));
  meta::MacroRange range;
  range.set_tablet_id(1), range.set_logical_id(5), range.set_block(0), range.set_flags(kBlockPaged | kBlockEncrypted);
  range.set_plain_length(static_cast<uint32_t>(first.size() + second.size())), range.set_salt(std::string(kSaltBytes, 's'));
  range.mutable_at()->set_backup_set_id(3), range.mutable_at()->set_ls_id(1001), range.mutable_at()->set_kind("major");
  range.mutable_at()->set_offset(4096);
  const auto key = attempt_key(data_key, range.salt());
  ASSERT_TRUE(key);
  std::string stored;
  for (const std::string& plain : {first, second}) {
    const PackedPage packed = pack_page(plain, true);
    const PagePlace place{4096 + stored.size(), static_cast<uint32_t>(packed.bytes.size() + kTagBytes),
                          static_cast<uint32_t>(plain.size()), packed.compressed};
    const auto page = encrypt_page(*key, range, stored.empty() ? 0 : 1, place, packed.bytes);
    ASSERT_TRUE(page);
    put_u32(*range.mutable_page_table(), place.stored | (packed.compressed ? 1u << 31 : 0));
    stored += *page;
  }
  range.mutable_at()->set_length(static_cast<uint32_t>(stored.size()));
  // Another zstd may pack otherwise: the old bytes are read, the new ones are not compared with them.
  const std::string old_range = testing::golden("stored_block_range", range.SerializeAsString());
  const std::string old_bytes = testing::golden("stored_block", stored);
  meta::MacroRange read;
  ASSERT_TRUE(read.ParseFromString(old_range));
  const auto places = page_places(read, "golden");
  ASSERT_TRUE(places) << places.error().message();
  ASSERT_EQ(places->size(), 2u);
  std::string plain;
  for (uint32_t page = 0; page < 2; ++page) {
    const PagePlace& at = (*places)[page];
    std::string out(at.plain, '\0');
    const auto loaded = load_page(read, page, at, old_bytes.substr(at.offset - 4096, at.stored), &*key, out, "golden");
    ASSERT_TRUE(loaded) << loaded.error().message();
    plain += out;
  }
  EXPECT_EQ(plain, first + second);
}

}  // namespace
}  // namespace seabed
