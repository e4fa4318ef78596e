// A stream's log with encrypted and compressed groups: read with its key, refused without, adopted without.
#include <gtest/gtest.h>

#include <filesystem>

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
