// Real databases, written by another process, snapshotted while they change, restored at several moments and
// compared key by key with what the writer did.

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/restore_target.h"
#include "core/source/rocksdb/payload.h"
#include "core/source/rocksdb/snapshot.h"
#include "counting_writer.h"
#include "replayed_log.h"
#include "restored.h"
#include "scratch.h"

namespace seabed::test {
namespace {

using rocksdb_source::Snapshotter;

class SnapshotRestore : public ::testing::Test {
 protected:
  std::unique_ptr<Snapshot> take() {
    auto taken = snapshotter_.take(7, system_clock(), CancelToken());
    EXPECT_TRUE(taken) << taken.error().message();
    return taken ? std::move(*taken) : nullptr;
  }
  /// Restores up to `until`, activates, compares; returns the counter of the restored state. States below
  /// `from` lie before the base's minimum recovery point (the engine refuses them) and are not compared.
  uint64_t restored(const Snapshot& base, const std::vector<LogGroup>& groups, Scn until,
                    const WriterOptions& options, uint64_t from = 0) {
    const std::string target = scratch_ / ("restored" + std::to_string(++restores_));
    const auto report = restore_staged(base, groups, until, target);
    EXPECT_TRUE(report) << report.error().message();
    if (!report) return 0;
    const Status activated = activate_staged(target);
    EXPECT_TRUE(activated) << activated.error().message();
    uint64_t counter = 0;
    const std::string differs = compare_with_model(target, options, &counter);
    if (counter >= from || counter == 0) {  // 0: it could not even be opened
      EXPECT_EQ(differs, "") << "until " << until;
    }
    return counter;
  }
  /// The whole path: base amid the writing, then the end and points between.
  void run(const WriterOptions& options, uint64_t base_at, uint64_t end) {
    CountingWriter writer(db_, options);
    ASSERT_TRUE(writer.wait_for(base_at));
    const auto base = take();
    ASSERT_TRUE(base);
    const uint64_t at_base = writer.acknowledged() + 1;  // recovery must reach at least here
    ASSERT_TRUE(writer.wait_for(at_base + end));
    writer.stop();
    const auto groups = groups_behind(db_, *base, 37);
    ASSERT_GT(groups.size(), 4u);
    const uint64_t last = restored(*base, groups, kScnMax, options);
    EXPECT_EQ(last, writer.acknowledged());
    uint64_t before = last;
    for (size_t back = 1; back < groups.size(); back *= 3) {
      const Scn until = groups[groups.size() - 1 - back].scn_hi;
      const uint64_t counter = restored(*base, groups, until, options, at_base);
      if (counter < at_base) break;
      EXPECT_LT(counter, before);
      before = counter;
    }
  }

  Scratch scratch_;
  std::string db_ = scratch_ / "db";
  Snapshotter snapshotter_{{db_, "", scratch_ / "pins", 1ull << 30}};
  int restores_ = 0;
};

TEST_F(SnapshotRestore, several_families_under_churn) { run({}, 2000, 1500); }

TEST_F(SnapshotRestore, blob_files) {
  WriterOptions options;
  options.blobs = true;
  run(options, 2000, 1500);
}

TEST_F(SnapshotRestore, compressed_log) {
  WriterOptions options;
  options.wal_compression = "zstd";
  run(options, 1000, 1500);
}

TEST_F(SnapshotRestore, two_phase_transactions) {
  WriterOptions options;
  options.transactions = true;
  run(options, 1000, 1000);
}

TEST_F(SnapshotRestore, a_prepared_transaction_survives) {
  WriterOptions options;
  options.transactions = true;
  options.prepare_only_at = 1500;
  run(options, 1000, 1500);
}

TEST_F(SnapshotRestore, families_created_and_dropped_behind_the_base) {
  WriterOptions options;
  options.create_at = 1800;
  options.drop_at = 2200;
  options.batches = 2600;
  CountingWriter writer(db_, options);
  ASSERT_TRUE(writer.wait_for(1000));
  const auto base = take();
  ASSERT_TRUE(base);
  ASSERT_LT(writer.acknowledged(), options.create_at);
  ASSERT_TRUE(writer.wait_for(2600));
  writer.stop();
  EXPECT_EQ(restored(*base, groups_behind(db_, *base, 37), kScnMax, options), 2600u);
}

TEST_F(SnapshotRestore, the_base_alone_after_a_clean_close) {
  WriterOptions options;
  options.batches = 500;
  {
    CountingWriter writer(db_, options);
    ASSERT_TRUE(writer.wait_for(500));
    writer.stop();
  }
  const auto base = take();
  ASSERT_TRUE(base);
  EXPECT_EQ(restored(*base, groups_behind(db_, *base, 10), kScnMax, options), 500u);
}

TEST_F(SnapshotRestore, a_missing_log_file_is_a_gap_and_nothing_can_be_activated) {
  WriterOptions options;
  CountingWriter writer(db_, options);
  ASSERT_TRUE(writer.wait_for(500));
  const auto base = take();
  ASSERT_TRUE(base);
  ASSERT_TRUE(writer.wait_for(3000));
  writer.stop();
  auto groups = groups_behind(db_, *base, 10);
  ASSERT_GT(groups.size(), 10u);
  groups.erase(groups.begin() + static_cast<long>(groups.size() / 2));
  const auto report = restore_staged(*base, groups, kScnMax, scratch_ / "restored");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kGap) << report.error().message();
  EXPECT_EQ(activate_staged(scratch_ / "restored").error().code, Code::kConflict);
}

}  // namespace
}  // namespace seabed::test
