// What is stored encrypted or compressed: round trips, every bit flipped, every place changed, hostile lengths.
#include <gtest/gtest.h>

#include <functional>

#include "core/base/bytes.h"
#include "core/format/key_ring.h"
#include "core/format/meta.pb.h"
#include "core/format/stored_group.h"
#include "core/format/stored_page.h"
#include "tests/unit/format/flips.h"
#include "tests/unit/format/golden.h"

namespace seabed {
namespace {

constexpr ScryptCost kQuick{10, 8, 1};

Secret fixed_key(char c) { return Secret(std::string(kKeyBytes, c)); }

TEST(Cipher, AgreesWithPublishedVectors) {
  // GCM specification (McGrew, Viega), test case 16.
  const std::string key = testing::from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string plain = testing::from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  auto stored = seal(Secret(key), testing::from_hex("cafebabefacedbaddecaf888"),
                     testing::from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), plain);
  ASSERT_TRUE(stored) << stored.error().message();
  EXPECT_EQ(to_hex(*stored),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
            "bcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
  // RFC 5869, test case 1: the first 32 of its 42 bytes.
  auto derived = derive_key(Secret(std::string(22, '\x0b')), testing::from_hex("000102030405060708090a0b0c"),
                            testing::from_hex("f0f1f2f3f4f5f6f7f8f9"));
  ASSERT_TRUE(derived);
  EXPECT_EQ(to_hex(derived->view()), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(KeyRing, OpensWithItsMasterKeyOnly) {
  auto first = make_master_key(1), second = make_master_key(2);
  ASSERT_TRUE(first && second);
  auto wrap = wrap_key(fixed_key('d'), *first, "set/1002/7");
  ASSERT_TRUE(wrap);
  KeyRing ring;
  ring.add(*second);
  auto opened = ring.open(*wrap, "set/1002/7", "set 7");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().ob_error, 9047);
  EXPECT_NE(opened.error().message().find("master key 1"), std::string::npos);
  ring.add(*first);
  opened = ring.open(*wrap, "set/1002/7", "set 7");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->view(), fixed_key('d').view());
  EXPECT_EQ(ring.open(*wrap, "set/1002/8", "set 8").error().ob_error, 9047);   // moved to another set
  testing::for_each_flip(wrap->wrapped(), 2000, [&](const std::string& bad, size_t bit) {
    meta::KeyWrap damaged = *wrap;
    damaged.set_wrapped(bad);
    EXPECT_FALSE(ring.open(damaged, "set/1002/7", "set 7")) << bit;
  });
}

TEST(KeyRing, OpensWithAnyOfItsPasswords) {
  auto wrap = wrap_key(fixed_key('d'), Secret("of the full set"), "set/1002/1", kQuick);
  ASSERT_TRUE(wrap);
  KeyRing ring;
  EXPECT_EQ(ring.open(*wrap, "set/1002/1", "set 1").error().ob_error, 9047);
  ring.add_password(Secret("another"));
  auto wrong = ring.open(*wrap, "set/1002/1", "set 1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().ob_error, 9047);
  EXPECT_EQ(wrong.error().message().find("another"), std::string::npos);
  ring.add_password(Secret("of the full set"));
  EXPECT_TRUE(ring.open(*wrap, "set/1002/1", "set 1"));
}

TEST(KeyRing, RefusesAHostileCostOfScrypt) {
  auto wrap = wrap_key(fixed_key('d'), Secret("p"), "s", kQuick);
  ASSERT_TRUE(wrap);
  KeyRing ring;
  ring.add_password(Secret("p"));
  for (uint32_t log_n : {0u, 9u, 25u, 63u, 4'000'000'000u}) {
    meta::KeyWrap hostile = *wrap;
    hostile.set_scrypt_log_n(log_n);
    EXPECT_EQ(ring.open(hostile, "s", "x").error().code, Code::kCorruption) << log_n;
  }
  meta::KeyWrap hostile = *wrap;
  hostile.set_scrypt_log_n(24);
  hostile.set_scrypt_r(64);
  EXPECT_EQ(ring.open(hostile, "s", "x").error().code, Code::kCorruption);
}

LogGroup sample_group() {
  LogGroup g;
  g.scn_lo = 1673436649723677822;
  g.scn_hi = 1673436649723677900;
  g.clock_error_ns = 1234;
  g.incarnation = 2;
  g.epoch = 9;
  put_be64(g.begin.bytes, 17);
  put_be64(g.end.bytes, 4711);
  for (int i = 0; i < 40; ++i) g.payload += "raw bytes of the log ";
  return g;
}

meta::LogFileHeader sample_place() {
  meta::LogFileHeader h;
  h.set_tenant_id(1002), h.set_dest_id(3), h.set_round_id(4), h.set_piece_id(5), h.set_ls_id(1001), h.set_file_id(6);
  return h;
}

LogFileCipher sample_cipher(const meta::LogFileHeader& place = sample_place()) {
  return {*log_file_key(fixed_key('d'), std::string(kSaltBytes, 's')), log_file_place(place)};
}

LogGroup read_back(const std::string& bytes) {
  LogGroup g;
  size_t used = 0, needed = 0;
  std::string reason;
  EXPECT_EQ(decode_group(bytes, &g, &used, &needed, &reason), GroupRead::kGroup) << reason;
  EXPECT_EQ(used, bytes.size());
  return g;
}

TEST(StoredGroup, ComesBackInEveryForm) {
  const LogFileCipher cipher = sample_cipher();
  for (bool encrypt : {false, true})
    for (bool compress : {false, true}) {
      auto stored = store_group(sample_group(), encrypt ? &cipher : nullptr, compress, 4096);
      ASSERT_TRUE(stored);
      EXPECT_EQ(*stored, *store_group(sample_group(), encrypt ? &cipher : nullptr, compress, 4096));   // a retry
      LogGroup g = read_back(*stored);
      EXPECT_EQ(g.stored, (encrypt ? kGroupEncrypted : 0) | (compress ? kGroupCompressed : 0));
      EXPECT_EQ(stored->find("raw bytes") == std::string::npos, encrypt);
      ASSERT_TRUE(load_group(&g, &cipher, 4096, "file"));
      EXPECT_EQ(encode_group(g), encode_group(sample_group()));
    }
  EXPECT_EQ(*store_group(sample_group(), nullptr, false, 4096), encode_group(sample_group()));   // off changes no byte
}

TEST(StoredGroup, IsRawWhereNothingIsSaved) {
  LogGroup g = sample_group();
  g.payload = *random_bytes(5000);
  EXPECT_EQ(*store_group(g, nullptr, true, 0), encode_group(g));
  g.payload.clear();
  EXPECT_EQ(*store_group(g, nullptr, true, 0), encode_group(g));
}

TEST(StoredGroup, GoldenBytes) {
  const LogFileCipher cipher = sample_cipher();
  const std::string now = *store_group(sample_group(), &cipher, false, 4096);
  const std::string then = testing::golden("log_group_encrypted_v1", now);
  EXPECT_EQ(to_hex(then), to_hex(now));
  LogGroup g = read_back(then);
  ASSERT_TRUE(load_group(&g, &cipher, 4096, "file"));
  EXPECT_EQ(g.payload, sample_group().payload);
}

TEST(StoredGroup, OpensInItsPlaceOnly) {
  const LogFileCipher cipher = sample_cipher();
  const LogGroup good = read_back(*store_group(sample_group(), &cipher, false, 4096));
  auto opens = [](LogGroup g, const LogFileCipher& with, uint64_t offset) { return load_group(&g, &with, offset, "f").has_value(); };
  ASSERT_TRUE(opens(good, cipher, 4096));
  EXPECT_FALSE(opens(good, cipher, 4097));
  for (int field = 0; field < 6; ++field) {
    meta::LogFileHeader h = sample_place();
    if (field == 0) h.set_tenant_id(1004);
    if (field == 1) h.set_dest_id(9);
    if (field == 2) h.set_round_id(9);
    if (field == 3) h.set_piece_id(9);
    if (field == 4) h.set_ls_id(9);
    if (field == 5) h.set_file_id(9);
    EXPECT_FALSE(opens(good, sample_cipher(h), 4096)) << field;
  }
  LogGroup g = good;
  g.scn_hi += 1;
  EXPECT_FALSE(opens(g, cipher, 4096));
  g = good;
  g.end.bytes.back() ^= 1;
  EXPECT_FALSE(opens(g, cipher, 4096));
  g = good;
  auto without = load_group(&g, nullptr, 4096, "f");
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().ob_error, 9047);
  testing::for_each_flip(good.payload, 4000, [&](const std::string& bad, size_t bit) {
    LogGroup damaged = good;
    damaged.payload = bad;
    EXPECT_FALSE(opens(damaged, cipher, 4096)) << bit;
  });
}

TEST(StoredGroup, RefusesHostileLengthsOfCompression) {
  LogGroup g = sample_group();
  g = read_back(*store_group(g, nullptr, true, 0));
  ASSERT_EQ(g.stored, kGroupCompressed);
  for (uint32_t length : {0u, 839u, 841u, 90u << 20, 0xffffffffu}) {
    LogGroup hostile = g;
    std::memcpy(hostile.payload.data(), &length, 4);
    EXPECT_FALSE(load_group(&hostile, nullptr, 0, "f")) << length;
  }
  for (size_t cut = 0; cut < g.payload.size(); ++cut) {
    LogGroup shorter = g;
    shorter.payload.resize(cut);
    EXPECT_FALSE(load_group(&shorter, nullptr, 0, "f")) << cut;
  }
}

/// A block of two pages and a bit, as a writer would make it.
struct Block {
  meta::MacroRange range;
  std::string stored, plain;
  Secret key;
};
Block make_block(bool compress, bool encrypt) {
  Block b;
  b.range.set_tablet_id(7), b.range.set_logical_id(8), b.range.set_block(1);
  auto* at = b.range.mutable_at();
  at->set_backup_set_id(2), at->set_ls_id(1001), at->set_kind("major"), at->set_turn(1), at->set_file_id(3), at->set_offset(4096);
  b.plain = std::string(kStoredPagePlain, 'a') + *random_bytes(kStoredPagePlain) + std::string(1000, 'z');
  b.range.set_flags(kBlockPaged | (encrypt ? kBlockEncrypted : 0));
  b.range.set_plain_length(static_cast<uint32_t>(b.plain.size()));
  if (encrypt) b.range.set_salt(std::string(kSaltBytes, 's'));
  b.key = *attempt_key(fixed_key('d'), std::string(kSaltBytes, 's'));
  for (uint32_t page = 0; page * kStoredPagePlain < b.plain.size(); ++page) {
    const std::string_view plain = std::string_view(b.plain).substr(page * kStoredPagePlain, kStoredPagePlain);
    PackedPage packed = pack_page(plain, compress);
    PagePlace place{4096 + b.stored.size(), 0, static_cast<uint32_t>(plain.size()), packed.compressed};
    if (encrypt) packed.bytes = *encrypt_page(b.key, b.range, page, place, packed.bytes);
    put_u32(*b.range.mutable_page_table(), static_cast<uint32_t>(packed.bytes.size()) | (packed.compressed ? 1u << 31 : 0));
    b.stored += packed.bytes;
  }
  at->set_length(static_cast<uint32_t>(b.stored.size()));
  return b;
}

Result<std::string> load_all(const Block& b, const meta::MacroRange& range) {
  SEABED_TRY(auto places, page_places(range, "block"));
  std::string out;
  for (uint32_t page = 0; page < places.size(); ++page) {
    std::string plain(places[page].plain, '\0');
    SEABED_CHECK(load_page(range, page, places[page], std::string_view(b.stored).substr(places[page].offset - 4096, places[page].stored),
                           &b.key, plain, "block"));
    out += plain;
  }
  return out;
}

TEST(StoredPage, ComesBackInEveryForm) {
  for (bool encrypt : {false, true})
    for (bool compress : {false, true}) {
      const Block b = make_block(compress, encrypt);
      auto plain = load_all(b, b.range);
      ASSERT_TRUE(plain) << plain.error().message();
      EXPECT_EQ(*plain, b.plain);
      EXPECT_EQ(plain_length(b.range), b.plain.size());
      auto places = page_places(b.range, "block");
      EXPECT_EQ((*places)[0].compressed, compress);
      EXPECT_FALSE((*places)[1].compressed);   // random bytes: raw
    }
}

TEST(StoredPage, OfAPlainRangeStandsAsItIs) {
  meta::MacroRange range;
  range.mutable_at()->set_offset(4096);
  range.mutable_at()->set_length(kStoredPagePlain + 5);
  auto places = page_places(range, "block");
  ASSERT_TRUE(places);
  ASSERT_EQ(places->size(), 2u);
  EXPECT_EQ((*places)[1].offset, 4096u + kStoredPagePlain);
  EXPECT_EQ((*places)[1].stored, 5u);
}

TEST(StoredPage, OpensInItsPlaceOnly) {
  const Block b = make_block(false, true);
  const std::vector<std::function<void(meta::MacroRange&)>> changes = {
      [](auto& r) { r.mutable_at()->set_backup_set_id(9); }, [](auto& r) { r.mutable_at()->set_ls_id(9); },
      [](auto& r) { r.mutable_at()->set_kind("minor"); },    [](auto& r) { r.mutable_at()->set_turn(9); },
      [](auto& r) { r.mutable_at()->set_retry(9); },         [](auto& r) { r.mutable_at()->set_file_id(9); },
      [](auto& r) { r.set_tablet_id(9); },                   [](auto& r) { r.set_logical_id(9); },
      [](auto& r) { r.set_block(9); }};
  for (size_t i = 0; i < changes.size(); ++i) {
    meta::MacroRange range = b.range;
    changes[i](range);
    EXPECT_FALSE(load_all(b, range)) << i;
  }
  Block swapped = b;   // two pages of one block change places
  std::swap_ranges(swapped.stored.begin(), swapped.stored.begin() + kStoredPageMost, swapped.stored.begin() + kStoredPageMost);
  EXPECT_FALSE(load_all(swapped, swapped.range));
  testing::for_each_flip(b.stored, 60, [&](const std::string& bad, size_t bit) {
    Block damaged = b;
    damaged.stored = bad;
    EXPECT_FALSE(load_all(damaged, damaged.range)) << bit;
  });
}

TEST(StoredPage, RefusesPageTablesThatMakeNoSense) {
  const Block b = make_block(true, true);
  testing::for_each_flip(b.range.page_table(), 1000, [&](const std::string& bad, size_t bit) {
    meta::MacroRange range = b.range;
    range.set_page_table(bad);
    auto places = page_places(range, "block");
    EXPECT_FALSE(places) << bit;
  });
  for (uint32_t length : {0u, 1u, 0xffffffffu}) {
    meta::MacroRange range = b.range;
    range.set_plain_length(length);
    EXPECT_FALSE(page_places(range, "block")) << length;
  }
  meta::MacroRange range = b.range;
  range.clear_salt();
  EXPECT_FALSE(page_places(range, "block"));
  range.set_flags(4);
  EXPECT_EQ(page_places(range, "block").error().code, Code::kUnsupported);
}

TEST(StoredPage, HashesOfPlainPagesAreAllOrNone) {
  const std::string hashes(3 * 8, 'h');
  for (const bool encrypt : {false, true}) {
    meta::MacroRange range = make_block(true, encrypt).range;
    EXPECT_TRUE(plain_page_hashes(range).empty());
    range.set_plain_hashes(hashes);
    EXPECT_EQ(page_places(range, "block").has_value(), !encrypt) << "they would tell of what is encrypted";
    range.set_plain_hashes(hashes.substr(1));
    EXPECT_FALSE(page_places(range, "block"));
  }
}

}  // namespace
}  // namespace seabed
