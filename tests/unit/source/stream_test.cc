// The adapter as the engine drives it: attached to a live database of another process, with the linker as the
// only thing that keeps its log; restored from what the steps gave, at moments between them.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/source/rocksdb/incarnation.h"
#include "core/source/rocksdb/rocksdb_adapter.h"
#include "counting_writer.h"
#include "restored.h"
#include "scratch.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() {
    options_.wal_ttl_s = 0;
    options_.pause_us = 200;
  }
  void attach(const std::optional<ArchivedState>& state = {}) {
    StreamConfig config;
    config.ls_id = 1001;
    config.directory = db_;
    config.wal_directory = options_.wal_dir;
    config.pin_directory = scratch_ / "pins";
    auto opened = adapter_->open_stream(config, system_clock());
    ASSERT_TRUE(opened) << opened.error().message();
    stream_ = std::move(*opened);
    const Status attached = stream_->attach(state);
    ASSERT_TRUE(attached) << attached.error().message();
  }
  /// Steps until `done`, keeping what they give.
  void archive_until(const std::function<bool()>& done) {
    const Deadline until = after(std::chrono::seconds(60));
    for (bool last = false; !last;) {
      ASSERT_LT(std::chrono::steady_clock::now(), until);
      const bool end = done();
      auto step = stream_->read_step(1 << 20);
      ASSERT_TRUE(step) << step.error().message();
      ASSERT_FALSE(step->gap) << step->gap->reason;
      for (auto& group : step->groups) groups_.push_back(std::move(group));
      if (step->complete && base_ && min_restore_ == 0 && step->clock_before > base_->taken_scn)
        min_restore_ = groups_.empty() ? 0 : groups_.back().scn_hi;
      last = end && step->complete;
      if (step->complete && !last) stream_->wait(std::chrono::milliseconds(20), CancelToken());
    }
  }
  void take_base() {
    auto taken = stream_->snapshot(CancelToken());
    ASSERT_TRUE(taken) << taken.error().message();
    base_ = std::move(*taken);
  }
  /// The groups that a restore from the base is given.
  std::vector<LogGroup> behind_base() const {
    std::vector<LogGroup> out;
    bool begun = false;
    for (const LogGroup& g : groups_) {
      begun =
          begun || (g.type == GroupType::kLog ? g.end > base_->start_replay : g.end >= base_->start_replay);
      if (begun) out.push_back(g);
    }
    return out;
  }
  uint64_t restored(Scn until) {
    const std::string target = scratch_ / ("restored" + std::to_string(++restores_));
    const auto report = restore_staged(*base_, behind_base(), until, target);
    EXPECT_TRUE(report) << report.error().message();
    if (!report) return 0;
    EXPECT_TRUE(activate_staged(target));
    uint64_t counter = 0;
    EXPECT_EQ(compare_with_model(target, options_, &counter), "") << "until " << until;
    fs::remove_all(target);
    return counter;
  }
  /// Everything from the first complete step behind the base to the end, at a few points.
  void restore_between(uint64_t end) {
    ASSERT_NE(min_restore_, 0u);
    std::vector<Scn> targets;
    for (const LogGroup& g : groups_)
      if (g.type == GroupType::kLog && g.scn_hi >= min_restore_) targets.push_back(g.scn_hi);
    ASSERT_GT(targets.size(), 3u);
    uint64_t before = 0;
    for (size_t i = 0; i < targets.size(); i += std::max<size_t>(1, targets.size() / 6)) {
      const uint64_t counter = restored(targets[i]);
      EXPECT_GT(counter, before);
      before = counter;
    }
    EXPECT_EQ(restored(kScnMax), end);
  }
  void run(uint64_t base_at, uint64_t end) {
    options_.batches = end;
    CountingWriter writer(db_, options_);
    attach();
    archive_until([&] { return writer.acknowledged() >= base_at; });
    take_base();
    archive_until([&] { return writer.acknowledged() >= end; });
    writer.stop();
    archive_until([] { return true; });
    stream_.reset();
    restore_between(end);
  }

  Scratch scratch_;
  std::string db_ = scratch_ / "db";
  WriterOptions options_;
  std::unique_ptr<EngineAdapter> adapter_ = make_rocksdb_adapter();
  std::unique_ptr<StreamSource> stream_;
  std::unique_ptr<Snapshot> base_;
  std::vector<LogGroup> groups_;
  Scn min_restore_ = 0;
  int restores_ = 0;
};

TEST_F(StreamTest, restores_between_the_steps) { run(800, 3000); }

TEST_F(StreamTest, over_manifest_rotations_with_families_coming_and_going) {
  options_.manifest_bytes = 4 << 10;
  options_.create_at = 1500;
  options_.drop_at = 2200;
  run(800, 3000);
}

TEST_F(StreamTest, with_two_phase_commit_and_blobs) {
  options_.transactions = true;
  options_.prepare_only_at = 900;
  run(700, 2000);
}

TEST_F(StreamTest, with_a_log_directory_elsewhere_and_tracked_logs) {
  options_.wal_dir = scratch_ / "wal";
  options_.track_wals = true;
  run(500, 1500);
  const auto report = restore_staged(*base_, behind_base(), kScnMax, scratch_ / "told");
  ASSERT_TRUE(report);
  ASSERT_EQ(report->warnings.size(), 1u);
  EXPECT_NE(report->warnings[0].find(options_.wal_dir), std::string::npos);
  size_t options_files = 0;
  for (const auto& entry : fs::directory_iterator(scratch_ / "told.seabed-standby")) {
    if (!entry.path().filename().string().starts_with("OPTIONS-")) continue;
    ++options_files;
    std::ifstream in(entry.path());
    const std::string text(std::istreambuf_iterator<char>(in), {});
    EXPECT_EQ(text.find("wal_dir"), std::string::npos);
    EXPECT_NE(text.find("[CFOptions \"right\"]"), std::string::npos);
  }
  EXPECT_EQ(options_files, 1u);
}

TEST_F(StreamTest, with_stamps_of_the_application_the_cut_is_exact) {
  options_.stamps_from = system_clock().read().now - 1'000'000'000;
  options_.wal_compression = "zstd";
  options_.create_at = 900;
  options_.batches = 2000;
  CountingWriter writer(db_, options_);
  attach();
  archive_until([&] { return writer.acknowledged() >= 700; });
  take_base();
  const uint64_t at_base = writer.acknowledged();
  archive_until([&] { return writer.acknowledged() >= 2000; });
  writer.stop();
  archive_until([] { return true; });
  stream_.reset();
  ASSERT_GE(
      std::count_if(groups_.begin(), groups_.end(), [](auto& g) { return g.stamp == StampSource::kExact; }),
      3);
  for (const uint64_t n : {at_base + 100, at_base + 111, uint64_t{1500}, uint64_t{1999}})
    EXPECT_EQ(restored(options_.stamps_from + 1000 * n), n);
  EXPECT_EQ(restored(options_.stamps_from + 1000 * 1700 + 999), 1700u);
  const auto report =
      restore_staged(*base_, behind_base(), options_.stamps_from + 1000 * 1600, scratch_ / "told");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->last_scn_hi, options_.stamps_from + 1000 * 1600);
  EXPECT_GT(report->next_scn_lo, options_.stamps_from + 1000 * 1600);  // metadata may stand between
  EXPECT_LE(report->next_scn_lo, options_.stamps_from + 1000 * 1601);
}

TEST_F(StreamTest, goes_on_where_it_was_and_tells_its_health) {
  CountingWriter writer(db_, options_);
  attach();
  archive_until([&] { return writer.acknowledged() >= 500; });
  ArchivedState state{groups_.back().incarnation, {}, groups_.back().scn_hi, stream_->resume_state()};
  for (const LogGroup& g : groups_)
    if (g.type == GroupType::kLog) state.end = g.end;
  stream_->release(state.end);
  const StreamHealth health = stream_->health();
  EXPECT_EQ(health.engine_version, "7.8.3");
  EXPECT_GT(health.pinned_limit, 0u);
  stream_.reset();
  attach(state);
  take_base();
  archive_until([&] { return writer.acknowledged() >= 2500; });
  writer.stop();
  archive_until([] { return true; });
  stream_.reset();
  EXPECT_EQ(restored(kScnMax), writer.acknowledged());
}

TEST_F(StreamTest, an_activated_restore_begins_another_incarnation) {
  run(300, 1000);
  const std::string target = scratch_ / "again";
  ASSERT_TRUE(restore_staged(*base_, behind_base(), kScnMax, target));
  ASSERT_TRUE(activate_staged(target));
  EXPECT_EQ(base_->incarnation, 1u);
  db_ = target;
  {
    WriterOptions options = options_;
    CountingWriter writer(db_, options);  // writes on, as the application would
    fs::remove_all(scratch_ / "pins");
    attach();
    take_base();
  }
  EXPECT_EQ(base_->incarnation, 2u);
}

TEST(Incarnation, rises_when_the_database_is_another_one_or_went_back) {
  using rocksdb_source::LifeRecord;
  using rocksdb_source::next_incarnation;
  const LifeRecord was{5, "id", 100, 1000};
  EXPECT_EQ(next_incarnation({}, {0, "id", 100, 1000}, 0), 1u);
  EXPECT_EQ(next_incarnation({}, {0, "id", 100, 1000}, 3), 4u);
  EXPECT_EQ(next_incarnation(was, {0, "id", 101, 1000}, 0), 5u);
  EXPECT_EQ(next_incarnation(was, {0, "other", 101, 1000}, 0), 6u);
  EXPECT_EQ(next_incarnation(was, {0, "id", 99, 1000}, 0), 6u);
  EXPECT_EQ(next_incarnation(was, {0, "id", 100, 999}, 0), 6u);
  EXPECT_EQ(next_incarnation(was, {0, "id", 101, 1000}, 8), 9u);
}

}  // namespace
}  // namespace seabed::test
