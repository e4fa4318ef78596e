#pragma once
// A catalog in a directory of its own that goes with the test.

#include <gtest/gtest.h>

#include <filesystem>

#include "core/catalog/catalog.h"

namespace seabed::test {

class ScratchCatalog : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/seabed-catalog-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
  }
  void TearDown() override {
    catalog_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string path() const { return directory_ + "/catalog.db"; }

  void open() {
    auto opened = Catalog::open({.path = path()});
    ASSERT_TRUE(opened) << opened.error().message();
    catalog_ = std::move(*opened);
  }

  /// Runs one transaction that must succeed.
  void must(const std::function<Status(Transaction&)>& body) {
    Status status = catalog_->transact(body);
    EXPECT_TRUE(status) << status.error().message();
  }
  Error error_of(const std::function<Status(Transaction&)>& body) {
    Status status = catalog_->transact(body);
    EXPECT_FALSE(status) << "it should have failed";
    return status ? Error{} : status.error();
  }

  std::string directory_;
  std::unique_ptr<Catalog> catalog_;
};

}  // namespace seabed::test
