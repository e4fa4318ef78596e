// What a set's writer makes of pages when it encrypts and compresses: as encrypted_writer_test.cc, for data files.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <random>
#include <set>

#include "core/base/bytes.h"
#include "core/flow/macroblock.h"
#include "core/format/key_ring.h"
#include "core/media/backup_reader.h"
#include "core/media/backup_writer.h"
#include "core/media/stored_block.h"
#include "core/storage/destination.h"
#include "tests/unit/media/archive_dir_store.h"
#include "tests/unit/media/marked_rows.h"

namespace seabed {
namespace {

using test::kMarker;
using test::ScratchDir;
using test::slurp;

struct EncryptedSet : ::testing::Test {
  ScratchDir dir;
  std::unique_ptr<Storage> storage = *Storage::create({.driver_directories = {SEABED_TEST_DRIVERS}});
  std::shared_ptr<ObjectStore> store = *storage->open(*parse_uri("file://" + dir.path() + "/medium"));
  Secret data_key = *random_key();
  const paths::LsData data{{1, true}, 1001, "major", 1, 0};
  std::map<std::string, std::string> contents;

  CopyFile source(const std::string& name, uint64_t size, uint64_t logical, bool compressible) {
    std::string content;
    if (compressible)
      while (content.size() < size) content += kMarker + std::to_string(content.size() / 1000);
    content.resize(size);
    std::mt19937_64 random(logical);
    if (!compressible)
      for (size_t i = 0; i + 8 <= size; i += 8) {
        const uint64_t v = random();
        std::memcpy(&content[i], &v, 8);
      }
    const std::string path = dir.path() + "/source-" + name;
    std::ofstream(path, std::ios::binary) << content;
    contents[name] = std::move(content);
    CopyFile file;
    file.meta.set_ls_id(1001), file.meta.set_tablet_id(1), file.meta.set_logical_id(logical);
    file.meta.set_name(name), file.meta.set_kind("major"), file.meta.set_size(size);
    file.open = [path]() -> Result<Fd> { return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); };
    return file;
  }
  std::vector<CopyFile> sources() {
    return {source("rows", 5'000'000, 1, true), source("noise", 3'000'001, 2, false), source("small", 100, 3, true),
            source("empty", 0, 4, true)};
  }
  LsDataOutcome write(bool encrypt, PageCompression compression) {
    BackupWriterOptions options;
    options.compression = compression;
    if (encrypt) options.data_key = data_key;
    BackupSetWriter writer(store, {1, true}, options);
    CopyCounters counters;
    auto out = writer.copy_ls_data(data, sources(), &counters);
    EXPECT_TRUE(out) << (out ? "" : out.error().error.message());
    return out ? *out : LsDataOutcome{};
  }
  void put(const std::string& key, FileType type, const google::protobuf::MessageLite& message) {
    const auto object = frame_message(key, type, message);
    EXPECT_TRUE(put_object(*store, object.key, object.bytes, PutMode::kReplace, {}));
  }
  void put_set(const paths::SetId& id, const meta::KeyWrap* wrap) {
    meta::BackupSetDescriptor set;
    set.set_backup_set_id(id.id), set.set_backup_type(id.full ? "D" : "I"), set.set_tenant_id(1002), set.set_status("SUCCESS");
    if (wrap != nullptr) *set.mutable_key() = *wrap;
    put(paths::single_set_info(id), FileType::kBackupSetInfo, set);
    meta::Placeholder mark;
    put(paths::set_start(id), FileType::kPlaceholder, mark);
    put(paths::set_end(id, true, "20260101T000000"), FileType::kPlaceholder, mark);
  }
  /// A reader that knows set 1, whose descriptor has the wrap.
  BackupReader reader(std::shared_ptr<const KeyRing> ring, const meta::KeyWrap* wrap) {
    meta::FormatInfo format;
    format.set_kind(meta::DEST_DATA), format.set_tenant_id(1002);
    put(paths::format(), FileType::kFormat, format);
    put_set({1, true}, wrap);
    Medium medium{store};
    medium.keys = std::move(ring);
    auto reader = BackupReader::open(std::move(medium));
    EXPECT_TRUE(reader) << (reader ? "" : reader.error().message());
    EXPECT_TRUE(reader->load());
    return std::move(*reader);
  }
  std::pair<std::shared_ptr<KeyRing>, meta::KeyWrap> keys() {
    const MasterKey master = *make_master_key(1);
    auto ring = std::make_shared<KeyRing>();
    ring->add(master);
    return {ring, *wrap_key(data_key, master, set_key_subject(1002, 1))};
  }
  const DataDirectory from{1, 1001, "major", 1, 0};
  std::vector<meta::MacroRange> blocks(const BackupReader& reader) {
    std::vector<meta::MacroRange> out;
    EXPECT_TRUE(reader.each_block(from, [&](const meta::MacroRange& r) { return out.push_back(r), ok(); }));
    return out;
  }
  std::string data_file() { return dir.path() + "/medium/" + paths::macro_block_data(data, 0); }
};

TEST_F(EncryptedSet, EveryFormIsReadBackWholeAndByPages) {
  for (const bool encrypt : {true, false})
    for (const auto tried : {PageCompression::kAll, PageCompression::kMetadata, PageCompression::kNone}) {
      write(encrypt, tried);
      auto [ring, wrap] = keys();
      const BackupReader reader = this->reader(ring, encrypt ? &wrap : nullptr);
      std::map<uint64_t, std::string> got;
      for (const auto& range : blocks(reader)) {
        std::string block(plain_length(range), '\0');
        auto read = reader.read_block(range, block);
        ASSERT_TRUE(read) << read.error().message();
        got[range.logical_id()] += block;
        const uint32_t pages = (block.size() + kPageSize - 1) / kPageSize;
        for (const uint32_t first : {0u, pages / 2, pages - 1}) {
          const size_t begin = uint64_t{first} * kPageSize;
          std::string some(std::min<size_t>(block.size() - begin, 3 * kPageSize), '\0');
          auto sound = reader.read_pages(range, first, some);
          ASSERT_TRUE(sound) << sound.error().message();
          EXPECT_EQ(*sound, (some.size() + kPageSize - 1) / kPageSize);
          EXPECT_EQ(some, block.substr(begin, some.size()));
        }
      }
      EXPECT_EQ(got[1], contents["rows"]);
      EXPECT_EQ(got[2], contents["noise"]);
      EXPECT_EQ(got[3], contents["small"]);
      const std::string bytes = slurp(data_file());
      EXPECT_EQ(bytes.find(kMarker) != bytes.npos, !encrypt);
      if (tried == PageCompression::kAll) EXPECT_LT(bytes.size(), 3'500'000u) << "rows shrink, noise is stored raw";
      if (tried == PageCompression::kMetadata) EXPECT_LT(bytes.size(), 7'500'000u) << "of the rows, the last block shrinks";
      if (tried == PageCompression::kNone) EXPECT_GT(bytes.size(), 8'000'000u);
    }
}

TEST_F(EncryptedSet, HashesOfFilesAreKeyed) {
  write(true, PageCompression::kNone);
  auto [ring, wrap] = keys();
  const BackupReader reader = this->reader(ring, &wrap);
  int files = 0;
  ASSERT_TRUE(reader.each_file(from, [&](const meta::FileMeta& file) -> Status {
    const std::string plain(view(hash128(contents[file.name()])));
    EXPECT_NE(file.hash128(), plain) << "it would confirm a guessed content";
    SEABED_TRY(const std::string keyed, reader.file_hash(1, plain));
    EXPECT_EQ(file.hash128(), keyed);
    return ++files, ok();
  }));
  EXPECT_EQ(files, 4);
}

/// The step is repeated after a crash: the same directory, turn and retry, the same files at the same offsets.
TEST_F(EncryptedSet, ARepeatedDirectoryHasAnotherKey) {
  write(true, PageCompression::kNone);
  const std::string first = slurp(data_file());
  write(true, PageCompression::kNone);
  const std::string second = slurp(data_file());
  ASSERT_EQ(first.size(), second.size());
  size_t equal = 0;
  for (size_t i = 4096; i < first.size(); ++i) equal += first[i] == second[i];
  EXPECT_LT(equal, first.size() / 100) << "1 in 256 by chance";
}

TEST_F(EncryptedSet, InOneAttemptNoNonceComesTwice) {
  write(true, PageCompression::kAll);
  auto [ring, wrap] = keys();
  const BackupReader reader = this->reader(ring, &wrap);
  std::set<std::tuple<std::string, uint32_t, uint64_t>> seen;
  std::set<std::string> salts;
  for (const auto& range : blocks(reader)) {
    salts.insert(range.salt());
    const auto places = page_places(range, "x");
    ASSERT_TRUE(places);
    for (const auto& place : *places) EXPECT_TRUE(seen.insert({range.salt(), range.at().file_id(), place.offset}).second);
  }
  EXPECT_EQ(salts.size(), 1u);
}

TEST_F(EncryptedSet, ABitThatFlipsIsTold) {
  write(true, PageCompression::kAll);
  auto [ring, wrap] = keys();
  const BackupReader reader = this->reader(ring, &wrap);
  const auto ranges = blocks(reader);
  const std::string good = slurp(data_file());
  for (const auto& range : {ranges.front(), ranges.back()})
    for (const uint64_t at : {uint64_t{0}, uint64_t{range.at().length()} / 2, uint64_t{range.at().length()} - 1}) {
      std::string bad = good;
      bad[range.at().offset() + at] = static_cast<char>(bad[range.at().offset() + at] ^ 1);
      std::ofstream(data_file(), std::ios::binary) << bad;
      std::string block(plain_length(range), '\0');
      auto read = reader.read_block(range, block);
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().code, Code::kCorruption);
    }
}

TEST(PaysToCompress, IsToldByTheLastPageOrOneOfEight) {
  const std::string random = *random_bytes(12 * kStoredPagePlain), zeros(kStoredPagePlain, '\0');
  EXPECT_FALSE(pays_to_compress("", PageCompression::kAll));
  EXPECT_FALSE(pays_to_compress(random, PageCompression::kAll));
  for (const size_t page : {0u, 8u, 11u}) {
    std::string block = random;
    block.replace(page * kStoredPagePlain, kStoredPagePlain, zeros);
    EXPECT_TRUE(pays_to_compress(block, PageCompression::kAll)) << page;
    EXPECT_EQ(pays_to_compress(block, PageCompression::kMetadata), page == 11) << page;
    EXPECT_FALSE(pays_to_compress(block, PageCompression::kNone)) << page;
  }
  EXPECT_TRUE(pays_to_compress(random.substr(0, 1000) + std::string(kStoredPagePlain, 'z').substr(1000) + "tail",
                               PageCompression::kMetadata)) << "what is behind the index is short";
}

TEST(PackBlock, FromTheEndForwardsAsLongAsItPays) {
  const std::string noise = *random_bytes(2 * kStoredPagePlain), rows(2 * kStoredPagePlain + 5, 'r');
  const auto compressed = [&](PageCompression tried) {
    std::string out;
    for (const auto& page : pack_block(rows.substr(5) + noise + rows, tried, false).pages) out += page.compressed ? 'z' : '.';
    return out;
  };
  EXPECT_EQ(compressed(PageCompression::kAll), "zz..zz.");
  EXPECT_EQ(compressed(PageCompression::kMetadata), "....zz.") << "five bytes tell nothing";
  EXPECT_EQ(compressed(PageCompression::kNone), ".......");
}

/// What a cache or a hydrated file is proved by without unpacking anything.
TEST_F(EncryptedSet, PlainPagesHaveHashesUnlessTheyAreEncrypted) {
  for (const bool encrypt : {true, false}) {
    write(encrypt, PageCompression::kAll);
    auto [ring, wrap] = keys();
    const BackupReader reader = this->reader(ring, encrypt ? &wrap : nullptr);
    for (const auto& range : blocks(reader)) {
      std::string block(plain_length(range), '\0'), hashes;
      ASSERT_TRUE(reader.read_block(range, block));
      for (size_t at = 0; at < block.size(); at += kPageSize) hashes += page_hash(std::string_view(block).substr(at, kPageSize));
      EXPECT_EQ(plain_page_hashes(range), encrypt ? "" : hashes);
    }
  }
}

/// Bytes, lengths and hashes that fit: only the flag, or the set's key, says that it was encrypted.
TEST_F(EncryptedSet, ABlockInClearInItIsTold) {
  write(false, PageCompression::kNone);   // what somebody put in its place
  auto [ring, wrap] = keys();
  const BackupReader plain = this->reader(ring, nullptr);
  const auto ranges = blocks(plain);
  std::string block(plain_length(ranges.front()), '\0');
  ASSERT_TRUE(plain.read_block(ranges.front(), block)) << "whole in a set in clear";
  const BackupReader reader = this->reader(ring, &wrap);
  for (const auto& range : ranges) {
    block.assign(plain_length(range), '\0');
    EXPECT_EQ(reader.read_block(range, block).error().code, Code::kCorruption);
    std::string page(std::min<size_t>(block.size(), kPageSize), '\0');
    EXPECT_EQ(reader.read_pages(range, 0, page).error().code, Code::kCorruption);
  }
  write(false, PageCompression::kAll);
  const auto packed = blocks(reader);
  EXPECT_TRUE(std::ranges::any_of(packed, [](const auto& range) { return (range.flags() & kBlockPaged) != 0; }));
  for (const auto& range : packed) {
    block.assign(plain_length(range), '\0');
    EXPECT_EQ(reader.read_block(range, block).error().code, Code::kCorruption);
  }
}

TEST_F(EncryptedSet, WithoutItsKeyOrFlagAnEncryptedBlockIsTold) {
  write(true, PageCompression::kAll);
  auto [ring, wrap] = keys();
  const BackupReader stripped = this->reader(ring, nullptr);
  auto range = blocks(stripped).front();
  std::string block(plain_length(range), '\0');
  EXPECT_EQ(stripped.read_block(range, block).error().code, Code::kCorruption) << "the descriptor lost its key";
  const BackupReader reader = this->reader(ring, &wrap);
  for (const uint32_t flags : {0u, uint32_t{kBlockPaged}, uint32_t{kBlockEncrypted}}) {
    range.set_flags(flags);
    EXPECT_FALSE(reader.read_block(range, block)) << flags;
    std::string page(kPageSize, '\0');
    EXPECT_FALSE(reader.read_pages(range, 0, page)) << flags;
  }
}

TEST_F(EncryptedSet, AnEncryptedSetRefersToNoSetInClear) {
  write(false, PageCompression::kNone);
  BackupWriterOptions options;
  options.data_key = data_key;
  CopyFile reused;
  reused.meta.set_ls_id(1001), reused.meta.set_tablet_id(1), reused.meta.set_logical_id(1), reused.meta.set_name("rows");
  reused.meta.set_kind("major"), reused.meta.set_size(5'000'000);
  reused.meta.set_holder_set_id(1), reused.meta.set_holder_turn(1);
  CopyCounters counters;
  ASSERT_TRUE(BackupSetWriter(store, {2, false}, options).copy_ls_data({{2, false}, 1001, "major", 1, 0}, {reused}, &counters));
  auto [ring, wrap] = keys();
  for (const bool encrypted : {false, true}) {
    put_set({2, false}, encrypted ? &wrap : nullptr);
    const BackupReader reader = this->reader(ring, nullptr);
    const Status read = reader.each_file({2, 1001, "major", 1, 0}, [](const auto&) { return ok(); });
    ASSERT_EQ(read.has_value(), !encrypted) << (read ? "" : read.error().message());
    if (!read) EXPECT_EQ(read.error().code, Code::kCorruption) << read.error().message();
  }
}

TEST_F(EncryptedSet, WithoutTheRightKeyNothingIsRead) {
  write(true, PageCompression::kAll);
  auto [ring, wrap] = keys();
  auto other = std::make_shared<KeyRing>();
  other->add(*make_master_key(1));
  for (auto keys : {std::shared_ptr<const KeyRing>(), std::shared_ptr<const KeyRing>(other)}) {
    const BackupReader reader = this->reader(keys, &wrap);
    EXPECT_EQ(reader.set_key(1).error().ob_error, 9047);
    const auto range = blocks(reader).front();
    std::string block(plain_length(range), '\0');
    EXPECT_EQ(reader.read_block(range, block).error().ob_error, 9047);
  }
}

}  // namespace
}  // namespace seabed
