// A file that another user put into a database's directory is not read.

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/source/rocksdb/log_directory.h"
#include "core/source/rocksdb/manifest_reader.h"
#include "scratch.h"

namespace seabed::rocksdb_source {
namespace {

constexpr uid_t kDatabase = 4711, kStranger = 4712;

class FileOwner : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
    add("CURRENT", "MANIFEST-000005\n", kDatabase);
  }
  std::string path(const std::string& name) const { return scratch_.path() + "/" + name; }
  void add(const std::string& name, const std::string& content, uid_t owner) {
    ASSERT_TRUE(write_file_atomic(path(name), content));
    ASSERT_EQ(::chown(path(name).c_str(), owner, owner), 0);
  }
  Result<Fd> open_wal(uint64_t number) {
    LogDirectory logs(scratch_.path(), "", scratch_.path());
    SEABED_CHECK(logs.refresh(true));
    return logs.open_wal(number);
  }
  test::Scratch scratch_;
};

TEST_F(FileOwner, AStrangersLogFileIsRefusedByName) {
  add("000007.log", "x", kDatabase);
  add("000008.log", "x", kStranger);
  add("000009.log", "x", ::geteuid());
  EXPECT_TRUE(open_wal(7));
  EXPECT_TRUE(open_wal(9)) << "our own copy";
  const auto strange = open_wal(8);
  ASSERT_FALSE(strange);
  EXPECT_EQ(strange.error().code, Code::kPermissionDenied);
  EXPECT_EQ(strange.error().object, "000008.log");
}

TEST_F(FileOwner, AStrangersManifestIsRefused) {
  const auto open = [&]() -> Status {
    SEABED_TRY(const Fd directory, open_directory(scratch_.path()));
    SEABED_CHECK(ManifestReader::open(directory.get(), 5, scratch_.path()));
    return ok();
  };
  add("MANIFEST-000005", "", kDatabase);
  EXPECT_TRUE(open());
  add("MANIFEST-000005", "", kStranger);
  const Status strange = open();
  ASSERT_FALSE(strange);
  EXPECT_EQ(strange.error().code, Code::kPermissionDenied);
}

}  // namespace
}  // namespace seabed::rocksdb_source
