// The pure checker over groups: what it accepts from a base's facts, what it refuses, and damaged payloads.

#include "core/source/rocksdb/continuity.h"

#include <gtest/gtest.h>

#include <random>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/lsn.h"
#include "scratch.h"
#include "tail_archive.h"
#include "wal_writer.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;
namespace pb = ::seabed::rocksdb;

std::string batch(uint64_t sequence, int keys) {
  std::string out;
  put_u64(out, sequence);
  put_u32(out, static_cast<uint32_t>(keys));
  for (int i = 0; i < keys; ++i) out += std::string("\x01\x01k\x01v", 5);
  return out;
}

/// Groups of made-up files.
struct Maker {
  uint64_t wal = 0, offset = 0, previous = 0, previous_length = 0, sequence = 100;
  void file(uint64_t number) {
    previous = wal;
    previous_length = offset;
    wal = number;
    offset = 0;
  }
  /// Committed: a transaction of which nothing else is known.
  LogGroup commit() { return log(0, true); }
  LogGroup log(int batches = 2, bool commits = false) {
    LogWriter writer(offset);
    std::string data;
    for (int i = 0; i < batches; ++i, sequence += 3) writer.append(data, batch(sequence, 3));
    if (commits) writer.append(data, batch(sequence, 0) + std::string("\x0b\x01x", 3));
    batches += commits ? 1 : 0;
    LogGroup g;
    g.incarnation = 1;
    g.begin = encode_lsn({1, wal, offset});
    g.end = encode_lsn({1, wal, offset + data.size()});
    g.payload = encode_wal_run({wal, offset, static_cast<uint64_t>(batches), offset == 0,
                                offset == 0 ? previous : 0, offset == 0 ? previous_length : 0, data});
    offset += data.size();
    return g;
  }
};

LogGroup manifest(uint64_t number, uint64_t from, const std::vector<std::string>& edits,
                  uint64_t previous = 0, uint64_t previous_length = 0, uint64_t snapshot = 0) {
  pb::ManifestRun run;
  run.set_manifest_number(number);
  run.set_offset(from);
  run.set_begins_file(from == 0);
  run.set_previous_manifest(previous);
  run.set_previous_length(previous_length);
  run.set_snapshot_records(snapshot);
  for (const std::string& e : edits) {
    run.add_records(e);
    run.add_ends(from += 10 + e.size());
  }
  run.set_end(from);
  LogGroup g;
  g.type = GroupType::kManifest;
  g.incarnation = 1;
  g.scn_lo = 77;
  g.payload = run.SerializeAsString();
  return g;
}

std::string ingestion(uint64_t number, uint64_t sequence) {
  std::string out;
  for (const uint64_t v : {uint64_t{100}, uint64_t{6}, number, uint64_t{1000}}) put_varint64(out, v);
  put_length_prefixed(out, "aaaaaaaaa");
  put_length_prefixed(out, "zzzzzzzzz");
  put_varint64(out, sequence);
  put_varint64(out, sequence);
  return out;
}

std::string base(uint64_t start_wal, uint64_t manifest_number = 5, uint64_t length = 1000,
                 uint64_t min_log = 0, uint64_t next_file = 0) {
  pb::RecoveryFacts f;
  f.set_version(1);
  f.set_incarnation(1);
  f.set_start_wal(start_wal);
  f.set_manifest_number(manifest_number);
  f.set_manifest_length(length);
  f.set_min_log_number_to_keep(min_log);
  f.set_next_file_number(next_file);
  auto* family = f.add_families();
  family->set_log_number(start_wal);
  return f.SerializeAsString();
}

Code add_all(const std::string& recovery, const std::vector<LogGroup>& groups, std::vector<LogHole>* holes) {
  LogContinuity checker(recovery);
  for (const LogGroup& g : groups)
    if (const Status s = checker.add(g, holes); !s) return s.error().code;
  return Code::kInternal;  // stands for "fine"
}
constexpr Code kFine = Code::kInternal;

TEST(Continuity, FilesInTurn) {
  Maker m;
  std::vector<LogGroup> g;
  std::vector<LogHole> holes;
  for (const uint64_t n : {4, 9, 12}) {
    m.file(n);
    g.push_back(m.log());
    g.push_back(m.log());
  }
  EXPECT_EQ(add_all("", g, &holes), kFine);
  EXPECT_TRUE(holes.empty());
  for (size_t without = 1; without + 1 < g.size(); ++without) {
    auto fewer = g;
    fewer.erase(fewer.begin() + static_cast<long>(without));
    EXPECT_EQ(add_all("", fewer, &holes), Code::kGap) << without;
  }
  EXPECT_EQ(add_all("", {g[1]}, &holes), Code::kGap) << "begins in the middle";
  EXPECT_EQ(add_all("", {g[0], g[0]}, &holes), Code::kGap);
  EXPECT_EQ(add_all("", {g[2], g[1]}, &holes), Code::kGap);
  auto other_life = g;
  other_life[3].incarnation = 2;
  EXPECT_EQ(add_all("", other_life, &holes), Code::kGap);
  auto moved = g;
  moved[1].end = moved[1].begin;
  EXPECT_EQ(add_all("", moved, &holes), Code::kCorruption);
}

TEST(Continuity, FromABase) {
  Maker m;
  std::vector<LogGroup> g;
  std::vector<LogHole> holes;
  for (const uint64_t n : {4, 9, 12}) {
    m.file(n);
    g.push_back(m.log());
    g.push_back(m.log());
  }
  EXPECT_EQ(add_all(base(9), {g[2], g[3], g[4]}, &holes), kFine);
  EXPECT_EQ(add_all(base(9), {g[4], g[5]}, &holes), Code::kGap) << "WAL 9 is needed";
  EXPECT_EQ(add_all(base(10), {g[4], g[5]}, &holes), kFine) << "nothing was between";
  EXPECT_EQ(add_all(base(9), {g[1], g[2], g[3]}, &holes), kFine)
      << "what stands before is there for its edits only";
  EXPECT_EQ(add_all(base(4), {g[1], g[2]}, &holes), Code::kGap);
  EXPECT_EQ(add_all("no facts", {g[0]}, &holes), Code::kCorruption);
}

TEST(Continuity, ACommitWithoutItsPrepareIsAGapOnceEveryPrepareWasRead) {
  std::vector<LogHole> holes;
  for (const uint64_t commits_in : {9, 12}) {
    Maker m;
    std::vector<LogGroup> g;
    for (const uint64_t n : {9, 12}) {
      m.file(n);
      g.push_back(m.log());
      if (n == commits_in) g.push_back(m.commit());
    }
    const Code beyond_base = commits_in == 12 ? Code::kGap : kFine;
    EXPECT_EQ(add_all(base(9, 5, 1000, 9, 10), g, &holes), beyond_base) << commits_in;
    EXPECT_EQ(add_all(base(9, 5, 1000, 9, 13), g, &holes), kFine) << "WAL 12 is older than the base";
    EXPECT_EQ(add_all("", g, &holes), kFine) << "nothing tells what was prepared before";
    VersionEdit flushed;
    flushed.min_log_number_to_keep = 9;
    flushed.next_file_number = 11;
    g.insert(g.begin() + 1, manifest(5, 1000, {encode_version_edit(flushed)}));
    EXPECT_EQ(add_all("", g, &holes), beyond_base) << commits_in;
  }
}

TEST(Continuity, ManifestsInTurn) {
  std::vector<LogHole> holes;
  const std::string flush = encode_version_edit([] {
    VersionEdit e;
    e.log_number = 9;
    return e;
  }());
  const LogGroup a = manifest(5, 1000, {flush, flush}),
                 b = manifest(5, 1000 + 2 * (10 + flush.size()), {flush});
  const uint64_t end = 1000 + 3 * (10 + flush.size());
  const LogGroup c = manifest(8, 0, {flush, ingestion(3, 7), flush}, 5, end, 2);
  EXPECT_EQ(add_all(base(4), {a, b, c}, &holes), kFine);
  EXPECT_TRUE(holes.empty()) << "what restates is no edit";
  EXPECT_EQ(add_all(base(4), {a, c}, &holes), Code::kGap);
  EXPECT_EQ(add_all(base(4), {b}, &holes), Code::kGap) << "behind the base's prefix";
  EXPECT_EQ(add_all(base(4), {a, a, b}, &holes), kFine) << "given twice by a resumed archiver";
  EXPECT_EQ(add_all(base(4, 5, end), {c}, &holes), kFine);
  EXPECT_EQ(add_all(base(4, 5, end - 1), {c}, &holes), Code::kGap);
  EXPECT_EQ(add_all(base(4), {manifest(5, 900, {"\x2a junk"})}, &holes), Code::kUnsupported);
}

TEST(Continuity, HolesAndTheirBases) {
  std::vector<LogHole> holes;
  Maker m;
  m.file(9);
  const LogGroup first = m.log();
  m.sequence += 5;
  ASSERT_EQ(add_all("", {first, m.log(), manifest(5, 2000, {ingestion(30, 0)})}, &holes), kFine);
  ASSERT_EQ(holes.size(), 2u);
  EXPECT_EQ(holes[1].scn_lo, 77u);
  EXPECT_FALSE(base_covers(base(9), holes[0]));
  EXPECT_TRUE(base_covers(base(10), holes[0]));
  EXPECT_TRUE(base_covers(base(9, 5, 1000, 10), holes[0])) << "an idle family does not keep it open";
  const uint64_t end = 2000 + 10 + ingestion(30, 0).size();
  EXPECT_FALSE(base_covers(base(20, 5, end - 1), holes[1]));
  EXPECT_TRUE(base_covers(base(20, 5, end), holes[1]));
  EXPECT_TRUE(base_covers(base(4, 6, 10), holes[1]));
  EXPECT_FALSE(base_covers("", holes[0]));
  const auto again = parse_hole_detail(holes[0].detail);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->reason, holes[0].reason);
  EXPECT_EQ(again->at, holes[0].at);
}

TEST(Continuity, DamagedGroupsOfARealArchiveNeverCrashAndAreNoticed) {
  Scratch scratch;
  const std::string db = scratch / "db";
  Child writer([&](Child::Line& line) { return write_script(db, "wwfwgwjwwfoww", {}, line); });
  ASSERT_EQ(writer.line().hear(), 'd');
  LogTail tail({db, "", "", false}, system_clock());
  ASSERT_TRUE(tail.begin(1));
  TailArchive archive;
  ASSERT_TRUE(archive.drain(tail));
  std::mt19937 random(7);
  size_t noticed = 0, tries = 0;
  for (int i = 0; i < 2000; ++i) {
    TailArchive damaged = archive;
    LogGroup& g = damaged.groups[random() % damaged.groups.size()];
    const bool log = g.type == GroupType::kLog;  // only WAL records carry checksums of their own
    g.payload[random() % g.payload.size()] ^= static_cast<char>(1 << random() % 8);
    std::vector<LogHole> holes;
    const bool seen = !damaged.check(&holes);
    tries += log ? 1 : 0;
    noticed += log && seen ? 1 : 0;
  }
  EXPECT_GT(tries, 100u);
  EXPECT_GT(noticed, tries * 95 / 100) << "what is left lies in the first run's facts about the file before";
}

TEST(Continuity, Positions) {
  const Lsn a = encode_lsn({1, 5, 100}), b = encode_lsn({1, 6, 0}), c = encode_lsn({2, 1, 0});
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
  EXPECT_LT(Lsn{}, a);
  EXPECT_EQ(*decode_lsn(b), (LogPosition{1, 6, 0}));
  EXPECT_FALSE(decode_lsn(Lsn{"short"}));
  EXPECT_EQ(display_lsn(a), "incarnation 1, WAL 000005 at 100");
}

}  // namespace
}  // namespace seabed::test
