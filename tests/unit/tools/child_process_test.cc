#include "tools/cli/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

namespace seabed {
namespace {

TEST(ChildProcess, StatusAndErrorsAreTheCallers) {
  EXPECT_EQ(run_in_child("x", [] { return Result<int>(12); }).value(), 12);
  auto failed = run_in_child("x", []() -> Result<int> {
    return fail(Code::kNotFound, "a \"key\"\n\xff", "is not there", "look elsewhere");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kNotFound);
  EXPECT_EQ(failed.error().next_step, "look elsewhere");
}

TEST(ChildProcess, DeathBySignalIsAnErrorInWords) {
  auto aborted = run_in_child("/srv/look", []() -> Result<int> { ::abort(); });
  ASSERT_FALSE(aborted);
  EXPECT_EQ(aborted.error().code, Code::kCorruption);
  EXPECT_NE(aborted.error().message().find("RocksDB's library met what it does not expect"),
            std::string::npos);
  auto killed = run_in_child("/srv/look", []() -> Result<int> { return ::kill(::getpid(), SIGKILL); });
  ASSERT_FALSE(killed);
  EXPECT_EQ(killed.error().code, Code::kIo);
}

}  // namespace
}  // namespace seabed
