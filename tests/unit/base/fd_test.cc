#include "core/base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace seabed {
namespace {

class FdTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/seabed-fd-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string dir_;
};

TEST_F(FdTest, OpenBeneathFollowsNoLinkAndLeavesNoRoot) {
  ASSERT_TRUE(write_file_atomic(dir_ + "/file", "x"));
  ASSERT_EQ(symlink("/etc/passwd", (dir_ + "/link").c_str()), 0);
  ASSERT_EQ(mkfifo((dir_ + "/fifo").c_str(), 0600), 0);
  const auto root = open_directory(dir_);
  ASSERT_TRUE(root);
  EXPECT_TRUE(open_beneath(root->get(), "file", O_RDONLY));
  for (const char* name : {"link", "../etc/passwd", "/etc/passwd", "fifo", "missing"})
    EXPECT_FALSE(open_beneath(root->get(), name, O_RDONLY)) << name;
}

TEST_F(FdTest, ReadFileRefusesWhatIsTooLong) {
  ASSERT_TRUE(write_file_atomic(dir_ + "/file", "12345"));
  EXPECT_EQ(*read_file(dir_ + "/file"), "12345");
  EXPECT_FALSE(read_file(dir_ + "/file", 4));
  EXPECT_FALSE(read_file("/proc/sys/kernel/ostype", 64)->empty()) << "a size of 0 need not be the truth";
  EXPECT_EQ(read_file(dir_ + "/none").error().code, Code::kNotFound);
}

TEST_F(FdTest, MakeDirectoriesNeverReplacesAFile) {
  ASSERT_TRUE(make_directories(dir_ + "/a/b/c"));
  ASSERT_TRUE(make_directories(dir_ + "/a/b/c"));
  ASSERT_TRUE(write_file_atomic(dir_ + "/a/file", "x"));
  EXPECT_FALSE(make_directories(dir_ + "/a/file/d"));
  EXPECT_EQ(*read_file(dir_ + "/a/file"), "x");
}

}  // namespace
}  // namespace seabed
