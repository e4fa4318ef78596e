#pragma once
// A fresh destination for each test. The driver under test comes from SEABED_TEST_DRIVERS; what is not the
// file driver gives its URI in SEABED_CONFORMANCE_URI (a scratch location that the tests may fill and empty).

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/storage/destination.h"

namespace seabed::test {

/// A directory of its own under the system's temporary directory; removed at the end.
class ScratchDir {
 public:
  ScratchDir();
  ~ScratchDir();
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

Storage& storage();

/// The bare driver, without decorators, and the stack around it, on one scratch location.
class Conformance : public ::testing::Test {
 protected:
  void SetUp() override;
  std::shared_ptr<ObjectStore> open_bare();
  std::shared_ptr<ObjectStore> open_stack();

  /// Success or a test failure with the message.
  void put(const std::string& key, std::string_view bytes, PutMode mode = PutMode::kReplace);
  std::string get(const std::string& key);
  std::vector<std::string> keys(const std::string& prefix = "", uint32_t page = 1000);

  ScratchDir scratch;
  std::shared_ptr<ObjectStore> bare;
  IoContext ctx;
};

/// Code of a failure; fails the test when it was a success.
template <class R>
Code code_of(const R& result) {
  EXPECT_FALSE(result.has_value()) << "a failure was expected";
  return result.has_value() ? Code::kInternal : result.error().code;
}
#define SEABED_OK_OR_FAIL(expr)                                    \
  do {                                                             \
    const auto& status_ = (expr);                                  \
    ASSERT_TRUE(status_.has_value()) << status_.error().message(); \
  } while (0)

}  // namespace seabed::test
