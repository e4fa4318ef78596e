#include "core/engine/doctor_host.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <filesystem>

namespace seabed {
namespace {

using ::testing::HasSubstr;
using Level = PreflightFinding::Level;

size_t open_files() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST(DoctorHost, TellsTheRoomThatStatvfsTells) {
  const std::string path = std::filesystem::temp_directory_path();
  struct statvfs before {
  }, after{};
  ASSERT_EQ(statvfs(path.c_str(), &before), 0);
  const auto finding = space_finding("destination", path + "/not/there/yet");
  ASSERT_EQ(statvfs(path.c_str(), &after), 0);
  EXPECT_NE(finding.level, Level::kError);
  const size_t colon = finding.text.rfind(": ");
  const auto left = std::stoull(finding.text.substr(colon + 2));
  const auto low = std::min(before.f_bavail, after.f_bavail),
             high = std::max(before.f_bavail, after.f_bavail);
  EXPECT_GE(left + 1024, (low * before.f_frsize) >> 20);  // others write too
  EXPECT_LE(left, ((high * before.f_frsize) >> 20) + 1024);
}

TEST(DoctorHost, TakesQueuesAndGivesThemBack) {
  const size_t before = open_files();
  const auto finding = inotify_finding({"/tmp", "/", "/not/there"});
  EXPECT_EQ(finding.level, Level::kOk) << finding.text;
  EXPECT_THAT(finding.text, HasSubstr("6 queues"));
  EXPECT_EQ(open_files(), before);
}

TEST(DoctorHost, SaysWhichLimitIsReached) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizers need descriptors of their own";
#endif
  struct rlimit old {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  struct rlimit tight = old;
  tight.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  const auto finding = inotify_finding({"/tmp"});
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_EQ(finding.level, Level::kError);
  EXPECT_THAT(finding.text, HasSubstr("max_user_instances"));
  EXPECT_THAT(finding.next_step, HasSubstr("sysctl"));
}

}  // namespace
}  // namespace seabed
