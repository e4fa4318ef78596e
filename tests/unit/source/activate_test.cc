// A staged directory cannot be opened, and becomes a database in steps that may each be the last before a
// crash.

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/source/restore_target.h"
#include "core/source/rocksdb/activate.h"
#include "core/source/rocksdb/staged_layout.h"
#include "staged_base.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;
using rocksdb_source::activate_with_steps;

/// Names and sizes of everything but the info logs of refused opens.
std::map<std::string, uint64_t> listing(const std::string& directory) {
  std::map<std::string, uint64_t> out;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().lexically_relative(directory).string();
    if (!name.starts_with("LOG")) out[name] = entry.is_regular_file() ? entry.file_size() : 0;
  }
  return out;
}

/// Every way that a program may try; 0 when all of them were refused.
int opened_somehow(const std::string& directory, bool readable = false) {
  return in_child([&] {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    if (rocksdb::DB::Open(options, directory, &db).ok()) return 1;
    if (!readable && rocksdb::DB::OpenForReadOnly(options, directory, &db).ok()) return 2;
    if (!readable && rocksdb::DB::OpenAsSecondary(options, directory, directory + ".secondary", &db).ok())
      return 3;
    if (rocksdb::RepairDB(directory, options).ok()) return 4;
    options.best_efforts_recovery = true;
    if (rocksdb::DB::Open(options, directory, &db).ok()) return 5;
    if (rocksdb::DestroyDB(directory, options).ok()) return 6;
    return 0;
  });
}

class Activate : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(s_.written);
    const Status staged = s_.stage();
    ASSERT_TRUE(staged) << staged.error().message();
  }
  StagedBase s_;
};

TEST_F(Activate, no_open_repair_or_destroy_gets_in_or_changes_anything) {
  const auto before = listing(s_.staged);
  EXPECT_EQ(opened_somehow(s_.staged), 0);
  EXPECT_EQ(listing(s_.staged), before);
  ASSERT_TRUE(activate_staged(s_.target));
  EXPECT_EQ(s_.differs(), "");
}

TEST_F(Activate, ends_in_a_database_and_may_be_repeated) {
  ASSERT_TRUE(activate_staged(s_.target + "/"));
  EXPECT_FALSE(fs::exists(s_.staged));
  EXPECT_TRUE(activate_staged(s_.target));
  EXPECT_EQ(s_.differs(), "");
  EXPECT_TRUE(activate_staged(s_.target));  // it was opened meanwhile: still nothing to do
}

TEST_F(Activate, goes_on_after_a_crash_at_every_step) {
  for (int last = 1; last <= 6; ++last) {
    if (last > 1) {
      ASSERT_TRUE(s_.stage());
    }
    EXPECT_EQ(in_child([&] {
                activate_with_steps(s_.target, [last](int step) {
                  if (step == last) ::_exit(42);
                });
                return 0;
              }),
              42);
    if (last < 5) {
      EXPECT_EQ(opened_somehow(s_.staged, last > 2), 0) << "after step " << last;
    }
    EXPECT_EQ(fs::exists(s_.target), last == 6);
    const Status again = activate_staged(s_.target);
    ASSERT_TRUE(again) << "after step " << last << ": " << again.error().message();
    EXPECT_EQ(s_.differs(), "") << "after step " << last;
    fs::remove_all(s_.target);
  }
}

TEST_F(Activate, refuses_a_directory_that_is_in_use_and_takes_an_empty_one) {
  fs::create_directory(s_.target);
  std::ofstream(s_.target + "/precious") << "x";
  EXPECT_EQ(activate_staged(s_.target).error().code, Code::kConflict);
  EXPECT_TRUE(fs::exists(s_.target + "/precious"));
  EXPECT_TRUE(fs::is_directory(s_.staged + "/CURRENT"));  // nothing was begun
  fs::remove(s_.target + "/precious");
  ASSERT_TRUE(activate_staged(s_.target));
  EXPECT_EQ(s_.differs(), "");
}

TEST_F(Activate, a_restored_database_is_another_one_for_its_files) {
  ASSERT_TRUE(activate_staged(s_.target));
  ASSERT_EQ(s_.differs(), "");
  std::string was, is;
  std::ifstream(s_.db + "/IDENTITY") >> was;
  std::ifstream(s_.target + "/IDENTITY") >> is;
  EXPECT_FALSE(is.empty());
  EXPECT_NE(was, is);
}

TEST(ActivateNothing, names_what_is_missing) {
  Scratch scratch;
  EXPECT_EQ(activate_staged(scratch / "none").error().code, Code::kNotFound);
  ASSERT_TRUE(rocksdb_source::claim_staged(scratch / "half.seabed-standby", 1));
  EXPECT_EQ(activate_staged(scratch / "half").error().code, Code::kConflict);
  std::ofstream(scratch / "half.seabed-standby/seabed.state", std::ios::trunc) << R"({"format":1,"phase":5})";
  EXPECT_EQ(activate_staged(scratch / "half").error().code, Code::kCorruption);
}

}  // namespace
}  // namespace seabed::test
