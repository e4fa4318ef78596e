// What the log does not hold: disabled WAL, ingestion, import; and what is lost: missing files, a database
// that went back. Scripts run by librocksdb in another process.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/base/clock.h"
#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/linker.h"
#include "core/source/rocksdb/payload.h"
#include "scratch.h"
#include "tail_archive.h"
#include "wal_writer.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;
namespace fs = std::filesystem;

rocksdb::Hole detail(const LogHole& hole) {
  rocksdb::Hole out;
  EXPECT_TRUE(out.ParseFromString(hole.detail));
  return out;
}

/// Runs a script and follows it: at each '|' the tailer reads to the end.
class Followed {
 public:
  explicit Followed(const std::string& script, Flavour flavour = {})
      : child_(
            [this, script, flavour](Child::Line& line) { return write_script(db(), script, flavour, line); }),
        tail_({db(), "", "", false}, system_clock()) {}

  std::string db() const { return scratch_ / "db"; }
  /// To the next '|' or the end.
  void follow() {
    const char c = child_.line().hear();
    ASSERT_TRUE(c == '|' || c == 'd') << "the writer failed";
    if (!begun_) {
      const Status begun = tail_.begin(1);
      ASSERT_TRUE(begun) << begun.error().message();
    }
    begun_ = true;
    ASSERT_TRUE(archive.drain(tail_));
    if (c == '|') child_.line().say('g');
  }
  void expect_same_in_checker() {
    std::vector<LogHole> found;
    const Status checked = archive.check(&found);
    EXPECT_TRUE(checked) << checked.error().message();
    EXPECT_EQ(found.size(), archive.holes.size());
  }
  LogTail& tail() { return tail_; }
  Child& child() { return child_; }
  TailArchive archive;

 private:
  Scratch scratch_;
  Child child_;
  LogTail tail_;
  bool begun_ = false;
};

TEST(LogTailHole, DisabledWalInsideAFileIsAHole) {
  Followed f("www|wnnw|ww");
  f.follow();
  f.follow();
  ASSERT_FALSE(f.archive.gap);
  ASSERT_EQ(f.archive.holes.size(), 1u);
  const rocksdb::Hole hole = detail(f.archive.holes[0]);
  EXPECT_EQ(hole.kind(), rocksdb::Hole::SEQUENCE_JUMP);
  EXPECT_GT(hole.found_sequence(), hole.expected_sequence());
  EXPECT_GT(f.archive.holes[0].scn_lo, 0u);
  f.follow();
  EXPECT_EQ(f.archive.holes.size(), 1u);
  f.expect_same_in_checker();
  expect_same_wals(f.archive, f.db(), false);
}

TEST(LogTailHole, DisabledWalBetweenFilesIsAGap) {
  Followed f("www|wnfw|");
  f.follow();
  f.follow();
  ASSERT_TRUE(f.archive.gap);
  EXPECT_NE(f.archive.gap->reason.find("may be missing"), std::string::npos) << f.archive.gap->reason;
  const auto again = f.tail().step(1 << 20);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->gap) << "a gap stays";
  EXPECT_TRUE(again->groups.empty());
}

TEST(LogTailHole, IngestionOverExistingKeysIsOneHole) {
  Followed f("www|wiw|ww");
  f.follow();
  f.follow();
  ASSERT_FALSE(f.archive.gap) << f.archive.gap->reason;
  ASSERT_EQ(f.archive.holes.size(), 1u) << "the number that the file took is no second hole";
  const rocksdb::Hole hole = detail(f.archive.holes[0]);
  EXPECT_EQ(hole.kind(), rocksdb::Hole::NON_LOGGED_EDIT);
  EXPECT_EQ(hole.files_size(), 1);
  f.follow();
  f.expect_same_in_checker();
}

TEST(LogTailHole, IngestionOfNewKeysShowsInTheManifestOnly) {
  Followed f("www|wjw|ww");
  for (int i = 0; i < 3; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap);
  ASSERT_EQ(f.archive.holes.size(), 1u);
  EXPECT_EQ(detail(f.archive.holes[0]).kind(), rocksdb::Hole::NON_LOGGED_EDIT);
  f.expect_same_in_checker();
}

TEST(LogTailHole, ImportOfAFamilyIsAHole) {
  Followed f("wwwf|wmw|ww");
  for (int i = 0; i < 3; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap) << f.archive.gap->reason;
  ASSERT_FALSE(f.archive.holes.empty());
  f.expect_same_in_checker();
}

TEST(LogTailHole, FlushCompactionFamiliesReopenAndOptionsAreNone) {
  Followed f("www|wfwfwfc|wgwwxwgw|rww|r|ofwcww|r|w");
  for (int i = 0; i < 8; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap) << f.archive.gap->reason;
  EXPECT_TRUE(f.archive.holes.empty()) << f.archive.holes[0].reason;
  f.expect_same_in_checker();
  expect_same_wals(f.archive, f.db(), true);
  int families = 0;
  for (const LogGroup& g : f.archive.groups) {
    if (g.type != GroupType::kManifest) continue;
    const auto run = decode_manifest_run(g.payload);
    ASSERT_TRUE(run);
    for (int i = static_cast<int>(run->snapshot_records()); i < run->records_size(); ++i)
      if (decode_version_edit(run->records(i))->add_family) ++families;
  }
  EXPECT_EQ(families, 2);
}

/// How many edits behind the restatement only delete files.
int edits_that_only_delete(const TailArchive& archive) {
  int count = 0;
  for (const LogGroup& g : archive.groups) {
    if (g.type != GroupType::kManifest) continue;
    const auto run = decode_manifest_run(g.payload);
    EXPECT_TRUE(run);
    for (int i = static_cast<int>(run->snapshot_records()); i < run->records_size(); ++i) {
      const auto edit = decode_version_edit(run->records(i));
      EXPECT_TRUE(edit);
      if (edit->new_files.empty() && !edit->deleted_files.empty()) ++count;
    }
  }
  return count;
}

TEST(LogTailHole, FilesDeletedInARangeAreAHole) {
  Followed f("wwwfc|wDw|ww");
  for (int i = 0; i < 3; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap) << f.archive.gap->reason;
  EXPECT_EQ(edits_that_only_delete(f.archive), 1);
  ASSERT_EQ(f.archive.holes.size(), 1u);
  const rocksdb::Hole hole = detail(f.archive.holes[0]);
  EXPECT_EQ(hole.kind(), rocksdb::Hole::NON_LOGGED_EDIT);
  EXPECT_GT(hole.manifest_end(), 0u);
  EXPECT_GE(hole.files_size(), 1);
  EXPECT_NE(hole.reason().find("DeleteFilesInRange"), std::string::npos) << hole.reason();
  f.expect_same_in_checker();
}

TEST(LogTailHole, ACompactionOfLevelZeroThatLeavesNothingIsNone) {
  Followed f("wwwfc|Efc|ww");
  for (int i = 0; i < 3; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap) << f.archive.gap->reason;
  EXPECT_GE(edits_that_only_delete(f.archive), 1) << "this test tests nothing";
  EXPECT_TRUE(f.archive.holes.empty()) << f.archive.holes[0].reason;
  f.expect_same_in_checker();
}

TEST(LogTailHole, CompactFilesAndFilesThatMoveDownAreNone) {
  Followed f("wwwf|wF|wfF|ww");
  for (int i = 0; i < 4; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap) << f.archive.gap->reason;
  EXPECT_TRUE(f.archive.holes.empty()) << f.archive.holes[0].reason;
  f.expect_same_in_checker();
}

/// The last OPTIONS file, put together from its groups; its name is `name`.
std::string rebuilt_options(const TailArchive& archive, std::string* name, int* count) {
  std::string text;
  *count = 0;
  name->clear();
  for (const LogGroup& g : archive.groups) {
    if (g.type != GroupType::kOptions) continue;
    const auto run = decode_options_run(g.payload);
    EXPECT_TRUE(run);
    auto rebuilt = rebuild_options(*run, *name, text);
    EXPECT_TRUE(rebuilt) << rebuilt.error().message();
    if (!rebuilt) return {};
    text = *rebuilt;
    *name = run->file_name();
    ++*count;
  }
  return text;
}

TEST(LogTailHole, OptionsAreArchivedWholeAndThenAsDeltas) {
  Followed f("www|gww|oww|ogw|w");
  std::string newest, name, text;
  int count = 0;
  for (int i = 0; i < 5; ++i) {
    f.follow();
    // They are looked at twice a second, unless a column family came.
    for (int turn = 0; turn < 100; ++turn) {
      newest.clear();
      for (const auto& e : fs::directory_iterator(f.db()))
        if (e.path().filename().string().starts_with("OPTIONS-") &&
            parse_db_file_name(e.path().filename().string()))
          newest = std::max(newest, e.path().filename().string());
      ASSERT_TRUE(f.archive.drain(f.tail()));
      text = rebuilt_options(f.archive, &name, &count);
      if (name == newest) break;
      ::usleep(50000);
    }
  }
  EXPECT_GE(count, 3);
  EXPECT_EQ(name, newest);
  const auto file = read_file(f.db() + "/" + newest);
  ASSERT_TRUE(file);
  EXPECT_EQ(text, *file);
  uint64_t bytes = 0;
  for (const LogGroup& g : f.archive.groups) bytes += g.type == GroupType::kOptions ? g.payload.size() : 0;
  EXPECT_LT(bytes, text.size() * static_cast<size_t>(count) * 2 / 3) << "deltas are small";
}

TEST(LogTailHole, IngestionHiddenInARotationOfTheManifestIsFound) {
  Followed f("www|wjrw|ww");  // the edit and the new MANIFEST between two looks
  for (int i = 0; i < 3; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap) << f.archive.gap->reason;
  EXPECT_EQ(f.archive.holes.size(), 1u);
  f.expect_same_in_checker();
}

TEST(LogTailHole, PreparedLongAgoAndCommittedLater) {
  Followed f("wwtww|wfwfw|wTww|fww", Flavour{.policy = Policy::kCommitted});
  for (int i = 0; i < 4; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap) << f.archive.gap->reason;
  EXPECT_TRUE(f.archive.holes.empty()) << f.archive.holes[0].reason;
  f.expect_same_in_checker();
}

TEST(LogTailHole, AMissingFileIsAGap) {
  Followed f("www|wwfwwfww|ww", Flavour{.keep_wals = false});
  f.follow();
  f.follow();  // a file came and went between two looks, and nobody linked it
  ASSERT_TRUE(f.archive.gap);
}

TEST(LogTailHole, AWalTakenAwayFromTheArchiveIsAGapForTheChecker) {
  Followed f("www|wfw|wfw|w");
  for (int i = 0; i < 4; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap);
  const auto& groups = f.archive.groups;
  std::vector<LogHole> holes;
  int gaps = 0;
  for (size_t without = 0; without < groups.size(); ++without) {
    if (groups[without].type != GroupType::kLog) continue;
    LogContinuity checker("");
    Status s;
    for (size_t i = 0; i < groups.size() && s; ++i)
      if (i != without) s = checker.add(groups[i], &holes);
    const bool last = std::none_of(groups.begin() + static_cast<long>(without) + 1, groups.end(),
                                   [](const LogGroup& g) { return g.type == GroupType::kLog; });
    if (last) continue;
    EXPECT_FALSE(s) << without;
    if (!s) {
      EXPECT_EQ(s.error().code, Code::kGap) << s.error().message();
      ++gaps;
    }
  }
  EXPECT_GT(gaps, 1);
}

TEST(LogTailHole, LongRecordsAndSmallSteps) {
  Followed f("wBw|BwB|w", Flavour{.write_buffer = 32 << 20});
  for (int i = 0; i < 3; ++i) f.follow();
  ASSERT_FALSE(f.archive.gap);
  expect_same_wals(f.archive, f.db(), true);
  f.expect_same_in_checker();
  LogTail again({f.db(), "", "", false}, system_clock());
  ASSERT_TRUE(again.begin(1));
  TailArchive small;
  ASSERT_TRUE(small.drain(again, 1));  // a record at a time
  expect_same_wals(small, f.db(), true);
  EXPECT_GT(small.groups.size(), f.archive.groups.size());
}

TEST(LogTailHole, ADatabaseThatIsClosedAndOpenedLater) {
  Scratch scratch;
  const std::string db = scratch / "db";
  const auto run = [&](const std::string& script) {
    Child writer([&](Child::Line& line) { return write_script(db, script, {}, line); });
    EXPECT_EQ(writer.line().hear(), 'd');
    writer.line().say('e');
    EXPECT_EQ(writer.wait(), 0);
  };
  run("www");
  LogTail tail({db, "", "", false}, system_clock());
  ASSERT_TRUE(tail.begin(1));
  TailArchive archive;
  ASSERT_TRUE(archive.drain(tail));
  run("wwfw");
  ASSERT_TRUE(archive.drain(tail));
  run("www");
  ASSERT_TRUE(archive.drain(tail));
  ASSERT_FALSE(archive.gap) << archive.gap->reason;
  EXPECT_TRUE(archive.holes.empty()) << archive.holes[0].reason;
  expect_same_wals(archive, db, true);
}

TEST(LogTailHole, AFileReplacedByAnotherOfItsNameIsAGap) {
  Followed f("www|ww");
  f.follow();
  f.child().kill();
  fs::path newest;
  for (const auto& e : fs::directory_iterator(f.db()))
    if (e.path().extension() == ".log") newest = e.path();
  fs::copy_file(newest, newest.string() + ".copy");
  fs::rename(newest.string() + ".copy", newest);
  ASSERT_TRUE(f.archive.drain(f.tail()));
  ASSERT_TRUE(f.archive.gap);
  EXPECT_NE(f.archive.gap->reason.find("was replaced"), std::string::npos);
}

TEST(LogTailHole, TornTailByKillIsNoGap) {
  for (int round = 0; round < 3; ++round) {
    Scratch scratch;
    const std::string db = scratch / "db";
    const Flavour flavour{
        .policy = round == 1 ? Policy::kCommitted : Policy::kNone, .zstd = round == 2, .threads = 2};
    // A life may be over before a look saw it: the linker keeps its MANIFEST. In a process of its own, since this one
    // forks writers and may have no threads then.
    fs::create_directory(db);
    const std::string links = link_directory(scratch / "pins");
    Child keeper([&](Child::Line& line) {
      const auto linker = Linker::start({"t1/1001", db, "", links, 0});
      line.say(linker ? 's' : 'x');
      line.hear();
      return 0;
    });
    ASSERT_EQ(keeper.line().hear(), 's');
    LogTail tail({db, "", links, false}, system_clock());
    TailArchive archive;
    for (int life = 0; life < 4; ++life) {
      Child writer(
          [&](Child::Line& line) { return write_flavour(db, flavour, 1000000, life == 0 ? 5 : 0, line); });
      if (life == 0) {
        ASSERT_EQ(writer.line().hear(), 'p');
        ASSERT_TRUE(tail.begin(1));
        writer.line().say('g');
      }
      for (int i = 0; i < 150; ++i) {
        ASSERT_TRUE(archive.take(tail));
        ::usleep(500);
      }
      writer.kill();
      if (life == 2) {  // what a crash may leave: half a record
        fs::path newest;
        for (const auto& e : fs::directory_iterator(db))
          if (e.path().extension() == ".log" && (newest.empty() || e.path() > newest)) newest = e.path();
        const auto size = fs::file_size(newest);
        ASSERT_TRUE(archive.take(tail));
        const auto read = archive.wals();
        const uint64_t number = std::stoull(newest.stem().string());
        if (size > 100 && (!read.contains(number) || read.at(number).size() < size - 3))
          fs::resize_file(newest, size - 3);
      }
    }
    Child last([&](Child::Line& line) { return write_flavour(db, flavour, 200, 0, line); });
    ASSERT_EQ(last.line().hear(), 'd');
    ASSERT_TRUE(archive.drain(tail));
    ASSERT_FALSE(archive.gap) << archive.gap->reason;
    // On a loaded machine a whole life's MANIFEST can be gone before anything looked: told as a hole, which is safe.
    for (const LogHole& hole : archive.holes)
      EXPECT_NE(hole.reason.find("begins with another state"), std::string::npos) << hole.reason;
    expect_same_wals(archive, db, false);
    std::vector<LogHole> found;
    const Status checked = archive.check(&found);
    EXPECT_TRUE(checked) << checked.error().message();
    archive.expect_well_formed();
  }
}

TEST(LogTailHole, ADatabaseThatWentBackIsAGap) {
  Followed f("wwww|w");
  f.follow();
  f.child().kill();
  // As after a crash of the machine: the last writes, which we saw in the page cache, never reached the disk.
  fs::path newest;
  for (const auto& e : fs::directory_iterator(f.db()))
    if (e.path().extension() == ".log" && fs::file_size(e.path()) > 0) newest = e.path();
  fs::resize_file(newest, fs::file_size(newest) / 2);
  Child again([&](Child::Line& line) { return write_script(f.db(), "ww", {}, line); });
  ASSERT_EQ(again.line().hear(), 'd');
  ASSERT_TRUE(f.archive.drain(f.tail()));
  ASSERT_TRUE(f.archive.gap);
  EXPECT_NE(f.archive.gap->reason.find("went back"), std::string::npos) << f.archive.gap->reason;
}

TEST(LogTailHole, RecycledLogsAreRefusedUnlessAllowed) {
  Scratch scratch;
  const std::string db = scratch / "db";
  const Flavour flavour{.recycle = true, .keep_wals = false};
  Child writer([&](Child::Line& line) { return write_flavour(db, flavour, 400, 20, line); });
  ASSERT_EQ(writer.line().hear(), 'p');
  LogTail refused({db, "", "", false}, system_clock());
  ASSERT_TRUE(refused.begin(1));
  const auto step = refused.step(1 << 20);
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, Code::kUnsupported);
  LogTail allowed({db, "", "", true}, system_clock());
  ASSERT_TRUE(allowed.begin(1));
  TailArchive archive;
  ASSERT_TRUE(archive.take(allowed));
  EXPECT_TRUE(allowed.recycles());
  EXPECT_FALSE(archive.groups.empty());
  writer.line().say('g');  // it may die: this RocksDB crashes at times (MarkLogsSynced) when it recycles
  while (!writer.line().heard() && !archive.gap) ASSERT_TRUE(archive.take(allowed));
  ASSERT_TRUE(archive.drain(allowed));
  std::vector<LogHole> found;  // polled as fast as can be it keeps up, mostly; what counts: never wrong
  const Status checked = archive.check(&found);
  EXPECT_TRUE(checked) << checked.error().message();
}

}  // namespace
}  // namespace seabed::test
