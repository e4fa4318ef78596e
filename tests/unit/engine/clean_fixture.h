#pragma once
// A tenant with a life behind it, for tests of single cleanups.

#include <gtest/gtest.h>

#include "core/media/reader_lease.h"
#include "tests/unit/engine/clean_rig.h"

namespace seabed::testing_clean {

namespace fs = std::filesystem;
using Names = std::set<std::string>;
using Ids = std::set<uint64_t>;

/// Full, incremental, full, incremental; pieces of 100 seconds. With a window of 250 s at second 1000 the
/// window begins at 750: set 3 is the clean point.
class CleanTest : public ::testing::Test {
 protected:
  using Session = CleanRig::Session;
  static constexpr uint64_t kTenant = CleanRig::kTenant, kData = CleanRig::kData,
                            kArchive = CleanRig::kArchive;

  /// Written once: each test begins with a copy of these media and this catalog.
  static CleanRig& shared();
  void SetUp() override;
  void set_policy(const std::string& window) { rig.set_policy(window); }
  std::set<std::string> directories(const std::string& root) const { return rig.directories(root); }
  std::shared_ptr<ObjectStore> store(const std::string& dir) { return rig.store(dir); }
  /// Sets 1 and 2 and pieces 1 to 5 are gone, and what tells of them.
  void expect_clean();
  /// And equals the oracle.
  void expect_restores(uint64_t second, uint64_t set);
  std::unique_ptr<ReaderLease> lease(const std::string& dir, std::vector<std::string> directories);

  CleanRig& rig = shared();
  testing_restore::Rig& media = rig.media;
  HandClock& clock = rig.clock;
  clean::CleanTools& tools = rig.tools;
  uint64_t& boot_seconds = rig.boot_seconds;
};

}  // namespace seabed::testing_clean
