// A backup whose index names files that would lie elsewhere: refused before a byte is written, by every way of a restore.

#include <gtest/gtest.h>

#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::testing_restore {
namespace {

/// Everything below the rig's scratch directory but what the restore itself was given.
std::set<std::string> around(const Rig& rig, const std::string& restored) {
  std::set<std::string> out;
  for (const auto& e : fs::recursive_directory_iterator(rig.base))
    if (!e.path().string().starts_with(restored)) out.insert(e.path());
  return out;
}

TEST(Restore, HostileFileNamesAreRefusedAndNothingIsWrittenElsewhere) {
  for (const std::string& name : {std::string("../evil.sst"), std::string("../../evil.sst"), std::string("/var/tmp/evil.sst"),
                                  std::string("a/evil.sst"), std::string(".."), std::string("evil\n.sst"),
                                  std::string("seabed_tenant.json"), std::string("evil.seabed-standby")}) {
    Rig rig;
    rig.files[1001].push_back({name, "major", noise(3, 5000)});
    rig.write_set(1, true, 40, 50);
    rig.write_archive(150);
    for (const bool quick : {false, true}) {
      auto r = rig.request();
      r.quick = quick;
      const auto before = around(rig, r.directory);
      const auto done = rig.restore(r);
      ASSERT_FALSE(done) << name;
      EXPECT_EQ(done.error().code, Code::kCorruption) << name << ": " << done.error().message();
      EXPECT_EQ(around(rig, r.directory), before) << name;
      EXPECT_FALSE(fs::exists("/var/tmp/evil.sst"));
    }
  }
}

}  // namespace
}  // namespace seabed::testing_restore
