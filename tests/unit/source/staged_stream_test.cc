// A standby as a source of log and files: its groups are the ones that it was fed, byte for byte, up to what
// is settled; its snapshot and its groups together restore to what the source's base and log restore to.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/fd.h"
#include "core/source/rocksdb/restore_target.h"
#include "core/source/rocksdb/staged_stream.h"
#include "staged_base.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;
using rocksdb_source::RocksDbTarget;
using rocksdb_source::StagedStream;

class StagedStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(s_.written);
    ASSERT_GT(s_.groups.size(), 8u);
    first_ = s_.groups[s_.groups.size() / 3].scn_hi;
    last_ = s_.groups.back().scn_hi;
    ASSERT_TRUE(restore_staged(*s_.base, s_.groups, first_, s_.target));
  }
  StreamConfig config() const {
    StreamConfig out;
    out.ls_id = 1001, out.directory = s_.target, out.pin_directory = s_.target + ".pins";
    return out;
  }
  /// A step of the following; settled when the tenant says so.
  void step(Scn committed, Scn until, bool settle = true) {
    RocksDbTarget sink(s_.target);
    const auto place = sink.follow(committed);
    ASSERT_TRUE(place) << place.error().message();
    for (const LogGroup& group : s_.groups) {
      if (group.scn_hi <= place->scn) continue;
      const auto taken = sink.apply(group, until);
      ASSERT_TRUE(taken) << taken.error().message();
      if (!*taken) break;
    }
    ASSERT_TRUE(sink.stage(until));
    if (settle) {
      ASSERT_TRUE(settle_staged(s_.target, until));
    }
  }
  static void drain(StagedStream& stream, std::vector<LogGroup>* out, Scn* present = nullptr) {
    for (;;) {
      auto step = stream.read_step(64 << 10);
      ASSERT_TRUE(step) << step.error().message();
      for (LogGroup& group : step->groups) out->push_back(std::move(group));
      if (present) *present = step->clock_before;
      if (step->complete) return;
    }
  }
  /// What the source's log holds up to `until`.
  std::vector<LogGroup> up_to(Scn until) const {
    std::vector<LogGroup> out;
    for (const LogGroup& group : s_.groups)
      if (group.scn_hi <= until) out.push_back(group);
    return out;
  }
  static void expect_same(const std::vector<LogGroup>& got, const std::vector<LogGroup>& want) {
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].type, want[i].type) << i;
      EXPECT_EQ(got[i].scn_lo, want[i].scn_lo) << i;
      EXPECT_EQ(got[i].scn_hi, want[i].scn_hi) << i;
      EXPECT_EQ(got[i].begin, want[i].begin) << i;
      EXPECT_EQ(got[i].end, want[i].end) << i;
      EXPECT_EQ(got[i].incarnation, want[i].incarnation) << i;
      EXPECT_TRUE(got[i].payload == want[i].payload) << i;
    }
  }

  StagedBase s_;
  Scn first_ = 0, last_ = 0;
};

TEST_F(StagedStreamTest, gives_the_groups_of_its_source_and_goes_on_as_the_standby_does) {
  StagedStream stream(config());
  ASSERT_TRUE(stream.attach(std::nullopt));
  std::vector<LogGroup> got;
  Scn present = 0;
  drain(stream, &got, &present);
  expect_same(got, up_to(first_));
  EXPECT_GE(present, got.back().scn_hi);
  EXPECT_LE(present, first_);
  step(first_, last_, false);
  drain(stream, &got, &present);
  expect_same(got, up_to(first_));  // staged does not count
  EXPECT_LE(present, first_);
  ASSERT_TRUE(settle_staged(s_.target, last_));
  drain(stream, &got, &present);
  expect_same(got, s_.groups);
  EXPECT_EQ(present, last_);
}

TEST_F(StagedStreamTest, goes_on_behind_any_archived_stamp) {
  step(first_, last_);
  for (size_t n = 1; n <= s_.groups.size(); ++n) {
    ArchivedState state;
    for (size_t i = 0; i < n; ++i)
      if (s_.groups[i].type == GroupType::kLog) state.end = s_.groups[i].end;
    state.scn_hi = s_.groups[n - 1].scn_hi;
    StagedStream stream(config());
    const Status attached = stream.attach(state);
    ASSERT_TRUE(attached) << n << ": " << attached.error().message();
    std::vector<LogGroup> got;
    drain(stream, &got);
    expect_same(got, {s_.groups.begin() + static_cast<long>(n), s_.groups.end()});
  }
}

TEST_F(StagedStreamTest, an_archive_of_another_log_is_a_gap) {
  ArchivedState ahead{.end = s_.groups.back().end, .scn_hi = last_};
  EXPECT_EQ(StagedStream(config()).attach(ahead).error().code, Code::kGap)
      << "restored anew to an earlier moment";
  Lsn foreign = s_.groups.back().end;
  foreign.bytes.back() ^= 1;
  ArchivedState other{.end = foreign, .scn_hi = first_};
  EXPECT_EQ(StagedStream(config()).attach(other).error().code, Code::kGap);
}

TEST_F(StagedStreamTest, a_cut_inside_a_look_is_archived_up_to_the_look_before) {
  const auto left_out =
      std::ranges::find_if(s_.groups, [&](const LogGroup& g) { return g.scn_hi > first_ + 5; });
  ASSERT_NE(left_out, s_.groups.end());
  const Scn cut = left_out->scn_hi - 1;
  step(first_, cut);
  StagedStream stream(config());
  const auto followed = stream.followed();
  ASSERT_TRUE(followed && *followed);
  EXPECT_EQ((*followed)->begin, s_.groups.front().scn_hi);
  EXPECT_EQ((*followed)->readable, std::max(up_to(cut).back().scn_hi, left_out->scn_lo - 1));
}

TEST_F(StagedStreamTest, its_snapshot_and_its_log_restore_to_any_moment_of_the_source) {
  step(first_, last_);
  StagedStream stream(config());
  ASSERT_TRUE(stream.attach(std::nullopt));
  std::vector<LogGroup> groups;
  drain(stream, &groups);
  auto snapshot = stream.snapshot(CancelToken());
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ((*snapshot)->recovery, s_.base->recovery);
  EXPECT_EQ((*snapshot)->taken_scn, s_.base->taken_scn);
  EXPECT_LT((*snapshot)->start_replay_scn, groups.front().scn_hi);
  ASSERT_EQ((*snapshot)->files.size(), s_.base->files.size());
  for (const SnapshotFile& file : (*snapshot)->files) {
    const auto same = std::ranges::find(s_.base->files, file.name, &SnapshotFile::name);
    ASSERT_NE(same, s_.base->files.end()) << file.name;
    EXPECT_EQ(file.identity, same->identity) << "an incremental refers to it by this";
    EXPECT_EQ(file.size, same->size);
  }
  fs::remove_all(s_.staged);  // the copy needs nothing of it any more
  const std::string again = s_.scratch / "again";
  const auto report = restore_staged(**snapshot, groups, last_, again);
  ASSERT_TRUE(report) << report.error().message();
  ASSERT_TRUE(activate_staged(again));
  uint64_t counter = 0;
  EXPECT_EQ(compare_with_model(again, s_.options, &counter), "");
  EXPECT_EQ(counter, 800u);
}

TEST_F(StagedStreamTest, log_that_changed_on_the_disk_is_not_archived) {
  for (const auto& entry : fs::directory_iterator(s_.staged)) {
    if (entry.path().extension() != ".log" || fs::file_size(entry.path()) == 0) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<long>(fs::file_size(entry.path()) / 2));
    file.put('\xa5');
  }
  StagedStream stream(config());
  ASSERT_TRUE(stream.attach(std::nullopt));
  Status read;
  for (int i = 0; i < 1000 && read; ++i) {
    const auto step = stream.read_step(64 << 10);
    if (!step)
      read = fail(step.error());
    else if (step->complete)
      break;
  }
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kCorruption) << read.error().message();
}

TEST_F(StagedStreamTest, a_journal_that_is_cut_or_flipped_is_told) {
  const std::string path = s_.staged + "/" + rocksdb_source::kGroupJournal;
  auto bytes = *read_file(path, 1 << 30);
  for (const size_t at : {size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    ASSERT_TRUE(write_file_atomic(path, flipped));
    StagedStream stream(config());
    Status read = stream.attach(std::nullopt);
    if (read) {
      const auto step = stream.read_step(1 << 30);
      if (!step) read = fail(step.error());
    }
    ASSERT_FALSE(read) << at;
    EXPECT_EQ(read.error().code, Code::kCorruption);
  }
  ASSERT_TRUE(write_file_atomic(path, bytes.substr(0, bytes.size() - 1)));
  EXPECT_EQ(settle_staged(s_.target, first_).error().code, Code::kCorruption);
}

TEST_F(StagedStreamTest, activated_it_is_a_standby_no_more) {
  StagedStream stream(config());
  ASSERT_TRUE(stream.attach(std::nullopt));
  ASSERT_TRUE(settle_staged(s_.target, first_));
  ASSERT_TRUE(activate_staged(s_.target));
  EXPECT_FALSE(stream.snapshot(CancelToken()));
  EXPECT_FALSE(stream.followed());
  for (const auto& entry : fs::directory_iterator(s_.target))
    EXPECT_FALSE(entry.path().filename().string().starts_with("seabed.follow")) << entry.path();
}

}  // namespace
}  // namespace seabed::test
