// The linker beside live writers: nothing is lost, the limit holds, and refusals are said in words.

#include "core/source/rocksdb/linker.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/clock.h"
#include "scratch.h"
#include "tail_archive.h"
#include "wal_writer.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;
namespace fs = std::filesystem;

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 10000; ++i) {
    if (condition()) return true;
    ::usleep(1000);
  }
  return false;
}
void touch(const std::string& path, size_t bytes = 1) { std::ofstream(path) << std::string(bytes, 'x'); }
LinkerConfig config_of(const Scratch& scratch) {
  return {"t1/1001", scratch / "db", "", link_directory(scratch / "pins"), 0};
}

TEST(Linker, LinksWhatIsThereAndWhatComes) {
  Scratch scratch;
  fs::create_directory(scratch / "db");
  for (const char* name : {"000003.log", "MANIFEST-000002", "000009.sst", "LOG", "x.log", "OPTIONS-000007"})
    touch(scratch / ("db/" + std::string(name)));
  const LinkerConfig config = config_of(scratch);
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker) << linker.error().message();
  const auto linked = [&](const std::string& name) { return fs::exists(config.links + "/" + name); };
  EXPECT_TRUE(linked("000003.log") && linked("MANIFEST-000002"));
  EXPECT_FALSE(linked("000009.sst") || linked("LOG") || linked("x.log") || linked("OPTIONS-000007"));
  touch(scratch / "db/000010.log");
  touch(scratch / "db/000011.tmp");
  fs::rename(scratch / "db/000011.tmp", scratch / "db/000011.log");
  EXPECT_TRUE(eventually([&] { return linked("000010.log") && linked("000011.log"); }));
  EXPECT_TRUE(linker_runs(config.links));
  auto second = Linker::start(config);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  linker->reset();
  EXPECT_FALSE(linker_runs(config.links));
  EXPECT_TRUE(linked("000010.log")) << "links outlive the linker";
  ASSERT_TRUE(release_links(config.links, 11, 3));
  EXPECT_FALSE(linked("000010.log") || linked("MANIFEST-000002"));
  EXPECT_TRUE(linked("000011.log"));
}

class LinkerBehind : public ::testing::TestWithParam<Flavour> {};

TEST_P(LinkerBehind, ATailKeepsEveryByteOfAWriterThatRotatesQuickly) {
  Scratch scratch;
  const std::string db = scratch / "db";
  Flavour flavour = GetParam();
  if (!flavour.wal_directory.empty()) fs::create_directory(flavour.wal_directory = scratch / "wals");
  Child writer([&](Child::Line& line) { return write_flavour(db, flavour, 3000, 20, line); });
  ASSERT_EQ(writer.line().hear(), 'p');
  LinkerConfig config = config_of(scratch);
  config.wal_directory = flavour.wal_directory;
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker) << linker.error().message();
  LogTail tail({db, flavour.wal_directory, config.links, false}, system_clock());
  ASSERT_TRUE(tail.begin(1));
  TailArchive archive;
  ASSERT_TRUE(archive.take(tail));
  writer.line().say('g');
  ASSERT_EQ(writer.line().hear(), 'd');  // nothing is read meanwhile: dozens of files come and go
  const uint64_t kept = (*linker)->stats().linked_files;
  ASSERT_TRUE(archive.drain(tail));
  ASSERT_FALSE(archive.gap) << archive.gap->reason;
  EXPECT_TRUE(archive.holes.empty()) << archive.holes[0].reason;
  EXPECT_GT(archive.wals().size(), 10u);
  std::vector<LogHole> found;
  const Status checked = archive.check(&found);
  EXPECT_TRUE(checked) << checked.error().message();
  for (const auto& [number, bytes] : archive.wals()) {
    char name[32];
    std::snprintf(name, sizeof name, "%06llu.log", static_cast<unsigned long long>(number));
    const auto file = read_file(config.links + "/" + name, 1 << 30);
    ASSERT_TRUE(file);
    EXPECT_EQ(*file, bytes);
  }
  ASSERT_TRUE(tail.release(tail.position()));
  EXPECT_TRUE(eventually([&] { return (*linker)->stats().linked_files < 6; })) << "of " << kept;
  EXPECT_EQ((*linker)->stats().missed, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    All, LinkerBehind,
    ::testing::Values(Flavour{.name = "Plain", .threads = 2, .keep_wals = false},
                      Flavour{.name = "WalsElsewhere", .keep_wals = false, .wal_directory = "elsewhere"},
                      Flavour{.name = "SmallManifest",
                              .keep_wals = false,
                              .families_come_and_go = true,
                              .small_manifest = true},
                      Flavour{.name = "Committed",
                              .policy = Policy::kCommitted,
                              .two_queues = true,
                              .threads = 2,
                              .keep_wals = false},
                      Flavour{.name = "Reopen", .keep_wals = false, .reopen = true}),
    [](const auto& info) { return info.param.name; });

TEST(Linker, LinksOfAnEarlierLifeDoNotPassForLog) {
  Scratch scratch;
  const std::string db = scratch / "db";
  const LinkerConfig config = config_of(scratch);
  fs::create_directories(config.links);
  touch(config.links + "/999000.log", 100);
  touch(config.links + "/MANIFEST-999001", 100);
  Child writer([&](Child::Line& line) { return write_script(db, "ww|ww", {}, line); });
  ASSERT_EQ(writer.line().hear(), '|');
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker);
  LogTail tail({db, "", config.links, false}, system_clock());
  ASSERT_TRUE(tail.begin(1));
  EXPECT_FALSE(fs::exists(config.links + "/999000.log"));
  TailArchive archive;
  writer.line().say('g');
  ASSERT_EQ(writer.line().hear(), 'd');
  ASSERT_TRUE(archive.drain(tail));
  EXPECT_FALSE(archive.gap);
  expect_same_wals(archive, db, true);
}

TEST(Linker, AFullFileSystemIsToldAndGotOver) {
  Scratch scratch;
  const std::string small = scratch / "small";
  fs::create_directory(small);
  if (::mount("seabed-test", small.c_str(), "tmpfs", 0, "size=1m,nr_inodes=24") != 0)
    GTEST_SKIP() << "needs the right to mount";
  {
    fs::create_directory(small + "/db");
    LinkerConfig config{"t1/1001", small + "/db", "", small + "/links", 0};
    auto linker = Linker::start(config);
    EXPECT_TRUE(linker) << linker.error().message();
    for (int i = 10; linker && i < 40; ++i) {
      const std::string name = "/0000" + std::to_string(i) + ".log";
      touch(small + "/db" + name);
      if (!fs::exists(small + "/db" + name)) break;  // full
      eventually([&] { return fs::exists(config.links + name) || (*linker)->stats().failed > 0; });
    }
    EXPECT_TRUE(linker && eventually([&] { return (*linker)->stats().failed > 0; }));
    EXPECT_NE((*linker)->stats().error.find("free space"), std::string::npos) << (*linker)->stats().error;
    EXPECT_TRUE(release_links(config.links, 15, 0));
    touch(small + "/db/000050.log");
    EXPECT_TRUE(eventually([&] { return fs::exists(config.links + "/000050.log"); }));
  }
  EXPECT_EQ(::umount(small.c_str()), 0);
}

/// A pipe that nobody reads takes as long as a disk that is busy for ever.
TEST(Linker, LinksDoNotWaitForTheDiskThatStatusIsWrittenTo) {
  Scratch scratch;
  fs::create_directory(scratch / "db");
  const LinkerConfig config = config_of(scratch);
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker);
  const std::string next = config.links + "/status.json.tmp";
  ASSERT_TRUE(eventually([&] { return ::mkfifo(next.c_str(), 0600) == 0; }));
  const int64_t begun = (*linker)->stats().written_at;
  ASSERT_TRUE(eventually([&] { return (*linker)->stats().written_at > begun + 2; })) << "the house is kept";
  EXPECT_LT(read_linker_status(config.links)->written_at, (*linker)->stats().written_at) << "and cannot be told";
  touch(scratch / "db/000010.log");
  EXPECT_TRUE(eventually([&] { return fs::exists(config.links + "/000010.log"); }));
  const Fd reader(::open(next.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));   // lets the writer go, with an error
  EXPECT_TRUE(eventually([&] { return (*linker)->stats().error.find("status.json") != std::string::npos; }));
  fs::remove(next);
  EXPECT_TRUE(eventually([&] { return (*linker)->stats().error.empty(); }));
}

TEST(Linker, SeveralManifestsBetweenTwoLooksAreReadInTurn) {
  Scratch scratch;
  const std::string db = scratch / "db";
  Child writer([&](Child::Line& line) { return write_script(db, "www|wrjwrww|w", {}, line); });
  ASSERT_EQ(writer.line().hear(), '|');
  const LinkerConfig config = config_of(scratch);
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker);
  LogTail tail({db, "", config.links, false}, system_clock());
  ASSERT_TRUE(tail.begin(1));
  TailArchive archive;
  ASSERT_TRUE(archive.drain(tail));
  writer.line().say('g');
  ASSERT_EQ(writer.line().hear(), '|');
  ASSERT_TRUE(archive.drain(tail));
  ASSERT_FALSE(archive.gap) << archive.gap->reason;
  ASSERT_EQ(archive.holes.size(), 1u) << "the ingestion, and nothing else";
  EXPECT_NE(archive.holes[0].reason.find("without the log"), std::string::npos);
  std::vector<LogHole> found;
  const Status checked = archive.check(&found);
  EXPECT_TRUE(checked) << checked.error().message();
  EXPECT_EQ(found.size(), 1u);
}

TEST(Linker, TheLimitHoldsAndTheOldestLogStays) {
  Scratch scratch;
  fs::create_directory(scratch / "db");
  LinkerConfig config = config_of(scratch);
  config.limit_bytes = 100 << 10;
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker);
  for (int i = 10; i < 30; ++i) touch(scratch / ("db/0000" + std::to_string(i) + ".log"), 20 << 10);
  ASSERT_TRUE(eventually([&] { return fs::exists(config.links + "/000029.log"); }));
  EXPECT_EQ((*linker)->stats().pinned_bytes, 0u) << "files that the database still has cost nothing";
  for (int i = 10; i < 30; ++i) fs::remove(scratch / ("db/0000" + std::to_string(i) + ".log"));
  ASSERT_TRUE(eventually([&] { return (*linker)->stats().dropped > 0; }));
  const LinkerStats s = (*linker)->stats();
  EXPECT_LE(s.pinned_bytes, config.limit_bytes);
  EXPECT_GT(s.pinned_bytes, 0u);
  EXPECT_TRUE(fs::exists(config.links + "/000010.log"));
  EXPECT_FALSE(fs::exists(config.links + "/000029.log"));
  EXPECT_NE(s.error.find("gap"), std::string::npos);
  Result<LinkerStats> status = read_linker_status(config.links);
  EXPECT_TRUE(eventually([&] { return (status = read_linker_status(config.links)) && status->dropped > 0; }));
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(status->limit_bytes, config.limit_bytes);
  EXPECT_EQ(status->oldest_wal, 10u);
  EXPECT_EQ(status->pid, ::getpid());
}

TEST(Linker, MandatoryGivesUpNoLogAndOptionalDoesAgain) {
  Scratch scratch;
  fs::create_directory(scratch / "db");
  LinkerConfig config = config_of(scratch);
  config.limit_bytes = 100 << 10;
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker);
  ASSERT_TRUE(set_keep_log(config.links, true));
  for (int i = 10; i < 30; ++i) touch(scratch / ("db/0000" + std::to_string(i) + ".log"), 20 << 10);
  ASSERT_TRUE(eventually([&] { return fs::exists(config.links + "/000029.log"); }));
  for (int i = 10; i < 30; ++i) fs::remove(scratch / ("db/0000" + std::to_string(i) + ".log"));
  ASSERT_TRUE(eventually([&] { return (*linker)->stats().pinned_bytes >= 20u * (20 << 10); }));
  LinkerStats s = (*linker)->stats();
  EXPECT_EQ(s.dropped, 0u);
  EXPECT_TRUE(s.over_limit && s.keeps_log);
  EXPECT_NE(s.error.find("Mandatory"), std::string::npos) << s.error;
  for (int i = 10; i < 30; ++i) EXPECT_TRUE(fs::exists(config.links + "/0000" + std::to_string(i) + ".log")) << i;
  linker->reset();   // and the next process knows it too
  linker = Linker::start(config);
  ASSERT_TRUE(linker);
  ASSERT_TRUE(eventually([&] { return (*linker)->stats().keeps_log; }));
  EXPECT_EQ((*linker)->stats().dropped, 0u);
  ASSERT_TRUE(set_keep_log(config.links, false));
  ASSERT_TRUE(eventually([&] { return (*linker)->stats().dropped > 0; }));
  EXPECT_TRUE(fs::exists(config.links + "/000010.log"));
  ASSERT_TRUE(set_keep_log(config.links, false)) << "twice is fine";
}

TEST(Linker, TablesAreLinkedOnlyWhileAsked) {
  Scratch scratch;
  fs::create_directory(scratch / "db");
  touch(scratch / "db/000005.sst");
  const LinkerConfig config = config_of(scratch);
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker);
  const auto linked = [&](const std::string& name) { return fs::exists(config.links + "/" + name); };
  ASSERT_TRUE(request_table_links(config.links));
  EXPECT_TRUE(eventually([&] { return linked("000005.sst"); }));
  touch(scratch / "db/000006.blob");
  EXPECT_TRUE(eventually([&] { return linked("000006.blob"); }));
  fs::remove(config.links + "/link-tables");
  EXPECT_TRUE(eventually([&] { return !linked("000005.sst") && !linked("000006.blob"); }));
}

TEST(Linker, ADirectoryMadeAnewIsWatchedAgain) {
  Scratch scratch;
  fs::create_directory(scratch / "db");
  touch(scratch / "db/000005.log", 10);
  const LinkerConfig config = config_of(scratch);
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker);
  fs::rename(scratch / "db", scratch / "old");
  EXPECT_TRUE(eventually([&] { return !(*linker)->stats().watching; }));
  fs::create_directory(scratch / "db");
  EXPECT_TRUE(eventually([&] { return (*linker)->stats().watching; }));
  touch(scratch / "db/000005.log", 20);  // the same name, another file
  touch(scratch / "db/000006.log");
  EXPECT_TRUE(eventually([&] { return fs::exists(config.links + "/000006.log"); }));
  EXPECT_TRUE(eventually([&] { return fs::file_size(config.links + "/000005.log") == 20; }));
}

TEST(Linker, RefusalsSayWhy) {
  Scratch scratch;
  LinkerConfig config = config_of(scratch);
  auto missing = Linker::start(config);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  struct stat here {
  }, there{};
  if (::stat(scratch.path().c_str(), &here) == 0 && ::stat("/dev/shm", &there) == 0 &&
      here.st_dev != there.st_dev) {
    fs::create_directory(scratch / "db");
    touch(scratch / "db/000005.log");
    config.links = "/dev/shm/seabed-linker-test-" + std::to_string(::getpid());
    auto across = Linker::start(config);
    ASSERT_FALSE(across);
    EXPECT_EQ(across.error().code, Code::kUnsupported) << across.error().message();
    EXPECT_FALSE(across.error().next_step.empty());
    fs::remove_all(config.links);
  }
}

TEST(Linker, LatencyFromCreationToLinkIsShort) {
  Scratch scratch;
  fs::create_directory(scratch / "db");
  const LinkerConfig config = config_of(scratch);
  auto linker = Linker::start(config);
  ASSERT_TRUE(linker);
  std::vector<int64_t> waits;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "/" + std::to_string(100000 + i) + ".log";
    const auto begin = std::chrono::steady_clock::now();
    touch(scratch / ("db" + name));
    while (::access((config.links + name).c_str(), F_OK) != 0) std::this_thread::yield();
    waits.push_back(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::sort(waits.begin(), waits.end());
  RecordProperty("median_us", static_cast<int>(waits[waits.size() / 2]));
  RecordProperty("p99_us", static_cast<int>(waits[waits.size() * 99 / 100]));
  EXPECT_LT(waits[waits.size() / 2], 20000) << "the machine may be busy, but not so busy";
}

TEST(Linker, TheProcessServesItsStreamsUntilStopped) {
  Scratch scratch;
  LinkerConfig config = config_of(scratch);
  CancelToken stop;
  std::thread process([&] { EXPECT_TRUE(run_linker({config}, stop)); });
  fs::create_directory(scratch / "db");  // later than the start: tried again
  touch(scratch / "db/000005.log");
  EXPECT_TRUE(eventually([&] { return fs::exists(config.links + "/000005.log"); }));
  stop.cancel();
  process.join();
  EXPECT_FALSE(linker_runs(config.links));
  EXPECT_FALSE(run_linker({}, stop));
}

}  // namespace
}  // namespace seabed::test
