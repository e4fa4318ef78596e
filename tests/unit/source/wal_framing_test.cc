// Framing of records: what RocksDB writes is read whole, in any piece; what is broken is told apart from what
// is short.

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/base/checksum.h"
#include "core/source/rocksdb/log_framing.h"
#include "scratch.h"
#include "tail_archive.h"
#include "wal_writer.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;

std::string physical(uint8_t type, std::string_view data, int64_t log_number = -1) {
  std::string tail(1, static_cast<char>(type));
  if (log_number >= 0) put_u32(tail, static_cast<uint32_t>(log_number));
  const uint32_t crc = crc32c(data, crc32c(tail));
  std::string out;
  put_u32(out, mask_crc(crc));
  put_u16(out, static_cast<uint16_t>(data.size()));
  out += tail;
  out += data;
  return out;
}

std::vector<std::string> sample_records() {
  std::vector<std::string> out{"", "a", std::string(100, 'b')};
  for (const size_t n : {32755u, 32761u, 32762u, 40000u, 100000u, 7u, 65536u})
    out.emplace_back(n, static_cast<char>('c' + out.size()));
  for (size_t i = 0; i < 200; ++i) out.emplace_back(i * 131 % 1000, static_cast<char>(i));
  return out;
}

TEST(WalFraming, WriterAndParserAgree) {
  LogWriter writer;
  std::string file;
  std::vector<uint64_t> ends;
  for (const std::string& r : sample_records()) {
    writer.append(file, r);
    ends.push_back(file.size());
  }
  EXPECT_EQ(writer.offset(), file.size());
  LogParser parser(1);
  uint64_t at = 0;
  size_t i = 0;
  for (const std::string& r : sample_records()) {
    const ParseResult got = parser.next(std::string_view(file).substr(at), at);
    ASSERT_EQ(got.outcome, ParseOutcome::kRecord) << i << " " << got.reason;
    EXPECT_EQ(got.record.data, r);
    EXPECT_EQ(got.record.begin, at);
    at = got.record.end;
    EXPECT_EQ(at, ends[i++]);
  }
  EXPECT_EQ(parser.next({}, at).outcome, ParseOutcome::kIncomplete);
}

TEST(WalFraming, EveryCutIsIncompleteAndNeverCorrupt) {
  LogWriter writer(32700);
  std::string file;
  writer.append(file, std::string(70000, 'x'));
  LogParser parser(1);
  for (size_t n = 0; n < file.size(); n += n < 200 ? 1 : 97) {
    const ParseResult got = parser.next(std::string_view(file).substr(0, n), 32700);
    EXPECT_EQ(got.outcome, ParseOutcome::kIncomplete) << n;
  }
  EXPECT_EQ(parser.next(file, 32700).outcome, ParseOutcome::kRecord);
}

TEST(WalFraming, EveryFlippedBitIsNoticed) {
  LogWriter writer;
  std::string file;
  writer.append(file, std::string(300, 'x'));
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string bad = file;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    LogParser parser(1);
    const ParseResult got = parser.next(bad, 0);
    EXPECT_NE(got.outcome, ParseOutcome::kRecord) << bit;
  }
}

TEST(WalFraming, ZerosAreAnEndAndShortTrailersArePassed) {
  LogParser parser(1);
  EXPECT_EQ(parser.next(std::string(4096, '\0'), 0).outcome, ParseOutcome::kStale);
  std::string bytes(5, '\0');  // trailer of a block
  bytes += physical(1, "after");
  const ParseResult got = parser.next(bytes, kLogBlockSize - 5);
  ASSERT_EQ(got.outcome, ParseOutcome::kRecord);
  EXPECT_EQ(got.record.data, "after");
  EXPECT_EQ(got.record.begin, kLogBlockSize - 5);
}

TEST(WalFraming, RecyclableHeaders) {
  LogParser parser(7);
  const std::string bytes = physical(5, "mine", 7);  // the record's data is a view into it
  const ParseResult mine = parser.next(bytes, 0);
  ASSERT_EQ(mine.outcome, ParseOutcome::kRecord);
  EXPECT_EQ(mine.record.data, "mine");
  EXPECT_TRUE(parser.state().recyclable);
  EXPECT_EQ(parser.next(physical(5, "old", 6), 0).outcome, ParseOutcome::kStale);
  std::string junk = physical(5, "junk", 7);
  junk[13] ^= 1;
  EXPECT_EQ(parser.next(junk, 0).outcome, ParseOutcome::kStale) << "in a recycled file garbage is the end";
  std::string trailer(9, '\0');  // ten bytes or fewer cannot hold its header
  trailer += physical(5, "next", 7);
  EXPECT_EQ(parser.next(trailer, kLogBlockSize - 9).record.data, "next");
}

TEST(WalFraming, UnknownTypes) {
  LogParser parser(1);
  EXPECT_EQ(parser.next(physical(12, "?"), 0).outcome, ParseOutcome::kUnsupported);
  EXPECT_EQ(parser.next(physical(127, "?"), 0).outcome, ParseOutcome::kUnsupported);
  for (const int type : {10, 128, 130, 200}) {
    const ParseResult got = parser.next(physical(static_cast<uint8_t>(type), "facts"), 0);
    ASSERT_EQ(got.outcome, ParseOutcome::kRecord) << type;
    EXPECT_EQ(got.record.kind, RecordKind::kControl);
  }
  EXPECT_EQ(parser.next(physical(131, "facts", 1), 0).record.kind, RecordKind::kControl);
  std::string lz4;
  put_u32(lz4, 4);
  EXPECT_EQ(parser.next(physical(9, lz4), 0).outcome, ParseOutcome::kUnsupported);
}

TEST(WalFraming, FragmentsOutOfOrder) {
  LogParser parser(1);
  EXPECT_EQ(parser.next(physical(3, "middle"), 0).outcome, ParseOutcome::kCorrupt);
  EXPECT_EQ(parser.next(physical(4, "last"), 0).outcome, ParseOutcome::kCorrupt);
  EXPECT_EQ(parser.next(physical(2, "first") + physical(1, "full"), 0).outcome, ParseOutcome::kCorrupt);
  EXPECT_EQ(parser.next(physical(2, "first") + physical(2, "first"), 0).outcome, ParseOutcome::kCorrupt);
  EXPECT_EQ(parser.next(physical(2, "a") + physical(3, "b") + physical(4, "c"), 0).record.data, "abc");
}

TEST(WalFraming, LongRecordsAreBounded) {
  LogParser parser(1, {}, 50000);
  LogWriter writer;
  std::string file;
  writer.append(file, std::string(100000, 'x'));
  EXPECT_EQ(parser.next(file, 0).outcome, ParseOutcome::kUnsupported);
}

TEST(WalFraming, CompressedRecordsOfRocksDbComeOutPlainAndBounded) {
  Scratch scratch;
  const std::string db = scratch / "db";
  const Flavour flavour{.zstd = true, .write_buffer = 64 << 20};
  Child writer([&](Child::Line& line) { return write_flavour(db, flavour, 300, 0, line); });
  ASSERT_EQ(writer.line().hear(), 'd');
  for (const auto& [number, file] : wal_files_of(db)) {
    LogParser parser(number);
    uint64_t at = 0, plain = 0, records = 0;
    FramingState middle;
    uint64_t middle_at = 0;
    while (at < file.size()) {
      const ParseResult got = parser.next(std::string_view(file).substr(at), at);
      ASSERT_EQ(got.outcome, ParseOutcome::kRecord) << got.reason;
      at = got.record.end;
      plain += got.record.data.size();
      if (++records == 50) {
        middle = parser.state();
        middle_at = at;
      }
    }
    EXPECT_EQ(parser.state().compression, 7u);
    EXPECT_GT(plain, file.size());
    LogParser again(number, middle);  // from the middle, with the state kept
    EXPECT_EQ(again.next(std::string_view(file).substr(middle_at), middle_at).outcome, ParseOutcome::kRecord);
    LogParser bounded(number, middle, 1000);
    bool refused = false;
    for (at = middle_at; at < file.size() && !refused;) {
      const ParseResult got = bounded.next(std::string_view(file).substr(at), at);
      refused = got.outcome == ParseOutcome::kUnsupported;
      at = got.record.end;
    }
    EXPECT_TRUE(refused);
  }
}

}  // namespace
}  // namespace seabed::test
