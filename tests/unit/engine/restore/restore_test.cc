#include <gtest/gtest.h>

#include "core/engine/restore/restore_state.h"
#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::testing_restore {
namespace {

/// Two sets and two and a half pieces: min_restore at 50 and 150, checkpoint at 250.
void fill(Rig& rig) {
  rig.write_set(1, true, 40, 50);
  rig.files[1001].push_back({"000020.sst", "major", noise(30, 100'000)});
  rig.files[1001][1].kind = "major";  // a file that moved down a level is reused from another directory
  rig.write_set(2, false, 140, 150);
  rig.write_archive(250);
}

void expect_restored(Rig& rig, const RestoreRequest& r, uint64_t set, uint64_t second) {
  for (uint64_t ls : {1001, 1002})
    EXPECT_EQ(rig.staged(r.directory, ls), rig.expected(set, ls, second)) << ls;
}

TEST(Restore, LatestFromTheNewestSet) {
  Rig rig;
  fill(rig);
  auto r = rig.request();
  auto done = rig.restore(r);
  ASSERT_TRUE(done) << done.error().message();
  expect_restored(rig, r, 2, 250);
  EXPECT_EQ(done->plan.target, at(250));
  EXPECT_EQ(done->plan.sets, (std::vector<std::string>{"backup_set_1_full", "backup_set_2_inc"}));
  EXPECT_EQ(done->plan.pieces, (std::vector<std::string>{"piece_d1002r1p2", "piece_d1002r1p3"}));
  EXPECT_TRUE(done->warnings.empty()) << done->warnings.front();
  ASSERT_EQ(done->streams.size(), 2u);
  EXPECT_EQ(done->streams[0].scn_lo, at(249));
  EXPECT_EQ(done->streams[0].scn_hi, at(250));
  EXPECT_EQ(done->streams[0].stamp, "observed");
  EXPECT_EQ(done->bound_ns, 1'000'000'000u);
  EXPECT_EQ(rig.auxiliary.count("shop/base.frm"), 1u);
  EXPECT_EQ(rig.auxiliary.at("shop/base.frm"), "of set 2");
  EXPECT_EQ(rig.auxiliary.count("shop/t150.frm"), 1u);
  EXPECT_EQ(rig.auxiliary.count("shop/t250.frm"), 1u);
  EXPECT_EQ(rig.auxiliary.count("shop/t140.frm"), 0u);  // in the fold's past
  using Map = std::map<std::string, std::string>;
  EXPECT_EQ(done->parameters, (Map{{"archive_lag_target", "1s"}}));
  EXPECT_EQ(done->variables, (Map{{"server_version", "10.11"}}));
  auto kept = restore::read_state(r.directory);
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((*kept)->parameters, done->parameters) << "for the new tenant, after a restart too";
}

TEST(Restore, UntilAMomentInTheMiddle) {
  Rig rig;
  fill(rig);
  auto r = rig.request(rig.scn(at(60) + 5));
  auto done = rig.restore(r);
  ASSERT_TRUE(done) << done.error().message();
  expect_restored(rig, r, 1, 60);
  EXPECT_EQ(done->plan.sets, (std::vector<std::string>{"backup_set_1_full"}));
  EXPECT_EQ(done->streams[0].next_scn_lo, at(60));
  EXPECT_EQ(rig.auxiliary.count("shop/t60.frm"), 1u);
  EXPECT_EQ(rig.auxiliary.count("shop/t70.frm"), 0u);
  RestoreTargetPoint time{RestoreTargetPoint::Kind::kTime, 0, "2023-11-14 22:14:30.000000"};  // at(70), UTC
  r = rig.request(time);
  done = rig.restore(r);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->plan.target, at(70));
  expect_restored(rig, r, 1, 70);
}

TEST(Restore, ImpossibleTargetsNameTheNearestPossibleOnes) {
  Rig rig;
  fill(rig);
  auto before = rig.restore(rig.request(rig.scn(at(49))));
  ASSERT_FALSE(before);
  EXPECT_EQ(before.error().code, Code::kConflict);
  EXPECT_NE(before.error().message().find("from 2023-11-14 22:14:10.000000"), std::string::npos)
      << before.error().message();
  auto behind = rig.restore(rig.request(rig.scn(at(251))));
  ASSERT_FALSE(behind);
  EXPECT_NE(behind.error().message().find("up to 2023-11-14 22:17:30.000000"), std::string::npos)
      << behind.error().message();
  EXPECT_FALSE(fs::exists(rig.base + "/restored1"));
}

TEST(Restore, HolesSplitTheWindow) {
  Rig rig;
  rig.put_hole(1002, 120);
  rig.write_set(1, true, 40, 50);
  rig.write_set(2, false, 140, 150, 130);
  rig.write_archive(250);
  auto window = compute_window(rig.context, rig.source());
  ASSERT_TRUE(window) << window.error().message();
  ASSERT_EQ(window->ranges.size(), 2u);
  EXPECT_EQ(window->ranges[0].from, at(50));
  EXPECT_EQ(window->ranges[0].to, at(119) - 1);
  EXPECT_EQ(window->ranges[1].from, at(150));
  EXPECT_EQ(window->ranges[1].to, at(250));
  ASSERT_EQ(window->holes.size(), 1u);
  EXPECT_EQ(window->holes[0].from, at(119));
  EXPECT_EQ(window->holes[0].to, at(150));
  auto inside = rig.restore(rig.request(rig.scn(at(130))));
  ASSERT_FALSE(inside);
  EXPECT_NE(inside.error().message().find("the rig says so"), std::string::npos) << inside.error().message();
  EXPECT_TRUE(rig.restore(rig.request(rig.scn(at(118)))));
  EXPECT_TRUE(rig.restore(rig.request(rig.scn(at(150)))));
}

TEST(Restore, AHoleWithoutItsRecordIsStillRefused) {
  Rig rig;
  rig.put_hole(1002, 120);
  rig.write_set(1, true, 40, 50);
  rig.write_archive(180);
  for (const std::string& key : rig.objects(rig.archive_dir))
    if (key.find("/holes/") != key.npos) fs::remove(rig.archive_dir + "/" + key);
  for (const std::string& key : rig.objects(rig.archive_dir))
    if (key.find("single_piece_info") != key.npos) fs::remove(rig.archive_dir + "/" + key);
  EXPECT_FALSE(rig.restore(rig.request(rig.scn(at(130)))));
}

TEST(Restore, AGapInTheLogIsNeverRestoredOver) {
  Rig rig;
  rig.lose_group(1001, 160);
  fill(rig);
  auto r = rig.request();
  auto done = rig.restore(r);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kGap) << done.error().message();
  EXPECT_NE(done.error().object.find("logstream_1001/log/"), std::string::npos) << done.error().object;
  EXPECT_FALSE(activate_tenant(rig.context, r.directory));
  EXPECT_TRUE(rig.restore(rig.request(rig.scn(at(159)))));
}

TEST(Restore, AnInterruptedRestoreKeepsWhatIsWhole) {
  Rig rig;
  fill(rig);
  auto r = rig.request();
  rig.context.at_state = [](const std::string& state) {
    if (state == "restore/RESTORE_WAIT_LS") throw std::runtime_error("the power went off");
  };
  EXPECT_THROW((void)rig.restore(r), std::runtime_error);
  rig.context.at_state = [](const std::string&) {};
  ASSERT_EQ(rig.adapter.created.count("000010.sst"), 2u);
  // One file was half written when it happened.
  const std::string torn = staged_path(r.directory + "/db1001") + "/000011.sst";
  fs::resize_file(torn, 100);
  const std::string odd = staged_path(r.directory + "/db1001") + "/000020.sst";
  std::ofstream(odd, std::ios::in | std::ios::out).seekp(5000).write("x", 1);
  rig.adapter.created.clear();
  auto done = rig.restore(r);
  ASSERT_TRUE(done) << done.error().message();
  expect_restored(rig, r, 2, 250);
  EXPECT_EQ(rig.adapter.created.count("000010.sst"), 0u);
  EXPECT_EQ(rig.adapter.created.count("000011.sst"), 1u);
  EXPECT_EQ(rig.adapter.created.count("000020.sst"), 1u);
}

/// Its database is not in the set: no restore from there brings it, and nobody is to find that out after activation.
TEST(Restore, AStreamThatCameAfterTheBaseIsToldAndHoldsActivationUp) {
  Rig rig;
  rig.not_in_sets = {1002};
  for (uint64_t n = 1; n < 80; ++n) rig.lose_group(1002, n);  // it came in second 79, in the piece of the base
  rig.write_set(1, true, 40, 50);
  rig.write_archive(120);
  auto before = rig.restore(rig.request(rig.scn(at(70))));
  ASSERT_TRUE(before) << before.error().message();
  EXPECT_TRUE(before->warnings.empty()) << before->warnings.front();
  auto r = rig.request();
  auto behind = rig.restore(r);
  ASSERT_TRUE(behind) << behind.error().message();
  ASSERT_EQ(behind->warnings.size(), 1u);
  EXPECT_NE(behind->warnings[0].find("log stream 1002 came to the source after the base"), std::string::npos)
      << behind->warnings[0];
  const auto state = restore::read_state(r.directory);
  ASSERT_TRUE(state && *state);
  EXPECT_EQ((*state)->newer_streams, std::vector<uint64_t>{1002});
  const Status refused = activate_tenant(rig.context, r.directory);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kConflict);
  EXPECT_NE(refused.error().message().find("1002"), std::string::npos) << refused.error().message();
  // In the sets since: nothing is missing, whatever came before.
  rig.not_in_sets.clear();
  rig.write_set(2, true, 110, 115);
  auto newer = rig.restore(rig.request());
  ASSERT_TRUE(newer) << newer.error().message();
  EXPECT_TRUE(newer->warnings.empty()) << newer->warnings.front();
}

TEST(Restore, TheDirectoryIsUsedOnce) {
  Rig rig;
  fill(rig);
  auto r = rig.request();
  ASSERT_TRUE(rig.restore(r));
  auto again = rig.restore(r);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kConflict);
  auto other = rig.request();
  fs::create_directories(other.directory);
  std::ofstream(other.directory + "/mine") << "x";
  auto foreign = rig.restore(other);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, Code::kConflict);
  EXPECT_TRUE(fs::exists(other.directory + "/mine"));
  auto relative = rig.request();
  relative.directory = "restored";
  EXPECT_EQ(rig.restore(relative).error().code, Code::kInvalidArgument);
}

TEST(Restore, APreviewWritesNothing) {
  Rig rig;
  fill(rig);
  auto r = rig.request();
  r.preview = true;
  auto plan = rig.restore(r);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->plan.target, at(250));
  EXPECT_GT(plan->plan.data_bytes, 5'000'000u);
  EXPECT_FALSE(fs::exists(r.directory));
}

TEST(RestoreState, RoundTripAndForeignText) {
  restore::RestoreState s;
  s.state = restore::State::kWaitLs;
  s.tenant = "shop";
  s.target = at(3);
  s.sets = {"backup_set_1_full"};
  s.streams.emplace_back();
  s.streams[0].name = "#rocksdb";
  s.streams[0].outcome.scn_hi = at(2);
  auto back = restore::decode_state(restore::encode_state(s), "f");
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(restore::encode_state(*back), restore::encode_state(s));
  for (const char* text : {"", "{", "[]", "{\"status\": \"DONE\"}", "null"})
    EXPECT_FALSE(restore::decode_state(text, "f")) << text;
}

}  // namespace
}  // namespace seabed::testing_restore
