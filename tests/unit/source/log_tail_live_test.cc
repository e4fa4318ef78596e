// The tailer beside databases of every flavour, written at the same time by another process: the groups put
// together are the WAL files byte for byte, and the pure checker agrees that nothing is missing.

#include <gtest/gtest.h>

#include <filesystem>

#include "core/base/clock.h"
#include "scratch.h"
#include "tail_archive.h"
#include "wal_writer.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;

class LogTailFlavour : public ::testing::TestWithParam<Flavour> {};

TEST_P(LogTailFlavour, ArchivesEveryByteWithoutGapOrHole) {
  Flavour flavour = GetParam();
  Scratch scratch;
  const std::string db = scratch / "db";
  // Reopened twice between two looks (this process has to wait for a processor), the MANIFEST in the middle would be gone.
  if (flavour.reopen) flavour.manifest_links = scratch / "links";
  if (flavour.reopen) std::filesystem::create_directory(flavour.manifest_links);
  constexpr uint64_t kBatches = 1500;
  Child writer([&](Child::Line& line) { return write_flavour(db, flavour, kBatches, 20, line); });
  ASSERT_EQ(writer.line().hear(), 'p');

  LogTail tail({db, "", flavour.manifest_links, false}, system_clock());
  const Status begun = tail.begin(7);
  ASSERT_TRUE(begun) << begun.error().message();
  TailArchive archive;
  writer.line().say('g');
  while (!writer.line().heard() && !archive.gap) ASSERT_TRUE(archive.take(tail, 64 << 10));
  ASSERT_FALSE(archive.gap) << archive.gap->reason;
  ASSERT_EQ(writer.line().hear(), 'd');
  ASSERT_TRUE(archive.drain(tail));
  ASSERT_FALSE(archive.gap) << archive.gap->reason;
  EXPECT_TRUE(archive.holes.empty()) << archive.holes[0].reason;
  archive.expect_well_formed();
  expect_same_wals(archive, db, true);
  EXPECT_GT(archive.wals().size(), 2u);

  std::vector<LogHole> found;
  const Status checked = archive.check(&found);
  EXPECT_TRUE(checked) << checked.error().message();
  EXPECT_TRUE(found.empty()) << found[0].reason;
  writer.line().say('e');
  EXPECT_EQ(writer.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, LogTailFlavour,
    ::testing::Values(
        Flavour{.name = "Plain"}, Flavour{.name = "Threads", .threads = 4},
        Flavour{.name = "Pipelined", .pipelined = true, .threads = 4},
        Flavour{.name = "Unordered", .unordered = true, .threads = 4},
        Flavour{.name = "Blobs", .blobs = true}, Flavour{.name = "Zstd", .zstd = true},
        Flavour{.name = "ZstdThreads", .zstd = true, .threads = 3},
        Flavour{.name = "ManualFlush", .manual_flush = true},
        Flavour{.name = "Families", .families_come_and_go = true}, Flavour{.name = "Reopen", .reopen = true},
        Flavour{.name = "ReopenWithoutFlush", .reopen = true, .keeps_memtables = true},
        Flavour{.name = "AtomicFlush", .reopen = true, .atomic_flush = true},
        Flavour{.name = "Optimistic", .policy = Policy::kOptimistic, .threads = 4},
        Flavour{.name = "Committed", .policy = Policy::kCommitted},
        Flavour{.name = "CommittedThreads", .policy = Policy::kCommitted, .threads = 4},
        Flavour{.name = "CommittedTwoQueues", .policy = Policy::kCommitted, .two_queues = true, .threads = 4},
        Flavour{.name = "CommittedTwoQueuesManual",
                .policy = Policy::kCommitted,
                .two_queues = true,
                .manual_flush = true,
                .threads = 2},
        Flavour{.name = "CommittedReopen", .policy = Policy::kCommitted, .reopen = true},
        Flavour{.name = "Prepared", .policy = Policy::kPrepared},
        Flavour{.name = "PreparedThreads", .policy = Policy::kPrepared, .threads = 4},
        Flavour{.name = "PreparedTwoQueues", .policy = Policy::kPrepared, .two_queues = true, .threads = 4},
        Flavour{.name = "Unprepared", .policy = Policy::kUnprepared},
        Flavour{
            .name = "UnpreparedTwoQueues", .policy = Policy::kUnprepared, .two_queues = true, .threads = 2}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace seabed::test
