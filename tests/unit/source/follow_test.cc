// A standby that goes on: staged step by step it is, byte for byte, what one restore to the same cut makes;
// what a crash leaves counts or goes; and a staged directory is taken away without a trace.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/base/checksum.h"
#include "core/base/fd.h"
#include "core/source/rocksdb/follow_state.h"
#include "core/source/rocksdb/host_library.h"
#include "core/source/rocksdb/restore_target.h"
#include "staged_base.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;
using rocksdb_source::RocksDbTarget;
using Files = std::map<std::string, std::string>;

/// Log, OPTIONS and data; and the MANIFEST without the database's id, which is another one in every restore.
Files files_of(const std::string& target) {
  Files out;
  for (const auto& entry : fs::directory_iterator(target + ".seabed-standby")) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name.starts_with("seabed.base.")) continue;
    if (name == "seabed.follow" || name == "seabed.state") continue;
    out[name] = *read_file(entry.path(), 1 << 30);
    if (name == "seabed.manifest") out[name].resize(out[name].size() - 43);  // 7 of framing, 36 of the id
  }
  return out;
}

class FollowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(s_.written);
    ASSERT_GT(s_.groups.size(), 8u);
    first_ = s_.groups[s_.groups.size() / 3].scn_hi;
    second_ = s_.groups[s_.groups.size() * 2 / 3].scn_hi;
    last_ = s_.groups.back().scn_hi;
  }
  std::string restored(const std::string& name, Scn until) {
    const std::string target = s_.scratch / name;
    auto report = restore_staged(*s_.base, s_.groups, until, target);
    EXPECT_TRUE(report) << report.error().message();
    return target;
  }
  /// As the engine reads: what the place names as taken is left out.
  Status step(const std::string& target, Scn committed, Scn until, bool stage = true) {
    RocksDbTarget sink(target);
    SEABED_TRY(const auto place, sink.follow(committed));
    for (const LogGroup& group : s_.groups) {
      if (group.scn_hi <= place.scn) continue;
      SEABED_TRY(const bool taken, sink.apply(group, until));
      if (!taken) break;
    }
    if (stage) SEABED_CHECK(sink.stage(until));
    return ok();
  }
  StagedBase s_;
  Scn first_ = 0, second_ = 0, last_ = 0;
};

TEST_F(FollowTest, steps_give_what_one_restore_gives) {
  const std::string a = restored("a", first_);
  Scn at = first_;
  for (const LogGroup& group : s_.groups) {
    if (group.scn_hi <= first_) continue;
    const Status s = step(a, at, group.scn_hi);
    ASSERT_TRUE(s) << s.error().message();
    at = group.scn_hi;
    ASSERT_TRUE(settle_staged(a, at));
    if (at == second_) EXPECT_EQ(files_of(a), files_of(restored("b", second_)));
  }
  EXPECT_EQ(files_of(a), files_of(restored("c", last_)));
  ASSERT_TRUE(activate_staged(a));
  uint64_t counter = 0;
  EXPECT_EQ(compare_with_model(a, s_.options, &counter), "");
  EXPECT_EQ(counter, 800u);
  for (const auto& entry : fs::directory_iterator(a)) {
    const std::string name = entry.path().filename();
    EXPECT_TRUE(!name.starts_with("seabed.") || name == "seabed.state") << name;
  }
}

TEST_F(FollowTest, a_step_that_was_not_staged_leaves_nothing) {
  const std::string a = restored("a", first_);
  const Files before = files_of(a);
  ASSERT_TRUE(step(a, first_, second_, false));
  EXPECT_NE(files_of(a), before) << "the log lies there";
  ASSERT_TRUE(settle_staged(a, first_));
  EXPECT_EQ(files_of(a), before);
}

TEST_F(FollowTest, a_staged_step_counts_when_the_tenant_says_so) {
  const std::string a = restored("a", first_), b = restored("b", first_);
  const Files before = files_of(a);
  ASSERT_TRUE(step(a, first_, second_));
  ASSERT_TRUE(step(b, first_, second_));
  ASSERT_TRUE(settle_staged(a, first_));  // died before the tenant named the cut
  EXPECT_EQ(files_of(a), before);
  ASSERT_TRUE(settle_staged(b, second_));  // and behind it
  EXPECT_EQ(files_of(b), files_of(restored("c", second_)));
  ASSERT_TRUE(settle_staged(b, second_));
  EXPECT_FALSE(settle_staged(b, first_)) << "a standby never goes back";
  ASSERT_TRUE(step(a, first_, last_));
  ASSERT_TRUE(settle_staged(a, last_));
  EXPECT_EQ(files_of(a), files_of(restored("d", last_)));
}

TEST_F(FollowTest, log_is_missing_or_lost) {
  const std::string a = restored("a", first_);
  auto groups = s_.groups;
  std::erase_if(s_.groups,
                [&](const LogGroup& g) { return g.type == GroupType::kLog && g.scn_hi == second_; });
  const Status gap = step(a, first_, last_);
  ASSERT_FALSE(gap);
  EXPECT_EQ(gap.error().code, Code::kGap) << gap.error().message();
  s_.groups = groups;
  ASSERT_TRUE(step(a, first_, last_)) << "the same step, whole";
  ASSERT_TRUE(settle_staged(a, last_));
  for (const auto& entry : fs::directory_iterator(a + ".seabed-standby"))
    if (entry.path().extension() == ".log" && fs::file_size(entry.path()) > 0)
      fs::resize_file(entry.path(), fs::file_size(entry.path()) - 1);
  EXPECT_FALSE(settle_staged(a, last_)) << "log that is shorter than what was restored";
  for (const auto& entry : fs::directory_iterator(a + ".seabed-standby"))
    if (entry.path().extension() == ".log") fs::remove(entry.path());
  EXPECT_FALSE(settle_staged(a, last_)) << "log that is gone";
}

/// The source's application got a newer library after the base: this host's does not read what it writes.
TEST_F(FollowTest, a_newer_version_behind_the_base_is_refused) {
  const std::string text = "[Version]\n  rocksdb_version=99.1.0\n  options_file_version=1.1\n[DBOptions]\n";
  rocksdb::OptionsRun run;
  run.set_file_name("OPTIONS-999999"), run.set_file_number(999999);
  run.add_pieces()->set_text(text);
  run.set_xxh3_128(std::string(view(hash128(text))));
  const auto at = std::find_if(s_.groups.begin(), s_.groups.end(), [&](const LogGroup& g) { return g.scn_hi > second_; });
  LogGroup upgrade;
  upgrade.type = GroupType::kOptions, upgrade.stamp = StampSource::kObserved;
  upgrade.scn_lo = upgrade.scn_hi = second_, upgrade.incarnation = at->incarnation;
  upgrade.begin = upgrade.end = std::prev(at)->end;
  upgrade.payload = run.SerializeAsString();
  s_.groups.insert(at, upgrade);
  const std::string a = restored("a", first_);
  const auto go_on = [&](bool any) -> Status {
    RocksDbTarget sink(a, "7.8.3");
    if (any) sink.take_any_version();
    SEABED_TRY(const auto place, sink.follow(first_));
    for (const LogGroup& group : s_.groups)
      if (group.scn_hi > place.scn) SEABED_CHECK(sink.apply(group, last_));
    return ok();
  };
  const Status refused = go_on(false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnsupported) << refused.error().message();
  EXPECT_NE(refused.error().message().find("99.1.0"), std::string::npos) << refused.error().message();
  EXPECT_NE(refused.error().message().find("7.8.3"), std::string::npos) << refused.error().message();
  const Status placed = go_on(true);
  EXPECT_TRUE(placed) << placed.error().message();
}

TEST_F(FollowTest, discarded_without_a_trace) {
  const std::string a = restored("a", first_), parent = fs::path(a).parent_path();
  ASSERT_TRUE(discard_staged(a));
  EXPECT_FALSE(fs::exists(a + ".seabed-standby"));
  EXPECT_TRUE(discard_staged(a));
  const std::string b = restored("b", first_);
  std::ofstream(b + ".seabed-standby/precious") << "x";
  EXPECT_EQ(discard_staged(b).error().code, Code::kConflict);
  EXPECT_TRUE(fs::exists(b + ".seabed-standby/precious"));
}

TEST(HostLibrary, newer_is_refused_with_both_named) {
  using rocksdb_source::refuse_newer;
  EXPECT_TRUE(refuse_newer("6.29.5", "7.8.3"));
  EXPECT_TRUE(refuse_newer("7.8.3", "7.8.3"));
  EXPECT_TRUE(refuse_newer("", "7.8.3"));
  const Status refused = refuse_newer("10.1.0", "7.8.3");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("10.1.0"), std::string::npos);
  EXPECT_NE(refused.error().message().find("7.8.3"), std::string::npos);
}

}  // namespace
}  // namespace seabed::test
