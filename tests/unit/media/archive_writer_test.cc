#include "core/media/archive_writer.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/bytes.h"
#include "core/media/archive_resume.h"
#include "tests/unit/media/archive_dir_store.h"

namespace seabed {
namespace {
using test::DirStore;
using test::ScratchDir;

const ArchiveStreamId kId{1002, 1001, 1, 1001};

Lsn lsn(uint64_t n) {
  Lsn out;
  put_be64(out.bytes, n);
  return out;
}

EncodedGroup group(uint64_t n, uint64_t epoch = 1, size_t size = 100) {
  LogGroup g;
  g.scn_lo = n * 10;
  g.scn_hi = n * 10 + 5;
  g.incarnation = 7;
  g.begin = lsn(n);
  g.end = lsn(n + 1);
  g.payload = std::string(size, static_cast<char>('a' + n % 26));
  return encode(g, epoch);
}

struct ArchiveWriterTest : ::testing::Test {
  ScratchDir dir;
  DirStore store{dir.path()};
  ArchiveWriterTest() { store.caps_.append = true; }  // archive_parts_test.cc has the other form
  IoContext ctx;
  ArchiveWriter writer(uint64_t epoch, LogFile last = {}, uint64_t size = 64 << 20) {
    return {store, kId, {epoch, "me", size}, std::move(last)};
  }
  Status write(ArchiveWriter& w, uint64_t n, uint64_t epoch = 1) { return w.append(std::vector{group(n, epoch)}, ctx); }
  StreamTail tail() {
    auto t = find_tail(store, kId, 1, 1, ctx);
    EXPECT_TRUE(t) << (t ? "" : t.error().message());
    return t ? *t : StreamTail{};
  }
};

TEST_F(ArchiveWriterTest, WhatIsAppendedIsFoundAgain) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  for (uint64_t n = 0; n < 5; ++n) ASSERT_TRUE(write(w, n));
  const auto t = tail();
  EXPECT_EQ(t.last.length, w.current().length);
  EXPECT_EQ(t.last.hash, w.current().hash);
  EXPECT_EQ(t.end, lsn(5));
  EXPECT_EQ(t.scn_hi, 45u);
  EXPECT_EQ(t.incarnation, 7u);
  EXPECT_TRUE(t.torn.empty()) << t.torn;
  ASSERT_EQ(t.files.size(), 1u);
  EXPECT_EQ(t.files[0].groups, 5u);
  // The hash is that of the bytes themselves.
  std::ifstream in(store.path("piece_d1001r1p1/logstream_1001/log/1.obarc"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(hash128(bytes), w.current().hash);
}

TEST_F(ArchiveWriterTest, TornAppendGoesOnWithTheMissingBytesOnly) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  ASSERT_TRUE(write(w, 0));
  store.tear_next_append = 40;
  ASSERT_FALSE(write(w, 1));
  ASSERT_TRUE(write(w, 1));
  ASSERT_TRUE(write(w, 2));
  const auto t = tail();
  EXPECT_EQ(t.files.size(), 1u);
  EXPECT_EQ(t.end, lsn(3));
  EXPECT_EQ(t.ignored_bytes, 0u);
  EXPECT_EQ(t.last.hash, w.current().hash);
}

TEST_F(ArchiveWriterTest, AFileEndsBeforeItHasMoreAppendsThanAMediumTakes) {
  ArchiveWriter w(store, kId, {.epoch = 1, .writer = "test", .file_groups = 3}, {});
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  for (int n = 0; n < 3; ++n) {
    EXPECT_FALSE(w.needs_file());
    ASSERT_TRUE(write(w, n));
  }
  EXPECT_TRUE(w.needs_file());
}

TEST_F(ArchiveWriterTest, AnAppendThatArrivedAlthoughItFailedIsNotRepeated) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  store.tear_next_append = 1 << 20;  // everything arrives, then the error
  const auto two = std::vector{group(0), group(1)};
  ASSERT_FALSE(w.append(two, ctx));
  ASSERT_TRUE(w.append(two, ctx));
  EXPECT_EQ(store.appends, 2u) << "the header, and the groups once";
  EXPECT_EQ(tail().files[0].groups, 2u);
}

TEST_F(ArchiveWriterTest, TornTailStartsTheNextFileAndIsIgnored) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  ASSERT_TRUE(write(w, 0));
  store.tear_next_append = 40;
  ASSERT_FALSE(write(w, 1));  // and the process dies
  auto t = tail();
  EXPECT_EQ(t.end, lsn(1));
  EXPECT_EQ(t.ignored_bytes, 40u);
  EXPECT_FALSE(t.torn.empty());
  auto again = writer(2, t.last);
  EXPECT_TRUE(again.needs_file());
  ASSERT_TRUE(again.open_file(1, 7, t.end, 2, ctx));
  EXPECT_EQ(again.current().file_id, 2u);
  ASSERT_TRUE(write(again, 1, 2));
  t = tail();
  EXPECT_EQ(t.end, lsn(2));
  ASSERT_EQ(t.files.size(), 2u);
  EXPECT_EQ(t.files[0].groups, 1u);
  EXPECT_TRUE(t.damage.empty());
}

TEST_F(ArchiveWriterTest, AnOldWriterThatWakesUpIsFencedAndItsBytesAreIgnored) {
  auto old = writer(1);
  ASSERT_TRUE(old.open_file(1, 7, lsn(0), 1, ctx));
  ASSERT_TRUE(write(old, 0));
  auto next = writer(2, tail().last);
  ASSERT_TRUE(next.open_file(1, 7, lsn(1), 2, ctx));
  ASSERT_TRUE(write(next, 1, 2));
  ASSERT_TRUE(write(old, 8));  // its append arrives at the old file …
  const auto create = old.open_file(1, 7, lsn(9), 3, ctx);  // … but it gets no new one
  ASSERT_FALSE(create);
  EXPECT_EQ(create.error().code, Code::kFenced) << create.error().message();
  const auto t = tail();
  EXPECT_EQ(t.end, lsn(2));
  EXPECT_EQ(t.files[0].groups, 1u);
  EXPECT_TRUE(t.damage.empty());
}

TEST_F(ArchiveWriterTest, ANewWriterThatMissedAFileResumesAgain) {
  auto old = writer(1);
  ASSERT_TRUE(old.open_file(1, 7, lsn(0), 1, ctx));
  const auto t = tail();
  auto late = writer(1, old.current());
  ASSERT_TRUE(late.open_file(1, 7, lsn(0), 1, ctx));  // the dead owner's last request lands
  auto next = writer(2, t.last);
  const auto create = next.open_file(1, 7, lsn(0), 2, ctx);
  ASSERT_FALSE(create);
  EXPECT_EQ(create.error().code, Code::kConflict);
  auto again = writer(2, tail().last);
  ASSERT_TRUE(again.open_file(1, 7, lsn(0), 2, ctx));
  EXPECT_EQ(again.current().file_id, 3u);
}

TEST_F(ArchiveWriterTest, RetryOfACreateWhoseAnswerWasLostIsAccepted) {
  auto w = writer(1);
  bool lose = true;
  store.set_hook([&](const std::string& op, const std::string& key) -> Status {
    if (op == "append" && std::exchange(lose, false)) {
      store.set_hook(nullptr);
      const std::string_view none;
      (void)none;
      return fail(Code::kOutcomeUnknown, key, "lost");
    }
    return ok();
  });
  EXPECT_FALSE(w.open_file(1, 7, lsn(0), 1, ctx));  // nothing arrived: looking finds nothing
  EXPECT_TRUE(w.open_file(1, 7, lsn(0), 99, ctx));  // the same bytes, whatever the clock says now
  auto twin = writer(1);
  EXPECT_TRUE(twin.open_file(1, 7, lsn(0), 1, ctx));  // it did arrive: equal bytes are accepted
}

TEST_F(ArchiveWriterTest, PiecesNumberTheirFilesFromOneAndKeepTheChain) {
  auto w = writer(1, {}, 300);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  ASSERT_TRUE(write(w, 0));
  ASSERT_TRUE(w.needs_file());
  ASSERT_TRUE(w.open_file(1, 7, lsn(1), 1, ctx));
  ASSERT_TRUE(write(w, 1));
  ASSERT_TRUE(w.open_file(2, 7, lsn(2), 1, ctx));
  EXPECT_EQ(w.current().file_id, 1u);
  EXPECT_EQ(w.open_file(1, 7, lsn(2), 1, ctx).error().code, Code::kInternal);
  const auto t = tail();  // looks up from piece 1
  EXPECT_EQ(t.last.piece_id, 2u);
  EXPECT_EQ(t.end, lsn(2));
  EXPECT_EQ(t.files.size(), 3u);
  auto last_only = find_tail(store, kId, 2, 5, ctx);  // and down from a piece that is not there yet
  ASSERT_TRUE(last_only);
  EXPECT_EQ(last_only->files.size(), 1u);
  EXPECT_EQ(last_only->end, lsn(2)) << "found in the frozen piece before";
}

TEST_F(ArchiveWriterTest, LostBytesAreNotTakenForSuccess) {
  auto w = writer(1);
  ASSERT_TRUE(w.open_file(1, 7, lsn(0), 1, ctx));
  ASSERT_TRUE(write(w, 0));
  std::filesystem::resize_file(store.path("piece_d1001r1p1/logstream_1001/log/1.obarc"), w.current().length - 1);
  ASSERT_FALSE(write(w, 1));
  EXPECT_EQ(write(w, 1).error().code, Code::kCorruption);
}

TEST_F(ArchiveWriterTest, ADamagedFileInTheMiddleIsNamed) {
  auto w = writer(1, {}, 200);
  for (uint64_t n = 0; n < 3; ++n) {
    ASSERT_TRUE(w.open_file(1, 7, lsn(n), 1, ctx));
    ASSERT_TRUE(write(w, n));
  }
  const std::string path = store.path("piece_d1001r1p1/logstream_1001/log/2.obarc");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-10, std::ios::end);
  file.put('!');
  file.close();
  const auto t = tail();
  ASSERT_EQ(t.damage.size(), 1u);
  EXPECT_NE(t.damage[0].find("2.obarc"), std::string::npos) << t.damage[0];
  EXPECT_EQ(t.end, lsn(3));
}

}  // namespace
}  // namespace seabed
