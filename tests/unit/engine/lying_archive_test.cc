// A medium that confirms what it did not do, or loses what it had shown: nothing that was acknowledged is lost, or the
// piece and the round say so.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "core/media/archive_reader.h"
#include "core/media/stream_log.h"
#include "tests/unit/engine/archive_fakes.h"
#include "tests/unit/storage/lying_storage.h"

namespace seabed {
namespace {
using namespace std::chrono_literals;
using test::eventually;
using test::Installation;
using test::read_whole;

struct LyingArchiveTest : ::testing::Test {
  test::ScratchDir dir;
  std::unique_ptr<Installation> in;
  std::unique_ptr<test::LyingStorage> storage;
  std::atomic<bool> lying = false;
  std::atomic<int> lies = 0;

  /// `op` on keys with `part` of the name is not done while `lying`.
  void begin(std::function<bool(const StoreCall&)> chosen = {}) {
    in = std::make_unique<Installation>(dir.path() + "/a", dir.path() + "/dest");
    storage = std::make_unique<test::LyingStorage>(in->storage, [this, chosen](const StoreCall& call) -> std::optional<Fault> {
      if (!lying || !chosen || !chosen(call)) return std::nullopt;
      ++lies;
      return test::lie();
    });
    in->context.storage = storage.get();
    in->set_mode("ARCHIVELOG");
    in->start();
    ASSERT_TRUE(reaches("DOING")) << in->archiver->status().comment;
  }
  ~LyingArchiveTest() override {
    if (in) in->stop();
  }
  bool reaches(const std::string& state) {
    return eventually([&] { return in->archiver->status().status == state; });
  }
  void flush() {
    IoContext ctx;
    ctx.deadline = after(30s);
    const auto flushed = in->archiver->flush(ctx);
    ASSERT_TRUE(flushed) << flushed.error().message() << " " << in->archiver->status().comment;
  }
  std::vector<PieceFacts> pieces() {
    auto reader = ArchiveReader::open(Medium{std::make_shared<test::DirStore>(in->destination)});
    return *reader->pieces();
  }
  /// What a restore until `until` reads of the stream.
  std::string archived(Scn until = kScnMax) {
    StreamLog log(Medium{std::make_shared<test::DirStore>(in->destination)}, pieces(), 1001, {});
    std::string out;
    for (LogGroup g;;) {
      const auto more = log.next(&g);
      if (!more) return "error: " + more.error().message();
      if (!*more || g.scn_hi > until) return out;
      if (g.type == GroupType::kLog) out += g.payload;
    }
  }
  static bool ships(const StoreCall& call) {
    const bool write = call.op == StoreOp::kAppend || call.op == StoreOp::kPut;
    return write && call.key.find("logstream_1001/log/") != std::string::npos;
  }
  std::vector<std::string> log_objects() {
    std::vector<std::string> out;
    for (const auto& [key, size] : in->store().all())
      if (key.find("logstream_1001/log/") != key.npos && key.find("_META") == key.npos) out.push_back(in->store().path(key));
    return out;
  }
};

TEST_F(LyingArchiveTest, WhatWasNotWrittenIsWrittenAgainAndTheSourceKeepsItUntilThen) {
  begin(ships);
  in->write("before;");
  flush();
  const uint64_t released = read_whole(in->log_path()).size();
  lying = true;
  for (int i = 0; i < 20; ++i) in->write("record " + std::to_string(i) + ";");
  ASSERT_TRUE(eventually([&] { return lies > 1; }));
  ASSERT_TRUE(eventually([&] { return in->archiver->status().comment.find("confirmed") != std::string::npos; }));
  EXPECT_LE(in->adapter.sources[1001]->released, released);
  EXPECT_EQ(archived(), "before;");
  lying = false;
  flush();
  EXPECT_EQ(archived(), read_whole(in->log_path()));
  EXPECT_TRUE(eventually([&] { return in->archiver->status().comment.empty(); })) << in->archiver->status().comment;
}

TEST_F(LyingArchiveTest, ACheckpointThatIsNotThereLeavesTheOneBeforeAndTheSourcesLog) {
  begin([](const StoreCall& call) { return call.op == StoreOp::kPut && call.key.find("/checkpoint/checkpoint.") != std::string::npos; });
  in->write("before;");
  flush();
  ASSERT_TRUE(eventually([&] { return in->adapter.sources[1001]->released == 7; }));
  lying = true;
  in->write("behind;");
  ASSERT_TRUE(eventually([&] { return lies > 1; }));
  EXPECT_EQ(in->adapter.sources[1001]->released, 7u);
  EXPECT_EQ(archived(), "before;");
  lying = false;
  flush();
  EXPECT_EQ(archived(), "before;behind;");
}

TEST_F(LyingArchiveTest, WhatTheMediumLosesLaterIsArchivedAgainFromTheSource) {
  if (!test::DirStore::append_by_default) GTEST_SKIP() << "parts are looked at when their file is sealed";
  begin();
  for (const auto* record : {"one;", "two;"}) {
    in->write(record);
    flush();
  }
  for (const auto& path : log_objects()) std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  in->write("three;");
  ASSERT_TRUE(eventually([&] { return archived() == "one;two;three;"; })) << archived() << in->archiver->status().comment;
  flush();
  EXPECT_EQ(in->archiver->status().status, "DOING");
}

TEST_F(LyingArchiveTest, AWholeLogThatIsLostInterruptsAndSaysSo) {
  begin();
  in->write("one;");
  flush();
  for (const auto& [key, size] : in->store().all())
    if (key.find("logstream_1001/log/") != key.npos) std::filesystem::remove(in->store().path(key));
  in->stop();
  in->start();
  ASSERT_TRUE(reaches("INTERRUPTED")) << in->archiver->status().comment;
  EXPECT_NE(in->archiver->status().comment.find("none of its log"), std::string::npos) << in->archiver->status().comment;
}

/// Several log files, one of which the medium loses; then the round ends.
struct BrokenPieceTest : LyingArchiveTest {
  std::string written;
  void lose_one_and_stop(bool restarted) {
    in = std::make_unique<Installation>(dir.path() + "/a", dir.path() + "/dest");
    in->tuning.file_size = 600;
    in->set_mode("ARCHIVELOG");
    in->start();
    ASSERT_TRUE(reaches("DOING"));
    for (int i = 0; i < 12; ++i) {
      in->write(std::string(200, static_cast<char>('a' + i)));
      flush();
    }
    written = read_whole(in->log_path());
    std::vector<std::string> files = log_objects();
    ASSERT_GE(files.size(), 4u);
    if (restarted) in->stop();
    lost = files[files.size() / 2];
    std::filesystem::remove(lost);
    in->set_mode("NOARCHIVELOG");
    if (restarted) in->start();
    ASSERT_TRUE(reaches("STOP")) << in->archiver->status().comment;
  }
  void expect_broken() {
    const auto row = in->pieces().back();
    EXPECT_EQ(row.status, "FROZEN");
    EXPECT_EQ(row.file_status, "BROKEN");
    const std::string name = lost.substr(lost.find("logstream_1001"));
    EXPECT_NE(in->round()->comment.find(name), std::string::npos) << in->round()->comment;
    const auto media = pieces();
    ASSERT_EQ(media.size(), 1u);
    EXPECT_EQ(media[0].descriptor.file_status(), "BROKEN");
    ASSERT_EQ(media[0].gaps.size(), 1u);
    EXPECT_TRUE(media[0].holes.empty());
    EXPECT_NE(media[0].gaps[0].reason().find(name), std::string::npos) << media[0].gaps[0].reason();
    EXPECT_LT(media[0].usable_end(), media[0].descriptor.checkpoint_scn());
    const std::string usable = archived(media[0].usable_end());
    EXPECT_FALSE(usable.empty());
    EXPECT_TRUE(written.starts_with(usable)) << usable;
    EXPECT_TRUE(archived().starts_with("error: ")) << "all of it";
    meta::RoundInfo end;
    ASSERT_TRUE(Medium{std::make_shared<test::DirStore>(in->destination)}.read_message(
        paths::round_end(row.dest_id, row.round_id), FileType::kRound, &end));
    EXPECT_EQ(end.comment(), in->round()->comment);
  }
  std::string lost;
};

TEST_F(BrokenPieceTest, AFileThatIsGoneMakesThePieceBrokenAndSaysWhy) {
  lose_one_and_stop(false);
  expect_broken();
}

TEST_F(BrokenPieceTest, SoItIsWhenTheListsAreMadeFromTheMedium) {
  lose_one_and_stop(true);
  expect_broken();
}

}  // namespace
}  // namespace seabed
