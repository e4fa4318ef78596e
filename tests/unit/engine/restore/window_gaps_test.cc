// Where the archive broke and why: from the media alone.

#include <gtest/gtest.h>

#include "core/storage/destination.h"
#include "restore_rig.h"

namespace seabed::testing_restore {
namespace {

struct WindowGaps : ::testing::Test {
  Rig rig;
  Window window() {
    auto found = compute_window(rig.context, rig.source());
    EXPECT_TRUE(found) << found.error().message();
    return found ? *found : Window{};
  }
  /// As the archiver leaves it when the log is missing behind `second`.
  void break_at(uint64_t second, const std::string& reason) {
    auto store = *rig.storage->open(*parse_uri("file://" + rig.archive_dir));
    const auto& piece = rig.pieces().back();
    meta::HoleRecord gap;
    gap.set_ls_id(1001), gap.set_scn_lo(at(second)), gap.set_reason(reason), gap.set_gap(true);
    uint64_t dest = 0;
    for (const std::string& key : rig.objects(rig.archive_dir))
      if (const auto found = paths::parse_piece_placeholder(key)) dest = found->piece.dest;
    ASSERT_TRUE(write_gap(*store, {dest, piece.round, piece.id}, gap, {}));
  }
  void two_rounds(const std::string& reason) {
    rig.write_set(1, true, 40, 50);
    rig.write_archive(180);
    if (!reason.empty()) break_at(180, reason);
    rig.end_round();
    rig.begin_round(300);
    rig.write_archive(330);
    rig.write_set(2, true, 310, 320);
    rig.write_archive(400);
  }
};

TEST_F(WindowGaps, AGapIsToldWithItsReasonAndItsRange) {
  two_rounds("log stream 1001: file 000042.log is missing");
  const Window seen = window();
  ASSERT_EQ(seen.ranges.size(), 2u);
  EXPECT_TRUE(seen.holes.empty()) << "a gap is no hole";
  ASSERT_EQ(seen.gaps.size(), 1u);
  EXPECT_EQ(seen.gaps[0].from, at(180));
  EXPECT_EQ(seen.gaps[0].to, seen.ranges[1].from);
  EXPECT_EQ(seen.gaps[0].ls_id, 1001u);
  EXPECT_EQ(seen.gaps[0].reason, "log stream 1001: file 000042.log is missing");
  const auto refused = rig.restore(rig.request(rig.scn(at(250))));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("000042.log is missing"), std::string::npos) << refused.error().message();
}

TEST_F(WindowGaps, AGapBehindTheLastRangeIsOpen) {
  rig.write_set(1, true, 40, 50);
  rig.write_archive(180);
  break_at(180, "the medium lost it");
  const Window seen = window();
  ASSERT_EQ(seen.gaps.size(), 1u);
  EXPECT_EQ(seen.gaps[0].from, at(180));
  EXPECT_EQ(seen.gaps[0].to, kScnMax);
}

/// DEFER and ENABLE: the log was there after all, and the round went on.
TEST_F(WindowGaps, ABreakThatTheRoundGotOverIsNone) {
  rig.write_set(1, true, 40, 50);
  rig.write_archive(180);
  break_at(180, "for a while");
  rig.write_archive(190);
  EXPECT_TRUE(window().gaps.empty());
  EXPECT_TRUE(rig.restore(rig.request(rig.scn(at(185)))));
}

TEST_F(WindowGaps, ARoundThatWasEndedIsToldAsThat) {
  two_rounds("");
  const Window seen = window();
  ASSERT_EQ(seen.gaps.size(), 1u);
  EXPECT_EQ(seen.gaps[0].from, at(180));
  EXPECT_NE(seen.gaps[0].reason.find("was ended"), std::string::npos) << seen.gaps[0].reason;
}

TEST_F(WindowGaps, APieceThatCannotBeReadIsTheReason) {
  rig.write_set(1, true, 40, 50);
  rig.write_archive(350);
  for (const std::string& key : rig.objects(rig.archive_dir))
    if (key.find("p2/single_piece_info") != key.npos) fs::remove(rig.archive_dir + "/" + key);
  const Window seen = window();
  ASSERT_EQ(seen.gaps.size(), 1u);
  EXPECT_EQ(seen.gaps[0].from, at(100));
  EXPECT_NE(seen.gaps[0].reason.find("p2/single_piece_info"), std::string::npos) << seen.gaps[0].reason;
}

TEST_F(WindowGaps, NothingIsMissingWhereNothingIs) {
  rig.write_set(1, true, 40, 50);
  rig.write_archive(350);
  EXPECT_TRUE(window().gaps.empty());
}

}  // namespace
}  // namespace seabed::testing_restore
