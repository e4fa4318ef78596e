// A stream's log with encrypted and compressed groups: read with its key, refused without, adopted without.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "core/base/bytes.h"
#include "core/format/key_ring.h"
#include "core/format/meta.pb.h"
#include "core/format/stored_group.h"
#include "core/media/archive_objects.h"
#include "core/media/archive_resume.h"
#include "core/media/stream_log.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed {
namespace {

class EncryptedLog : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "seabed-encrypted-log-XXXXXX").string();
    ASSERT_TRUE(::mkdtemp(name.data()));
    root_ = name;
    store_ = std::make_shared<test::DirStore>(root_);
    master_ = *make_master_key(1);
    data_key_ = *random_key();
    header_.set_tenant_id(id_.tenant_id), header_.set_dest_id(id_.dest_id), header_.set_round_id(id_.round_id);
    header_.set_piece_id(1), header_.set_ls_id(id_.ls_id), header_.set_file_id(1), header_.set_epoch(7);
    *header_.mutable_key() = *wrap_key(data_key_, master_, log_key_subject(id_.tenant_id));
    header_.set_salt(*random_bytes(kSaltBytes));
    header_.set_bound(1), header_.set_incarnation(2), header_.set_writer("host:1:2"), header_.set_created_scn(999);
    header_.set_start_lsn("12345678");
    cipher_ = {*log_file_key(data_key_, header_.salt()), log_file_place(header_)};
    bytes_ = encode_log_file_header(header_);
    for (uint64_t n = 1; n <= 5; ++n) {
      offsets_.push_back(bytes_.size());
      bytes_ += *store_group(group(n), &cipher_, n % 2 == 0, bytes_.size());
    }
    offsets_.push_back(bytes_.size());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  static LogGroup group(uint64_t n) {
    LogGroup g;
    g.scn_lo = 1000 * n, g.scn_hi = 1000 * n + 500, g.epoch = 7;
    put_be64(g.begin.bytes, n), put_be64(g.end.bytes, n + 1);
    g.payload = std::string(3000, static_cast<char>('a' + n));
    return g;
  }
  Result<std::vector<std::string>> read(const std::string& bytes, std::shared_ptr<const KeyRing> keys) {
    SEABED_CHECK(put_object(*store_, paths::log_file(id_.piece(1), id_.ls_id, 1), bytes, PutMode::kReplace, {}));
    PieceFacts piece;
    piece.key = id_.piece(1);
    auto* ls = piece.descriptor.add_ls();
    ls->set_ls_id(id_.ls_id), ls->set_first_file_id(1), ls->set_last_file_id(1);
    ls->set_last_file_length(bytes.size());
    ls->set_last_file_hash128(std::string(view(hash128(bytes))));
    Medium medium{store_};
    medium.keys = std::move(keys);
    StreamLog log(medium, {piece}, id_.ls_id, {});
    std::vector<std::string> payloads;
    for (LogGroup g;;) {
      SEABED_TRY(bool more, log.next(&g));
      if (!more) return payloads;
      payloads.push_back(g.payload);
    }
  }
  std::shared_ptr<const KeyRing> ring(const MasterKey& key) {
    auto keys = std::make_shared<KeyRing>();
    keys->add(key);
    return keys;
  }

  std::filesystem::path root_;
  std::shared_ptr<ObjectStore> store_;
  const ArchiveStreamId id_{1002, 3, 4, 1001};
  MasterKey master_;
  Secret data_key_;
  meta::LogFileHeader header_;
  LogFileCipher cipher_;
  std::string bytes_;
  std::vector<size_t> offsets_;
};

TEST_F(EncryptedLog, IsReadWithItsKey) {
  auto payloads = read(bytes_, ring(master_));
  ASSERT_TRUE(payloads) << payloads.error().message();
  ASSERT_EQ(payloads->size(), 5u);
  for (uint64_t n = 1; n <= 5; ++n) EXPECT_EQ((*payloads)[n - 1], group(n).payload);
}

TEST_F(EncryptedLog, IsRefusedBeforeItsFirstGroupWithoutTheKey) {
  for (auto keys : {std::shared_ptr<const KeyRing>(), ring(*make_master_key(1))}) {
    auto payloads = read(bytes_, keys);
    ASSERT_FALSE(payloads);
    EXPECT_EQ(payloads.error().ob_error, 9047);
  }
}

TEST_F(EncryptedLog, IsRefusedWhenGroupsChangePlaces) {
  // Both groups are whole and their checksums hold; only the place is another.
  std::string bytes = bytes_;
  const size_t length = offsets_[3] - offsets_[2];
  ASSERT_EQ(length, offsets_[1] - offsets_[0]);
  bytes.replace(offsets_[2], length, bytes_.substr(offsets_[0], length));
  auto payloads = read(bytes, ring(master_));
  ASSERT_FALSE(payloads);
  EXPECT_EQ(payloads.error().code, Code::kCorruption);
}

/// A header as if it had been written so: its checksum holds.
std::string with_checksum(const std::string& message) {
  std::string framed;
  put_u32(framed, static_cast<uint32_t>(message.size()));
  framed += message;
  return encode_log_file_header({}).substr(0, kFileHeaderSize) + framed + std::string(view(hash128(framed)));
}

TEST_F(EncryptedLog, NoBitOfTheFilesHeaderMayChange) {
  const std::string message = header_.SerializeAsString(), body = bytes_.substr(offsets_[0]);
  ASSERT_TRUE(read(with_checksum(message) + body, ring(master_))) << "the unchanged one";
  for (size_t bit = 0; bit < message.size() * 8; ++bit) {
    std::string bad = message;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    meta::LogFileHeader parsed;
    EXPECT_FALSE(read(with_checksum(bad) + body, ring(master_)))
        << "bit " << bit << ": " << (parsed.ParseFromString(bad) ? to_hex(bad) : "no message");
  }
}

TEST_F(EncryptedLog, NoFieldOfAGroupsHeaderMayChange) {
  using Change = std::function<void(LogGroup&)>;
  const std::vector<Change> changes = {
      [](LogGroup& g) { g.type = GroupType::kDictionary; }, [](LogGroup& g) { g.stamp = StampSource::kExact; },
      [](LogGroup& g) { g.stored &= ~kGroupEncrypted; },    [](LogGroup& g) { g.stored ^= kGroupCompressed; },
      [](LogGroup& g) { g.scn_lo -= 1; },                   [](LogGroup& g) { g.scn_hi += 1; },
      [](LogGroup& g) { g.clock_error_ns += 1; },           [](LogGroup& g) { g.incarnation += 1; },
      [](LogGroup& g) { g.epoch += 1; },                    [](LogGroup& g) { g.begin.bytes.back() ^= 1; },
      [](LogGroup& g) { g.end.bytes.back() ^= 1; },         [](LogGroup& g) { g.payload.pop_back(); }};
  for (size_t n = 0; n < 5; ++n)
    for (size_t i = 0; i < changes.size(); ++i) {
      LogGroup g;
      size_t used = 0, needed = 0;
      std::string reason;
      const std::string_view at = std::string_view(bytes_).substr(offsets_[n]);
      ASSERT_EQ(decode_group(at, &g, &used, &needed, &reason), GroupRead::kGroup) << reason;
      changes[i](g);
      const std::string bad = bytes_.substr(0, offsets_[n]) + encode_group(g) + bytes_.substr(offsets_[n + 1]);
      auto got = read(bad, ring(master_));
      ASSERT_FALSE(got) << "group " << n << ", change " << i;
      EXPECT_EQ(got.error().code, Code::kCorruption) << i << ": " << got.error().message();
    }
}

TEST_F(EncryptedLog, IsRefusedWhenTheHeaderLostItsKey) {
  for (const bool salt_too : {false, true}) {
    meta::LogFileHeader header = header_;
    header.clear_key();
    if (salt_too) header.clear_salt();
    auto got = read(encode_log_file_header(header) + bytes_.substr(offsets_[0]), ring(master_));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::kCorruption) << got.error().message();
  }
}

/// Writers keep a data key for many files: the salt and the place keep them apart.
TEST_F(EncryptedLog, IsRefusedUnderTheHeaderOfAnotherFile) {
  for (const bool same_salt : {false, true}) {
    meta::LogFileHeader other = header_;
    other.set_piece_id(2);
    if (!same_salt) other.set_salt(*random_bytes(kSaltBytes));
    const LogFileCipher cipher{*log_file_key(data_key_, other.salt()), log_file_place(other)};
    std::string bytes = encode_log_file_header(header_);
    bytes += *store_group(group(1), &cipher, false, bytes.size());
    auto got = read(bytes, ring(master_));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::kCorruption) << got.error().message();
  }
}

TEST_F(EncryptedLog, OfBeforeTheHeaderWasBoundIsRead) {
  header_.clear_bound();
  const LogFileCipher cipher{*log_file_key(data_key_, header_.salt()), log_file_place(header_)};
  std::string bytes = encode_log_file_header(header_);
  bytes += *store_group(group(1), &cipher, false, bytes.size());
  EXPECT_TRUE(read(bytes, ring(master_)));
}

TEST_F(EncryptedLog, TailIsFoundWithoutAnyKey) {
  ASSERT_TRUE(put_object(*store_, paths::log_file(id_.piece(1), id_.ls_id, 1), bytes_ + "torn", PutMode::kReplace, {}));
  auto tail = find_tail(*store_, id_, 1, 1, {});
  ASSERT_TRUE(tail) << tail.error().message();
  EXPECT_EQ(tail->last.length, bytes_.size());
  EXPECT_EQ(tail->last.hash, hash128(bytes_));
  EXPECT_EQ(tail->end, group(5).end);
  EXPECT_EQ(tail->ignored_bytes, 4u);
}

}  // namespace
}  // namespace seabed
