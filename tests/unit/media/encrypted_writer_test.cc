// What the archive's writer makes of log when it encrypts and compresses: readable with the key, nothing in clear, and never
// two texts under one key and nonce, whatever fails and is tried again.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/base/bytes.h"
#include "core/format/key_ring.h"
#include "core/format/log_group_codec.h"
#include "core/media/archive_resume.h"
#include "core/media/archive_writer.h"
#include "core/media/backup_reader.h"
#include "core/media/set_log_keys.h"
#include "core/media/stream_log.h"
#include "tests/unit/media/archive_dir_store.h"
#include "tests/unit/media/marked_rows.h"

namespace seabed {
namespace {

using test::DirStore;
using test::kMarker;
using test::ScratchDir;
using test::slurp;

const ArchiveStreamId kId{1002, 1001, 1, 1001};

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

}  // namespace
}  // namespace seabed
