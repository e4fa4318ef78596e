#include "tests/unit/engine/clean_fixture.h"

#include "core/media/tombstone.h"

namespace seabed::testing_clean {

CleanRig& CleanTest::shared() {
  static std::unique_ptr<CleanRig> rig;
  if (rig) return *rig;
  rig = std::make_unique<CleanRig>();
  rig->advance(120);
  rig->backup(true, 20);  // 1: 120-140
  rig->advance(310);
  rig->backup(false, 15);  // 2: 310-325
  rig->advance(520);
  rig->backup(true, 20);  // 3: 520-540
  rig->advance(760);
  rig->backup(false, 10);  // 4: 760-770
  rig->advance(1000);
  rig->set_policy("250s");
  fs::create_directory(rig->media.base + "/first");
  for (const auto& entry : fs::directory_iterator(rig->media.base))
    if (entry.path().filename() != "first")
      fs::copy(entry.path(), fs::path(rig->media.base) / "first" / entry.path().filename(),
               fs::copy_options::recursive);
  return *rig;
}

void CleanTest::SetUp() {
  for (const auto& entry : fs::directory_iterator(media.base))
    if (entry.path().filename() != "first") fs::remove_all(entry.path());
  fs::copy(media.base + "/first", media.base, fs::copy_options::recursive);
  clock.now = at(1000), boot_seconds = 0, tools.upload_age = std::chrono::hours(24);
}

void CleanTest::expect_clean() {
  EXPECT_EQ(directories(media.data_dir), (Names{"backup_set_3_full", "backup_set_4_inc"}));
  EXPECT_EQ(directories(media.archive_dir).count("piece_d1002r1p5"), 0u);
  EXPECT_EQ(directories(media.archive_dir).size(), 5u) << "pieces 6 to 10";
  for (const std::string& key : media.objects(media.data_dir))
    EXPECT_FALSE(key.starts_with("backup_sets/backup_set_1") || key.starts_with("backup_sets/backup_set_2"))
        << key;
  for (const std::string& key : media.objects(media.archive_dir))
    EXPECT_FALSE(key.starts_with("pieces/piece_d1002r1p1_")) << key;
  const auto gone = deleted_names(*store(media.data_dir), {});
  EXPECT_EQ(gone->sets, (Ids{1, 2}));
  EXPECT_EQ(deleted_names(*store(media.archive_dir), {})->pieces.size(), 5u);
}

void CleanTest::expect_restores(uint64_t second, uint64_t set) {
  auto request = media.request(media.scn(at(second)));
  const auto done = media.restore(request);
  ASSERT_TRUE(done) << second << ": " << done.error().message();
  for (uint64_t ls : {1001, 1002})
    EXPECT_EQ(media.staged(request.directory, ls), media.expected(set, ls, second)) << second;
  EXPECT_TRUE(done->warnings.empty()) << done->warnings.front();
}

std::unique_ptr<ReaderLease> CleanTest::lease(const std::string& dir, std::vector<std::string> directories) {
  ReaderLeaseFacts facts;
  facts.cluster_id = 2, facts.cluster_name = "beta", facts.tenant_name = "copy",
  facts.purpose = "quick tenant";
  facts.directories = std::move(directories);
  auto taken = ReaderLease::take(store(dir), facts, {}, clock, {});
  EXPECT_TRUE(taken) << taken.error().message();
  return std::move(*taken);
}

}  // namespace seabed::testing_clean
