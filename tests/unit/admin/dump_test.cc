// dump_backup over whole media: every kind of file, sound, cut and flipped.
#include "core/engine/admin/dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/engine/admin/dump_messages.h"
#include "core/format/log_group_codec.h"
#include "core/media/paths.h"
#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing_restore::Rig;

struct Kept : DumpSink {
  Json facts = Json::object(), end = Json::object();
  std::vector<Json> items;
  std::string kind;
  int heads = 0, tails = 0;
  void head(const Json& f, std::string_view items_kind) override { facts = f, kind = items_kind, ++heads; }
  void item(const Json& f) override { items.push_back(f); }
  void tail(const Json& f) override { end = f, ++tails; }
};

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void spill(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string hex(const std::string& bytes) {
  std::string out;
  for (unsigned char c : bytes) out += "0123456789abcdef"[c >> 4], out += "0123456789abcdef"[c & 15];
  return out;
}

class Dump : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    rig = new Rig;
    rig->put_hole(1001, 130);
    rig->write_set(1, true, 20, 30);
    rig->write_set(2, false, 120, 130);
    rig->write_archive(250);
  }
  static void TearDownTestSuite() { delete rig; }

  Status dump(const std::string& path, Kept* kept, DumpOptions options = {}) {
    return dump_uri(*rig->storage, *parse_uri("file://" + path), options, nullptr, *kept);
  }
  std::vector<std::string> files() {
    std::vector<std::string> out;
    for (const auto& root : {rig->data_dir, rig->archive_dir})
      for (const auto& e : rig->objects(root))
        if (e.ends_with(".obbak") || e.ends_with(".obarc")) out.push_back(root + "/" + e);
    return out;
  }
  /// One file of each type and directory kind.
  std::map<std::string, std::string> one_of_each() {
    std::map<std::string, std::string> out;
    for (const auto& path : files()) {
      auto header = decode_file_header(slurp(path), path);
      EXPECT_TRUE(header) << path;
      // of those that stream, one that holds something
      auto& kept = out[std::string(file_type_name(header->type))];
      if (kept.empty() || fs::file_size(path) > fs::file_size(kept)) kept = path;
    }
    return out;
  }
  static Rig* rig;
};
Rig* Dump::rig = nullptr;

TEST_F(Dump, EveryFileOfATreeIsSoundAndTold) {
  size_t told = 0;
  for (const auto& path : files()) {
    Kept kept;
    Status status = dump(path, &kept);
    ASSERT_TRUE(status) << path << ": " << status.error().message();
    EXPECT_EQ(kept.heads, 1) << path;
    EXPECT_EQ(kept.tails, 1) << path;
    EXPECT_EQ(kept.end["verdict"], "sound") << path;
    EXPECT_EQ(kept.facts["size"], fs::file_size(path)) << path;
    ++told;
  }
  EXPECT_GT(told, 60u);
}

TEST_F(Dump, EveryFileTypeIsKnown) {
  int known = 0;
  for (int value = 0; value < 65536; ++value) {
    const auto type = static_cast<FileType>(value);
    if (file_type_name(type) == "unknown") continue;
    ++known;
    const auto message = message_of(type);
    ASSERT_TRUE(message) << "dump_backup does not know files of type " << file_type_name(type);
    EXPECT_TRUE(message->empty() || new_message(*message)) << *message << " is in no .proto file";
  }
  EXPECT_GE(known, 33);
}

/// Also types that no tree of this test has: a file of each, with an empty message.
TEST_F(Dump, AFileOfEveryTypeIsDumped) {
  for (int value = 0; value < 100; ++value) {
    const auto type = static_cast<FileType>(value);
    if (file_type_name(type) == "unknown") continue;
    const std::string path = rig->base + "/one_" + std::to_string(value) + ".obbak";
    spill(path, encode_file(type, ""));
    Kept kept;
    Status status = dump(path, &kept);
    EXPECT_EQ(kept.facts["frame"]["type"], value);
    EXPECT_EQ(kept.tails, 1) << value;
    const bool needs_more = type == FileType::kLogFile || (value >= 31 && value <= 33);
    EXPECT_EQ(status.has_value(), !needs_more) << file_type_name(type);
    fs::remove(path);
  }
  const std::string path = rig->base + "/newer.obbak";
  spill(path, encode_file(static_cast<FileType>(999), "body"));
  Kept kept;
  Status status = dump(path, &kept);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kUnsupported);
  fs::remove(path);
}

TEST_F(Dump, MessagesAreDecoded) {
  Kept kept;
  ASSERT_TRUE(dump(rig->data_dir + "/format.obbak", &kept));
  EXPECT_EQ(kept.facts["message_type"], "seabed.meta.FormatInfo");
  EXPECT_EQ(kept.facts["message"]["tenant_name"], "shop");
  EXPECT_EQ(kept.facts["message"]["tenant_id"], 1004);
  EXPECT_EQ(kept.facts["message"]["kind"], "DEST_DATA");
  EXPECT_EQ(kept.facts["frame"]["header_length"], 64);
  const std::string set = rig->data_dir + "/backup_set_2_inc/";
  ASSERT_TRUE(dump(set + "single_backup_set_info.obbak", &kept));
  EXPECT_EQ(kept.facts["message"]["prev_full_backup_set_id"], 1);
  EXPECT_EQ(kept.facts["message"]["files"][0]["hash128"].get<std::string>().size(), 2 + 32u);
  ASSERT_TRUE(dump(set + "logstream_1001/meta_info_turn_1_retry_0/ls_meta_info.obbak", &kept));
  EXPECT_EQ(kept.facts["message"]["recovery"], "0x" + hex("start 120 covers 0"));
}

TEST_F(Dump, IndexEntriesWithOffsetAndLimit) {
  const std::string path =
      rig->data_dir + "/backup_set_1_full/logstream_1001/major_data_turn_1_retry_0/macro_range_index.obbak";
  Kept all, some, none;
  ASSERT_TRUE(dump(path, &all));
  ASSERT_EQ(all.items.size(), 3u);  // 5 MB
  EXPECT_EQ(all.items[2]["at"]["length"], 5'000'000 - 2 * (2 << 20));
  ASSERT_TRUE(dump(path, &some, {.offset = 1, .limit = 1, .ranged = true}));
  ASSERT_EQ(some.items.size(), 1u);
  EXPECT_EQ(some.items[0], all.items[1]);
  ASSERT_TRUE(dump(path, &none, {.offset = 9, .limit = 1, .ranged = true}));
  EXPECT_TRUE(none.items.empty());
}

TEST_F(Dump, LogGroupsTellStampsAndPositions) {
  const paths::PieceKey piece{1002, 1, 2};
  Kept kept;
  ASSERT_TRUE(dump(rig->archive_dir + "/" + paths::log_file(piece, 1001, 1), &kept));
  ASSERT_FALSE(kept.items.empty());
  EXPECT_EQ(kept.items[0]["type"], "log");
  EXPECT_EQ(kept.items[0]["scn_hi"], testing_restore::at(101));
  EXPECT_EQ(kept.items[0]["stamp"], "observed");
  EXPECT_THAT(kept.facts["accepted_by"].get<std::string>(), HasSubstr("file_info"));
  bool hole = false;
  for (uint32_t file = 1; fs::exists(rig->archive_dir + "/" + paths::log_file(piece, 1001, file)); ++file) {
    Kept one;
    ASSERT_TRUE(dump(rig->archive_dir + "/" + paths::log_file(piece, 1001, file), &one));
    for (const Json& item : one.items) hole |= item["type"] == "hole";
  }
  EXPECT_TRUE(hole);
}

TEST_F(Dump, MacroblockBytesAreThoseOfTheFile) {
  const std::string path =
      rig->data_dir + "/backup_set_1_full/logstream_1001/major_data_turn_1_retry_0/macro_block_data.0.obbak";
  const std::string bytes = slurp(path);
  Kept kept, beyond;
  ASSERT_TRUE(dump(path, &kept, {.offset = 4100, .limit = 1000, .ranged = true}));
  std::string shown;
  for (const Json& row : kept.items) shown += row["hex"].get<std::string>();
  EXPECT_EQ(shown, hex(bytes.substr(4100, 1000)));
  ASSERT_TRUE(dump(path, &beyond, {.offset = bytes.size() + 1, .limit = 10, .ranged = true}));
  EXPECT_TRUE(beyond.items.empty());
}

TEST_F(Dump, DirectoriesListTypesAndStates) {
  Kept data, archive, piece;
  ASSERT_TRUE(dump(rig->data_dir, &data));
  EXPECT_EQ(data.items.size(), rig->objects(rig->data_dir).size());
  EXPECT_EQ(data.end["sets"].size(), 2u);
  EXPECT_EQ(data.end["sets"][1]["state"], "SUCCESS");
  EXPECT_EQ(data.end["not_whole"], 0);
  ASSERT_TRUE(dump(rig->archive_dir, &archive));
  ASSERT_EQ(archive.end["pieces"].size(), 3u);
  EXPECT_EQ(archive.end["pieces"][0]["state"], "FROZEN");
  EXPECT_EQ(archive.end["pieces"][2]["state"], "ACTIVE");
  ASSERT_TRUE(dump(rig->archive_dir + "/piece_d1002r1p1", &piece, {.offset = 1, .limit = 2, .ranged = true}));
  EXPECT_EQ(piece.items.size(), 2u);
  Status missing = dump(rig->data_dir + "/nix", &piece);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_TRUE(*dump_exists(*rig->storage, *parse_uri("file://" + rig->data_dir), nullptr));
  EXPECT_TRUE(*dump_exists(*rig->storage, *parse_uri("file://" + rig->data_dir + "/format.obbak"), nullptr));
  EXPECT_FALSE(*dump_exists(*rig->storage, *parse_uri("file://" + rig->data_dir + "/nix"), nullptr));
}

TEST_F(Dump, TableListIsNumberedOverItsParts) {
  const std::string dir = rig->base + "/copy/backup_set_1_full/infos/table_list";
  fs::create_directories(dir);
  for (int part = 1; part <= 3; ++part) {
    meta::TableList list;
    for (int i = 0; i < 4; ++i) {
      list.add_items()->set_database("shop");
      list.mutable_items(i)->set_table("t" + std::to_string(part) + std::to_string(i));
    }
    spill(dir + "/table_list.77." + std::to_string(part) + ".obbak",
          encode_file(FileType::kTableList, list.SerializeAsString()));
  }
  meta::TableListMetaInfo info;
  info.set_scn(77), info.set_count(12), info.set_batch_size(4), info.set_parts(3);
  spill(dir + "/table_list_meta_info.77.obbak",
        encode_file(FileType::kTableListMetaInfo, info.SerializeAsString()));
  Kept kept;
  ASSERT_TRUE(dump(dir, &kept, {.offset = 3, .limit = 2, .ranged = true}));
  ASSERT_EQ(kept.items.size(), 2u);
  EXPECT_EQ(kept.items[0], (Json{{"number", 4}, {"database_name", "shop"}, {"table_name", "t13"}}));
  EXPECT_EQ(kept.items[1]["table_name"], "t20");
  fs::remove(dir + "/table_list.77.2.obbak");
  Kept broken;
  EXPECT_FALSE(dump(dir, &broken));
  EXPECT_EQ(broken.items.size(), 4u);
}

// ---- damage ----

void expect_explained(const Status& status, const Kept& kept, const std::string& what) {
  ASSERT_FALSE(status) << what;
  EXPECT_THAT(status.error().code, AnyOf(Code::kCorruption, Code::kUnsupported)) << what;
  EXPECT_THAT(status.error().reason, HasSubstr("failed")) << what;
  EXPECT_EQ(kept.heads, 1) << what;
  EXPECT_EQ(kept.tails, 1) << what;
  EXPECT_FALSE(kept.end["problem"].is_null()) << what;
}

TEST_F(Dump, CutFilesAreExplained) {
  for (const auto& [type, path] : one_of_each()) {
    const std::string good = slurp(path);
    for (size_t size :
         {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{65}, good.size() / 2, good.size() - 1}) {
      if (size >= good.size()) continue;
      // behind the header of macroblock data there is room that no block uses
      spill(path, good.substr(0, size));
      Kept kept;
      Status status = dump(path, &kept);
      expect_explained(status, kept, type + " cut to " + std::to_string(size));
      if (status) continue;
      EXPECT_THAT(status.error().reason, HasSubstr("byte")) << type << " cut to " << size;
    }
    spill(path, good);
  }
}

TEST_F(Dump, FlippedBytesAreExplained) {
  for (const auto& [type, path] : one_of_each()) {
    const std::string good = slurp(path);
    const bool blocks = type == "macroblock data";
    for (size_t step = 0; step < 40; ++step) {
      size_t at = step < 20 ? step * 3 : good.size() * (step - 19) / 21;
      if (blocks && at >= kFileHeaderSize) at = std::max<size_t>(at, 4096);  // room without a meaning
      if (at >= good.size()) continue;
      std::string bad = good;
      bad[at] ^= 0x20;
      spill(path, bad);
      Kept kept;
      Status status = dump(path, &kept);
      expect_explained(status, kept, type + " flipped at " + std::to_string(at));
    }
    spill(path, good);
  }
}

TEST_F(Dump, BytesBehindTheEndAreTold) {
  const std::string path = rig->data_dir + "/format.obbak", good = slurp(path);
  spill(path, good + "more");
  Kept kept;
  Status status = dump(path, &kept);
  expect_explained(status, kept, "longer");
  EXPECT_THAT(status.error().reason, HasSubstr("4 bytes lie behind the end"));
  EXPECT_EQ(kept.end["problem"]["at_byte"], good.size());
  EXPECT_EQ(kept.end["message_as_it_stands"].is_null(), false);
  spill(path, good);
}

TEST_F(Dump, ATornTailThatNobodyAcceptedIsNoDamage) {
  const paths::PieceKey piece{1002, 1, 3};
  std::string path;
  for (uint32_t file = 1; fs::exists(rig->archive_dir + "/" + paths::log_file(piece, 1001, file)); ++file)
    path = rig->archive_dir + "/" + paths::log_file(piece, 1001, file);
  const std::string good = slurp(path);
  spill(path, good + good.substr(good.size() - 100));
  Kept kept;
  Status status = dump(path, &kept);
  EXPECT_TRUE(status) << status.error().message();
  EXPECT_THAT(kept.end["beyond"].get<std::string>(), HasSubstr("100 bytes"));
  spill(path, good);
}

TEST_F(Dump, ALogFileAloneIsReadToItsLastWholeGroup) {
  const paths::PieceKey piece{1002, 1, 1};
  const std::string good = slurp(rig->archive_dir + "/" + paths::log_file(piece, 1001, 1)),
                    path = rig->base + "/alone.obarc";
  spill(path, good);
  Kept whole, cut;
  ASSERT_TRUE(dump(path, &whole));
  spill(path, good.substr(0, good.size() - 1));
  Status status = dump(path, &cut);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().reason, HasSubstr("still being written"));
  EXPECT_EQ(cut.items.size() + 1, whole.items.size());
  fs::remove(path);
}

/// As a log file lies on media without append.
TEST_F(Dump, AFileInPartsAndOnePartAlone) {
  const paths::PieceKey piece{1002, 1, 1};
  const std::string good = slurp(rig->archive_dir + "/" + paths::log_file(piece, 1001, 1));
  size_t header = 0;
  ASSERT_TRUE(decode_log_file_header(good, &header, "x"));
  LogGroup group;
  size_t used = 0, needed = 0;
  std::string reason;
  ASSERT_EQ(decode_group(std::string_view(good).substr(header), &group, &used, &needed, &reason),
            GroupRead::kGroup);
  const size_t cut = header + used;
  const std::string log = rig->base + "/parts/1.obarc";
  fs::create_directories(log);
  spill(paths::log_part(log, 0, cut), good.substr(0, cut));
  spill(paths::log_part(log, cut, good.size()), good.substr(cut));
  meta::LogFormatMeta format;
  format.set_version(1);
  format.set_header(good.substr(0, header));
  spill(paths::log_part_format(log), encode_file(FileType::kLogFormatMeta, format.SerializeAsString()));
  Kept file, part;
  Status status = dump(log, &file);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(file.facts["parts"]["count"], 2);
  status = dump(paths::log_part(log, cut, good.size()), &part);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(part.items.size() + 1, file.items.size());
  Kept listed;
  ASSERT_TRUE(dump(rig->base + "/parts", &listed));
  EXPECT_EQ(listed.end["not_whole"], 0) << listed.items;
  spill(paths::log_part(log, cut, good.size()), good.substr(cut + 1));
  Kept shorter, bad_part;
  ASSERT_TRUE(dump(rig->base + "/parts", &shorter));
  EXPECT_EQ(shorter.end["not_whole"], 1);
  expect_explained(dump(paths::log_part(log, cut, good.size()), &bad_part), bad_part,
                   "a part with a byte less");
}

}  // namespace
}  // namespace seabed
