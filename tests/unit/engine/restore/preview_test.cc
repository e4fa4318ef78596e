// What SHOW RESTORE PREVIEW lists: every set and piece with its place, its range and its bytes.
#include <gtest/gtest.h>

#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::testing_restore {
namespace {

TEST(Preview, EachPartHasItsDestinationRangeAndBytes) {
  Rig rig;
  rig.write_set(1, true, 40, 50);
  rig.write_set(2, false, 140, 150, 130);
  rig.write_archive(250);
  auto request = rig.request(rig.scn(at(240)));
  request.preview = true;
  const auto done = rig.restore(request);
  ASSERT_TRUE(done) << done.error().message();
  const RestorePlan& plan = done->plan;
  ASSERT_EQ(plan.parts.size(), plan.sets.size() + plan.pieces.size());
  ASSERT_EQ(plan.sets.size(), 2u);
  EXPECT_TRUE(plan.parts[0].set && plan.parts[1].set);
  EXPECT_EQ(plan.parts[0].id, 1u);
  EXPECT_EQ(plan.parts[1].id, 2u);
  EXPECT_EQ(plan.parts[0].destination, "file://" + rig.data_dir);
  EXPECT_EQ(plan.parts[0].description.find("full set, restorable from "), 0u) << plan.parts[0].description;
  EXPECT_EQ(plan.parts[1].description.find("incremental set, restorable from "), 0u) << plan.parts[1].description;
  uint64_t log = 0;
  for (size_t i = 2; i < plan.parts.size(); ++i) {
    const RestorePart& part = plan.parts[i];
    EXPECT_FALSE(part.set);
    EXPECT_EQ(part.name, plan.pieces[i - 2]);
    EXPECT_EQ(part.destination, "file://" + rig.archive_dir);
    EXPECT_NE(part.description.find(", checkpoint "), std::string::npos) << part.description;
    log += part.bytes;
  }
  EXPECT_EQ(log, plan.log_bytes);
}

}  // namespace
}  // namespace seabed::testing_restore
