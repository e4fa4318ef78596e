// What the writers make of log and pages when they encrypt and compress: readable with the key, nothing in clear, and never
// two texts under one key and nonce, whatever fails and is tried again.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "core/base/bytes.h"
#include "core/flow/macroblock.h"
#include "core/format/key_ring.h"
#include "core/format/log_group_codec.h"
#include "core/media/archive_resume.h"
#include "core/media/archive_writer.h"
#include "core/media/backup_reader.h"
#include "core/media/backup_writer.h"
#include "core/media/key_backup.h"
#include "core/media/set_log_keys.h"
#include "core/media/stored_block.h"
#include "core/media/stream_log.h"
#include "core/storage/destination.h"
#include "tests/unit/format/golden.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed {
namespace {

using test::DirStore;
using test::ScratchDir;

const ArchiveStreamId kId{1002, 1001, 1, 1001};
constexpr char kMarker[] = "A-ROW-THAT-NOBODY-MAY-READ";

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string payload(uint64_t n) {
  std::string out;
  while (out.size() < 3000) out += kMarker + std::to_string(n);
  return out;
}

EncodedGroup group(uint64_t n, uint64_t epoch = 1) {
  LogGroup g;
  g.scn_lo = n * 10, g.scn_hi = n * 10 + 5, g.incarnation = 7;
  put_be64(g.begin.bytes, n), put_be64(g.end.bytes, n + 1);
  g.payload = payload(n);
  return encode(std::move(g), epoch);
}

struct EncryptedLogWriter : ::testing::Test {
  ScratchDir dir;
  std::shared_ptr<DirStore> store = std::make_shared<DirStore>(dir.path());
  MasterKey master = *make_master_key(1);
  bool encrypt = true, compress = true, proves = true;
  uint64_t turn = 1;

  EncryptedLogWriter() { store->caps_.append = true; }
  ArchiveWriterOptions options(uint64_t epoch) {
    ArchiveWriterOptions o;
    o.epoch = epoch;
    o.form = [this]() -> Result<LogFileForm> {
      LogFileForm form;
      form.compress = compress;
      if (!encrypt && proves) {
        form.clear_master = master.identity;
        SEABED_TRY(form.clear_key, clear_log_key(master));
      }
      if (!encrypt) return form;
      SEABED_TRY(form.data_key, random_key());
      SEABED_TRY(const meta::KeyWrap wrap, wrap_key(form.data_key, master, log_key_subject(kId.tenant_id)));
      form.wrap = wrap.SerializeAsString();
      return form;
    };
    o.form_turn = [this] { return turn; };
    return o;
  }
  std::string path(uint32_t file) { return store->path(paths::log_file(kId.piece(1), kId.ls_id, file)); }
  Result<std::vector<std::string>> read(const LogFile& last, bool with_key = true) {
    PieceFacts piece;
    piece.key = kId.piece(1);
    auto* ls = piece.descriptor.add_ls();
    ls->set_ls_id(kId.ls_id), ls->set_first_file_id(1), ls->set_last_file_id(last.file_id);
    ls->set_last_file_length(last.length), ls->set_last_file_hash128(std::string(view(last.hash)));
    Medium medium{store};
    auto ring = std::make_shared<KeyRing>();
    ring->add(with_key ? master : *make_master_key(1));
    medium.keys = ring;
    SEABED_CHECK(check_log_key(medium, piece, kId.ls_id));
    StreamLog log(medium, {piece}, kId.ls_id, {});
    std::vector<std::string> out;
    for (LogGroup g;;) {
      SEABED_TRY(bool more, log.next(&g));
      if (!more) return out;
      out.push_back(g.payload);
    }
  }
  std::vector<std::string> expected(uint64_t count) {
    std::vector<std::string> out;
    for (uint64_t n = 0; n < count; ++n) out.push_back(payload(n));
    return out;
  }
};

TEST_F(EncryptedLogWriter, EveryFormIsReadBackAndOnlyPlainShowsTheRows) {
  for (const bool encrypted : {true, false})
    for (const bool compressed : {true, false}) {
      encrypt = encrypted, compress = compressed;
      std::filesystem::remove_all(dir.path() + "/piece_d1001r1p1");
      ArchiveWriter w(*store, kId, options(1), {});
      ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
      ASSERT_TRUE(w.append(std::vector{group(0), group(1)}, {}));
      ASSERT_EQ(w.offsets().size(), 2u);
      ASSERT_TRUE(w.append(std::vector{group(2)}, {}));
      auto got = read(w.current());
      ASSERT_TRUE(got) << got.error().message();
      EXPECT_EQ(*got, expected(3));
      const std::string bytes = slurp(path(1));
      EXPECT_EQ(bytes.size(), w.current().length) << "offsets are stored bytes";
      EXPECT_EQ(bytes.find(kMarker) != bytes.npos, !encrypted);
      if (compressed) EXPECT_LT(bytes.size(), 3000u);
      EXPECT_EQ(read(w.current(), false).has_value(), !encrypted);
    }
}

/// Two appends of the same groups at the same place are the same bytes: what was torn is completed, not written anew.
TEST_F(EncryptedLogWriter, ATornAppendIsCompletedWithTheSameBytes) {
  for (const int64_t torn : {1, 40, 500}) {
    std::filesystem::remove_all(dir.path() + "/piece_d1001r1p1");
    ArchiveWriter w(*store, kId, options(1), {});
    ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
    ASSERT_TRUE(w.append(std::vector{group(0)}, {}));
    store->tear_next_append = torn;
    ASSERT_FALSE(w.append(std::vector{group(1)}, {}));
    const std::string half = slurp(path(1));
    turn += 1;   // the operator switches something meanwhile: not in this file
    EXPECT_FALSE(w.needs_file());
    ASSERT_TRUE(w.append(std::vector{group(1)}, {}));
    EXPECT_TRUE(slurp(path(1)).starts_with(half));
    EXPECT_TRUE(w.needs_file()) << "the switch ends the file";
    auto got = read(w.current());
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(*got, expected(2));
  }
}

/// A resume, a takeover and a switch each begin a file of their own, with a key of its own: the same groups at the same
/// offsets have nothing in common.
TEST_F(EncryptedLogWriter, TheSameGroupsNeverMeetUnderOneKey) {
  compress = false;
  std::vector<std::string> files;
  LogFile last;
  for (uint64_t epoch = 1; epoch <= 3; ++epoch) {
    ArchiveWriter w(*store, kId, options(epoch), last);
    ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
    ASSERT_TRUE(w.append(std::vector{group(0, epoch)}, {}));
    last = w.current();
    files.push_back(slurp(path(last.file_id)));
  }
  for (size_t a = 0; a < files.size(); ++a)
    for (size_t b = a + 1; b < files.size(); ++b) {
      const size_t n = 1000;
      const std::string x = files[a].substr(files[a].size() - n), y = files[b].substr(files[b].size() - n);
      size_t equal = 0;
      for (size_t i = 0; i < n; ++i) equal += x[i] == y[i];
      EXPECT_LT(equal, 50u) << "1 in 256 by chance; all of them under one key and nonce";
    }
}

/// The tenant stops encrypting: its key proves that. Without the proof, or with that of another file, somebody else did it.
TEST_F(EncryptedLogWriter, AFileInClearBehindEncryptedOnesNeedsAProof) {
  compress = false;
  for (const bool proved : {true, false}) {
    std::filesystem::remove_all(dir.path() + "/piece_d1001r1p1");
    ArchiveWriter w(*store, kId, options(1), {});
    encrypt = true;
    ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
    ASSERT_TRUE(w.append(std::vector{group(0)}, {}));
    encrypt = false, proves = proved, turn += 1;
    ASSERT_TRUE(w.needs_file());
    ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
    ASSERT_TRUE(w.append(std::vector{group(1)}, {}));
    auto got = read(w.current());
    if (proved) {
      ASSERT_TRUE(got) << got.error().message();
      EXPECT_EQ(*got, expected(2));
    } else {
      ASSERT_FALSE(got);
      EXPECT_EQ(got.error().code, Code::kCorruption) << got.error().message();
    }
  }
}

TEST_F(EncryptedLogWriter, AProofHoldsForItsOwnFileAndKey) {
  compress = false;
  for (int change = 0; change < 4; ++change) {
    std::filesystem::remove_all(dir.path() + "/piece_d1001r1p1");
    encrypt = true;
    ArchiveWriter w(*store, kId, options(1), {});
    ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
    ASSERT_TRUE(w.append(std::vector{group(0)}, {}));
    encrypt = false, turn += 1;
    ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
    ASSERT_TRUE(w.append(std::vector{group(1)}, {}));
    LogFile last = w.current();
    std::string bytes = slurp(path(2));
    size_t used = 0;
    auto header = *decode_log_file_header(bytes, &used, "file");
    ASSERT_EQ(header.clear_proof().size(), 32u);
    if (change == 1) header.set_created_scn(header.created_scn() + 1);   // another file
    if (change == 2) header.mutable_clear_proof()->back() ^= 1;
    if (change == 3) header.set_clear_master(make_master_key(2)->identity);   // a key that nobody has
    bytes = encode_log_file_header(header) + bytes.substr(used);
    std::ofstream(path(2), std::ios::binary) << bytes;
    last.length = bytes.size(), last.hash = hash128(bytes);
    auto got = read(last);
    ASSERT_EQ(got.has_value(), change == 0) << change;
    if (change == 1 || change == 2) EXPECT_EQ(got.error().code, Code::kCorruption) << got.error().message();
    if (change == 3) EXPECT_EQ(got.error().ob_error, 9047) << got.error().message();
  }
}

/// PLUS ARCHIVELOG under a password: what opens the log, encrypted and then in clear, is in the set, under its password.
TEST_F(EncryptedLogWriter, TheLogOfASetOpensWithTheSetsPasswordAlone) {
  ArchiveWriter w(*store, kId, options(1), {});
  ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
  ASSERT_TRUE(w.append(std::vector{group(0)}, {}));
  turn += 1;   // another file, and with it another data key
  ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
  ASSERT_TRUE(w.append(std::vector{group(1)}, {}));
  encrypt = false, turn += 1;
  ASSERT_TRUE(w.open_file(1, 7, {}, 1, {}));
  ASSERT_TRUE(w.append(std::vector{group(2)}, {}));
  Medium medium{store};
  auto tenants = std::make_shared<KeyRing>();
  tenants->add(master);
  std::vector<std::string> files;
  for (uint32_t n = 1; n <= 3; ++n) files.push_back(paths::log_file(kId.piece(1), kId.ls_id, n));
  EXPECT_EQ(collect_log_keys(medium, files).error().ob_error, 9047) << "the job itself needs them";
  medium.keys = tenants;
  const auto keys = collect_log_keys(medium, files);
  ASSERT_TRUE(keys) << keys.error().message();
  EXPECT_EQ(keys->keys_size(), 2);
  EXPECT_EQ(keys->clear_size(), 1);

  const Secret set_key = *random_key();
  meta::BackupSetDescriptor set;
  set.set_tenant_id(1002), set.set_backup_set_id(5);
  *set.mutable_key() = *wrap_key(set_key, Secret("one"), set_key_subject(1002, 5), {10, 8, 1});
  set.set_log_keys(*seal_log_keys(*keys, set_key, 1002, 5));
  for (const auto& k : keys->keys()) EXPECT_EQ(set.log_keys().find(k.secret()), std::string::npos);
  const auto with = [&](const std::string& password, const meta::BackupSetDescriptor& descriptor) {
    auto ring = std::make_shared<KeyRing>();
    if (!password.empty()) ring->add_password(Secret(password));
    Medium m{store};
    m.keys = with_log_keys(ring, descriptor, "set 5");
    PieceFacts piece;
    piece.key = kId.piece(1);
    auto* ls = piece.descriptor.add_ls();
    ls->set_ls_id(kId.ls_id), ls->set_first_file_id(1), ls->set_last_file_id(3);
    ls->set_last_file_length(w.current().length), ls->set_last_file_hash128(std::string(view(w.current().hash)));
    StreamLog log(m, {piece}, kId.ls_id, {});
    std::vector<std::string> out;
    for (LogGroup g;;) {
      auto more = log.next(&g);
      if (!more) return Result<std::vector<std::string>>(fail(more.error()));
      if (!*more) return Result<std::vector<std::string>>(out);
      out.push_back(g.payload);
    }
  };
  const auto got = with("one", set);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, expected(3));
  EXPECT_EQ(with("two", set).error().ob_error, 9047);
  EXPECT_EQ(with("", set).error().ob_error, 9047);
  meta::BackupSetDescriptor other = set;   // of another set: bound to its own
  other.set_backup_set_id(6);
  *other.mutable_key() = *wrap_key(set_key, Secret("one"), set_key_subject(1002, 6), {10, 8, 1});
  EXPECT_EQ(with("one", other).error().code, Code::kCorruption);
  other = set;
  other.clear_log_keys();
  EXPECT_EQ(with("one", other).error().ob_error, 9047) << "the log is the tenant's, the set's password does not open it";
}

/// An open_file whose answer was lost is tried again with the same header: the same key, no group written yet.
TEST_F(EncryptedLogWriter, ARepeatedOpenSendsTheSameHeader) {
  ArchiveWriter w(*store, kId, options(1), {});
  store->tear_next_append = 150;   // behind the frame's checksums, inside the message
  EXPECT_FALSE(w.open_file(1, 7, {}, 1, {}));
  const std::string half = slurp(path(1));
  EXPECT_EQ(half.size(), 150u);
  auto opened = w.open_file(1, 7, {}, 1, {});
  ASSERT_TRUE(opened) << opened.error().message();
  ASSERT_TRUE(w.append(std::vector{group(0)}, {}));
  EXPECT_TRUE(slurp(path(1)).starts_with(half));
  auto got = read(w.current());
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, expected(1));
}

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

struct KeyBackups : ::testing::Test {
  ScratchDir dir;
  Medium medium{std::make_shared<DirStore>(dir.path())};
  const ScryptCost quick{10, 8, 1};
  const KeyBackupFacts facts{1, "lab", 1002, "shop", 77};
  std::vector<BackedUpKey> keys{{*make_master_key(1), 11}, {*make_master_key(2), 22}};

  std::string path(uint64_t scn = 77) {
    return dir.path() + "/" + paths::key_backup(1, 1002, scn);
  }
};

TEST_F(KeyBackups, OpenWithTheirPasswordAndNoOther) {
  auto written = write_key_backup(medium, facts, keys, Secret("correct horse"), quick);
  ASSERT_TRUE(written) << written.error().message();
  auto back = read_key_backup(medium, 1, 1002, Secret("correct horse"));
  ASSERT_TRUE(back) << back.error().message();
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].key.secret.view(), keys[1].key.secret.view());
  EXPECT_EQ((*back)[1].key.identity, keys[1].key.identity);
  auto wrong = read_key_backup(medium, 1, 1002, Secret("correct horsf"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().ob_error, 9047);
  EXPECT_EQ(wrong.error().message().find("horse"), std::string::npos);
  const std::string bytes = slurp(path());
  for (const auto& k : keys) EXPECT_EQ(bytes.find(k.key.secret.view()), bytes.npos);
}

TEST_F(KeyBackups, BytesOfTheFirstVersionAreRead) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("golden"), quick));
  const std::string bytes = testing::golden("key_backup", slurp(path()));
  ASSERT_FALSE(bytes.empty());
  std::ofstream(path(), std::ios::binary) << bytes;
  auto back = read_key_backup(medium, 1, 1002, Secret("golden"));
  ASSERT_TRUE(back) << back.error().message();
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].key.id, 2u);
  EXPECT_EQ((*back)[1].created_us, 22u);
}

TEST_F(KeyBackups, EachFileOpensWithItsOwnPassword) {
  ASSERT_TRUE(write_key_backup(medium, facts, {keys[0]}, Secret("old"), quick));
  KeyBackupFacts later = facts;
  later.scn = 1000;
  ASSERT_TRUE(write_key_backup(medium, later, keys, Secret("new"), quick));
  EXPECT_EQ(read_key_backup(medium, 1, 1002, Secret("new"))->size(), 2u);
  const auto old = read_key_backup(medium, 1, 1002, Secret("old"));
  ASSERT_TRUE(old) << old.error().message();
  ASSERT_EQ(old->size(), 1u);
  EXPECT_EQ((*old)[0].key.identity, keys[0].key.identity);
  EXPECT_EQ(read_key_backup(medium, 1, 1002, Secret("neither")).error().ob_error, 9047);
}

TEST_F(KeyBackups, KeysOfACatalogThatWasLostStandBesideThoseOfTheNext) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("p"), quick));
  KeyBackupFacts later = facts;
  later.scn = 1000;
  const BackedUpKey next{*make_master_key(1), 33};   // the same number, another key
  ASSERT_TRUE(write_key_backup(medium, later, {next, keys[1]}, Secret("p"), quick));
  const auto all = read_key_backup(medium, 1, 1002, Secret("p"));
  ASSERT_TRUE(all) << all.error().message();
  std::set<std::string> identities;
  for (const auto& k : *all) identities.insert(k.key.identity);
  EXPECT_EQ(all->size(), 3u) << "each once";
  EXPECT_EQ(identities, (std::set<std::string>{keys[0].key.identity, keys[1].key.identity, next.key.identity}));
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 20);
  EXPECT_EQ(read_key_backup(medium, 1, 1002, Secret("p"))->size(), 2u) << "the older is damaged";
  std::filesystem::resize_file(path(1000), std::filesystem::file_size(path(1000)) - 20);
  EXPECT_EQ(read_key_backup(medium, 1, 1002, Secret("p")).error().code, Code::kCorruption) << "the newest is";
}

TEST_F(KeyBackups, CutAnywhereIsToldAsDamage) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("p"), quick));
  const std::string good = slurp(path());
  for (size_t length = 0; length < good.size(); length += 7) {
    std::ofstream(path(), std::ios::binary) << good.substr(0, length);
    auto read = read_key_backup(medium, 1, 1002, Secret("p"));
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().code, Code::kCorruption) << length << read.error().message();
    EXPECT_EQ(read.error().ob_error, 0) << "not told as a wrong password";
  }
}

TEST_F(KeyBackups, AFlippedBitIsNeverAKey) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("p"), quick));
  const std::string good = slurp(path());
  for (size_t at = 0; at < good.size(); at += 5) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    std::ofstream(path(), std::ios::binary) << bad;
    EXPECT_FALSE(read_key_backup(medium, 1, 1002, Secret("p"))) << at;
  }
}

TEST_F(KeyBackups, OfAnotherTenantIsNoKeyBackup) {
  ASSERT_TRUE(write_key_backup(medium, facts, keys, Secret("p"), quick));
  EXPECT_EQ(read_key_backup(medium, 1, 1004, Secret("p")).error().code, Code::kNotFound);
  std::filesystem::create_directories(dir.path() + "/" + paths::key_backups(1, 1004));
  std::filesystem::copy(path(), dir.path() + "/" + paths::key_backup(1, 1004, 77));
  EXPECT_EQ(read_key_backup(medium, 1, 1004, Secret("p")).error().code, Code::kCorruption) << "moved";
}

TEST_F(KeyBackups, NeverLieInADestination) {
  std::ofstream(dir.path() + "/format.obbak") << "anything";
  auto written = write_key_backup(medium, facts, keys, Secret("p"), quick);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().ob_error, 9081);
}

}  // namespace
}  // namespace seabed
