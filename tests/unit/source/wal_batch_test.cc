// Batches: tags, markers, stamps, and what a batch consumes of the sequence.

#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include "core/base/bytes.h"
#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/sequence_rules.h"
#include "core/source/rocksdb/write_batch.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;

/// Builds a batch entry by entry.
struct Batch {
  std::string bytes;
  explicit Batch(uint64_t sequence, uint32_t count = 0) {
    put_u64(bytes, sequence);
    put_u32(bytes, count);
  }
  Batch& tag(uint8_t t) { return bytes.push_back(static_cast<char>(t)), *this; }
  Batch& text(std::string_view s) { return put_length_prefixed(bytes, s), *this; }
  Batch& put(std::string_view key) { return tag(1).text(key).text("value"); }
  Batch& noop() { return tag(0xD); }
  Batch& prepare(uint8_t begin, int keys, std::string_view xid) {
    tag(begin);
    for (int i = 0; i < keys; ++i) put("p" + std::to_string(i));
    return tag(0xA).text(xid);
  }
  Batch& commit(std::string_view xid) { return tag(0xB).text(xid); }
  Batch& rollback(std::string_view xid) { return tag(0xC).text(xid); }
};

BatchFacts walk(const Batch& b, bool duplicates = false) {
  BatchFacts out;
  const Status s = walk_batch(b.bytes, duplicates, &out);
  EXPECT_TRUE(s) << s.error().message();
  return out;
}

TEST(WalBatch, WhatRocksDbWrites) {
  ::rocksdb::WriteBatch b;
  ASSERT_TRUE(b.Put("a", "1").ok() && b.Delete("b").ok() && b.SingleDelete("c").ok() &&
              b.Merge("d", "2").ok());
  ASSERT_TRUE(b.DeleteRange("e", "f").ok() && b.PutLogData("blob").ok());
  BatchFacts facts;
  ASSERT_TRUE(walk_batch(b.Data(), false, &facts));
  EXPECT_EQ(facts.keys, 5u);
  EXPECT_EQ(facts.count, 5u);
  EXPECT_EQ(facts.families, std::vector<uint32_t>{0});
  EXPECT_EQ(facts.stamps, 0u);
}

TEST(WalBatch, FamiliesAndEveryTag) {
  Batch b(9);
  const auto family = [&](uint8_t tag, uint8_t id) -> Batch& { return b.tag(tag).tag(id); };
  family(0x4, 3).text("k");
  family(0x5, 2).text("k").text("v");
  family(0x6, 3).text("k").text("v");
  family(0x8, 9).text("k");
  family(0xE, 2).text("a").text("b");
  family(0x10, 1).text("k").text("v");
  family(0x17, 1).text("k").text("v");
  family(0x19, 1).text("k").text("v");
  b.tag(0x7).text("k").tag(0x11).text("k").text("v").tag(0x16).text("k").text("v").tag(0x18).text("k").text(
      "v");
  b.tag(0x15).text("time").text("xid");
  const BatchFacts f = walk(b);
  EXPECT_EQ(f.keys, 12u);
  EXPECT_EQ(f.families, (std::vector<uint32_t>{0, 1, 2, 3, 9}));
  ASSERT_EQ(f.events.size(), 1u);
  EXPECT_EQ(f.events[0].xid, "xid");
}

TEST(WalBatch, RefusesWhatItCannotRead) {
  BatchFacts out;
  for (const int tag : {0x14, 0x1a, 0x7f, 0xff}) {
    const Status s = walk_batch(Batch(1).tag(static_cast<uint8_t>(tag)).text("k").bytes, false, &out);
    ASSERT_FALSE(s);
    EXPECT_EQ(s.error().code, Code::kUnsupported);
    EXPECT_NE(s.error().reason.find(std::to_string(tag)), std::string::npos);
  }
  const std::string whole = Batch(1, 1).put("key").bytes;
  for (size_t n = 0; n < whole.size(); ++n) {
    const Status s = walk_batch(std::string_view(whole).substr(0, n), false, &out);
    EXPECT_EQ(static_cast<bool>(s), n == 12) << n;
  }
  EXPECT_FALSE(walk_batch(Batch(1).tag(9).put("k").bytes, false, &out))
      << "a prepared section without an end";
  EXPECT_FALSE(walk_batch(Batch(1).tag(0xA).text("x").bytes, false, &out)) << "an end without a beginning";
  EXPECT_FALSE(walk_batch(Batch(1).tag(9).tag(9).bytes, false, &out));
}

TEST(WalBatch, Stamps) {
  const std::string stamp = encode_stamp(1700000000123456789u);
  EXPECT_EQ(stamp.size(), kStampSize);
  EXPECT_EQ(decode_stamp(stamp), 1700000000123456789u);
  for (size_t i = 0; i < stamp.size(); ++i) {
    std::string bad = stamp;
    bad[i] ^= 4;
    EXPECT_FALSE(decode_stamp(bad)) << i;
  }
  EXPECT_FALSE(decode_stamp(stamp.substr(1)));
  const BatchFacts f =
      walk(Batch(1).tag(3).text(encode_stamp(50)).put("a").tag(3).text(encode_stamp(40)).tag(3).text("x"));
  EXPECT_EQ(f.stamps, 2u);
  EXPECT_EQ(f.first_stamp, 40u);
  EXPECT_EQ(f.last_stamp, 50u);
}

SequenceVerdict take(SequenceRules& rules, const Batch& b) {
  return rules.take(walk(b, rules.wants_duplicates())).verdict;
}

TEST(WalSequence, KeysCount) {
  SequenceRules r;
  EXPECT_EQ(take(r, Batch(10).put("a").put("b")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(12).put("a")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(13).tag(3).text("blob only")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(13).put("a")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(15).put("a")), SequenceVerdict::kJump);
  EXPECT_EQ(take(r, Batch(16).put("a")), SequenceVerdict::kFollows) << "goes on behind a jump";
  EXPECT_EQ(take(r, Batch(9).put("a")), SequenceVerdict::kBack);
}

TEST(WalSequence, TwoPhaseCommit) {
  SequenceRules r;
  EXPECT_EQ(take(r, Batch(10).put("a")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(11).prepare(9, 3, "x")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(11).prepare(9, 2, "y")), SequenceVerdict::kFollows) << "PREPARE consumes nothing";
  EXPECT_EQ(take(r, Batch(11).put("b")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(12).commit("x")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(15).put("a").commit("y").put("b")), SequenceVerdict::kFollows) << "a merged group";
  EXPECT_EQ(take(r, Batch(19).prepare(9, 5, "z")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(19).rollback("z")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(19).put("a")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(20).commit("older than the archive")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(27).put("a")), SequenceVerdict::kFollows) << "the one exception";
  EXPECT_EQ(take(r, Batch(29).put("a")), SequenceVerdict::kJump);
  r.set_archive_begins(false);
  EXPECT_EQ(take(r, Batch(30).commit("never prepared")), SequenceVerdict::kUnknownPrepared);
}

TEST(WalSequence, WritePreparedCountsBatches) {
  SequenceRules r;
  r.set_write_queues(false, true);
  EXPECT_EQ(take(r, Batch(10).prepare(0x12, 3, "x")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(11).commit("x")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(12).put("a").put("b").noop()), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(13).put("a").put("a").noop()), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(15).put("a").noop().put("b").noop()), SequenceVerdict::kFollows)
      << "equal keys took two";
  EXPECT_EQ(take(r, Batch(18).put("a").noop()), SequenceVerdict::kJump);
}

TEST(WalSequence, TwoQueuesPublishWithoutARecordButNotWithoutEnd) {
  SequenceRules r;
  r.set_write_queues(true, true);
  EXPECT_EQ(take(r, Batch(10).prepare(0x12, 3, "x")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(11).commit("x")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(r, Batch(13).put("a").noop()), SequenceVerdict::kFollows) << "one was published in between";
  EXPECT_EQ(take(r, Batch(100).put("a").noop()), SequenceVerdict::kJump);
}

TEST(WalSequence, IngestedNumbersExplainAJump) {
  SequenceRules r;
  EXPECT_EQ(take(r, Batch(10).put("a")), SequenceVerdict::kFollows);
  r.add_ingested(11);
  r.add_ingested(12);
  const SequenceCheck two = r.take(walk(Batch(13).put("a")));
  EXPECT_EQ(two.verdict, SequenceVerdict::kJump);
  EXPECT_TRUE(r.explained(two));
  r.add_ingested(15);
  EXPECT_FALSE(r.explained(r.take(walk(Batch(16).put("a"))))) << "14 is nobody's";
}

TEST(WalSequence, StateIsKept) {
  SequenceRules a;
  take(a, Batch(10).put("a"));
  take(a, Batch(11).prepare(9, 3, "x"));
  a.add_ingested(77);
  ::seabed::rocksdb::ContinuityState state;
  a.save(&state);
  SequenceRules b;
  b.load(state);
  EXPECT_EQ(take(b, Batch(11).commit("x")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(b, Batch(14).put("a")), SequenceVerdict::kFollows);
  EXPECT_EQ(take(b, Batch(16).put("a")), SequenceVerdict::kJump);
}

}  // namespace
}  // namespace seabed::test
