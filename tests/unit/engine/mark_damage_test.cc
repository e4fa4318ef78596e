// What a verify finds, in the catalog: cleanup no longer counts on it.
#include "core/engine/mark_damage.h"

#include "tests/unit/engine/clean_fixture.h"

namespace seabed::testing_clean {
namespace {

class MarkDamage : public CleanTest {
 protected:
  using Verified = std::vector<VerifiedDestination>;
  Verified verify(bool quick = false) {
    Verified out;
    const auto report = verify_media_by_part(media.context, media.source(), quick, {}, media.cancel, &out);
    EXPECT_TRUE(report) << report.error().message();
    return out;
  }
  static std::vector<std::string> mark(Session& session, const Verified& verified) {
    const auto changes = mark_damage(session.context, kTenant, verified);
    EXPECT_TRUE(changes) << changes.error().message();
    return changes ? *changes : std::vector<std::string>{};
  }
  /// The largest object below the directory.
  static std::string victim(const std::string& directory) {
    std::string out;
    uintmax_t largest = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory))
      if (entry.is_regular_file() && entry.file_size() > largest) largest = entry.file_size(), out = entry.path();
    return out;
  }
};

TEST_F(MarkDamage, ADamagedFullIsNoCleanPointUntilItIsWholeAgain) {
  clock.now = at(1001);
  const std::string lost = victim(media.data_dir + "/backup_set_3_full"), away = media.base + "/away";
  fs::rename(lost, away);
  Session session(rig);
  const auto broken = mark(session, verify());
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_TRUE(broken[0].starts_with("backup set 3: BROKEN: ")) << broken[0];
  EXPECT_NE(broken[0].find(fs::path(lost).filename()), std::string::npos) << broken[0] << " names the object";
  EXPECT_EQ(session.sets_in("BROKEN"), (Ids{3}));
  EXPECT_EQ(session.explain().clean_point, 1u) << "the older one is what there is";
  ASSERT_TRUE(session.clean());
  EXPECT_EQ(session.sets_in("AVAILABLE"), (Ids{1, 2, 4})) << "nothing good goes for its sake";
  EXPECT_TRUE(mark(session, verify()).empty()) << "known already";

  fs::rename(away, lost);
  EXPECT_TRUE(mark(session, verify(true)).empty()) << "a quick look proves no bytes";
  const auto whole = mark(session, verify());
  ASSERT_EQ(whole.size(), 1u);
  EXPECT_EQ(whole[0], "backup set 3: AVAILABLE");
  EXPECT_EQ(session.explain().clean_point, 3u);
}

TEST_F(MarkDamage, ALostPieceBreaksWhatNeedsIt) {
  clock.now = at(1001);
  fs::remove(victim(media.archive_dir + "/piece_d1002r1p6"));
  Session session(rig);
  mark(session, verify());
  EXPECT_EQ(session.pieces_in("BROKEN"), (Ids{6}));
  EXPECT_EQ(session.explain().clean_point, 1u) << "set 3 replays from piece 6";
}

TEST_F(MarkDamage, WhatIsNotThereIsMissedAndWhatIsYoungerIsNot) {
  clock.now = at(1001);
  fs::remove_all(media.data_dir + "/backup_set_2_inc");
  for (const auto& entry : fs::directory_iterator(media.data_dir + "/backup_sets"))
    if (entry.path().filename().string().starts_with("backup_set_2_")) fs::remove(entry.path());
  Session session(rig);
  auto verified = verify();
  verified[0].sets_there.erase(4);  // as if it had ended behind the listing
  verified[0].begun_us = at(769) / 1000;
  mark(session, verified);
  EXPECT_EQ(session.sets_in("BROKEN"), (Ids{2}));
  EXPECT_EQ(session.sets_in("AVAILABLE"), (Ids{1, 3, 4}));
}

TEST_F(MarkDamage, ACopySaysNothingOfTheOriginal) {
  Session session(rig);
  auto verified = verify();
  verified[0].identity += "-copy";
  verified[0].damaged_sets[3] = "gone";
  EXPECT_EQ(mark_damage(session.context, kTenant, verified).error().code, Code::kConflict);
  EXPECT_TRUE(session.sets_in("BROKEN").empty());
}

TEST_F(MarkDamage, WhatARebuildFoundBrokenStaysSo) {
  clock.now = at(1001);
  Session session(rig);
  session.change_set(3, [](auto& row) { row.file_status = "BROKEN", row.start_replay_scn = 0; });
  EXPECT_TRUE(mark(session, verify()).empty()) << "its facts are not known";
  EXPECT_EQ(session.sets_in("BROKEN"), (Ids{3}));
}

}  // namespace
}  // namespace seabed::testing_clean
