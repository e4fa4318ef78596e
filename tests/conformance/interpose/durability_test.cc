// Durable means: the file is synced before its name appears, and the directory that holds the name before the
// call returns, and every directory that had to be made likewise.

#include <gmock/gmock.h>

#include <cerrno>

#include "tests/conformance/fixture.h"
#include "tests/conformance/interpose/syscalls.h"

namespace seabed::test {

using testing::HasSubstr;

class Durability : public Conformance {
 protected:
  void SetUp() override {
    Conformance::SetUp();
    put("warm", "");  // root and temporary directory are there
    begin();
  }
  void TearDown() override {
    fail_with = nullptr;
    longest_write = 0;
  }
  void begin() { events().clear(); }
  /// Place of the first event that is `what` and ends with `path` below the root, from `start` on; fails the
  /// test without.
  size_t find(const std::string& what, const std::string& path, size_t start = 0) {
    const std::string wanted = scratch / ("root" + path);
    for (size_t i = start; i < events().size(); ++i)
      if (events()[i].rfind(what + " ", 0) == 0 && events()[i].substr(what.size() + 1).find(wanted) == 0 &&
          (path.find("/.seabed-tmp") == 0 || events()[i] == what + " " + wanted))
        return i;
    ADD_FAILURE() << what << " " << path << " not found in\n" << testing::PrintToString(events());
    return 0;
  }
  static void fail_on(const std::string& what, int e) {
    fail_with = [what, e](const std::string& event) { return event.rfind(what, 0) == 0 ? e : 0; };
  }
  Result<uint64_t> append(const std::string& key, uint64_t at, std::string_view bytes) {
    return bare->append(key, at, Buffers(&bytes, 1), ctx);
  }
};

TEST_F(Durability, APutIntoNewDirectories) {
  put("a/b/k", "x");
  const size_t made_a = find("fsync", ""), made_b = find("fsync", "/a", made_a);
  const size_t file = find("fdatasync", "/.seabed-tmp");
  const size_t name = find("renameat", "/a/b/k");
  EXPECT_LT(file, name) << "the name must not come before the bytes";
  EXPECT_LT(made_b, name);
  EXPECT_LT(name, find("fsync", "/a/b", name));
}

TEST_F(Durability, AConditionalCreate) {
  put("k", "x", PutMode::kIfAbsent);
  const size_t name = find("renameat2", "/k");
  EXPECT_LT(find("fdatasync", "/.seabed-tmp"), name);
  EXPECT_LT(name, find("fsync", "", name));
}

TEST_F(Durability, AnAppend) {
  ASSERT_TRUE(append("d/log", 0, "x").has_value());
  const size_t file = find("fdatasync", "/d/log");
  find("fsync", "/d", file);
  begin();
  ASSERT_TRUE(append("d/log", 1, "y").has_value());
  EXPECT_EQ(events().size(), 1u) << "one sync for an append to what is there: "
                                 << testing::PrintToString(events());
  find("fdatasync", "/d/log");
}

TEST_F(Durability, AnUpload) {
  const auto id = bare->begin_upload("d/k", ctx).value();
  const std::string_view bytes = "x";
  const std::vector parts = {bare->upload_part("d/k", id, 1, Buffers(&bytes, 1), ctx).value()};
  begin();
  ASSERT_TRUE(bare->complete_upload("d/k", id, parts, ctx).has_value());
  const size_t name = find("renameat", "/d/k");
  EXPECT_LT(find("fdatasync", "/.seabed-tmp"), name);
  find("fsync", "/d", name);
}

TEST_F(Durability, ADeletion) {
  put("d/e/k", "x");
  put("d/keep", "x");
  begin();
  const std::vector<std::string> keys = {"d/e/k"};
  ASSERT_TRUE(bare->remove(keys, ctx).value()[0].has_value());
  find("fsync", "/d");
}

TEST_F(Durability, WhatCannotBeSyncedIsNotAcknowledgedAndNotVisible) {
  fail_on("fdatasync", EIO);
  EXPECT_EQ(code_of(put_object(*bare, "k", "x", PutMode::kReplace, ctx)), Code::kIo);
  EXPECT_EQ(code_of(append("log", 0, "x")), Code::kIo);
  fail_with = nullptr;
  EXPECT_EQ(code_of(bare->stat("k", ctx)), Code::kNotFound);
  EXPECT_EQ(code_of(bare->stat("log", ctx)), Code::kNotFound);
  ASSERT_TRUE(append("log", 0, "abc").has_value());
  fail_on("fdatasync", EIO);
  EXPECT_EQ(code_of(append("log", 3, "def")), Code::kIo);
  fail_with = nullptr;
  EXPECT_EQ(get("log"), "abc") << "the failed bytes must not stay behind";
  fail_on("fsync", EIO);
  EXPECT_FALSE(put_object(*bare, "k", "x", PutMode::kReplace, ctx).has_value());
  const std::vector<std::string> keys = {"log"};
  EXPECT_EQ(code_of(bare->remove(keys, ctx).value()[0]), Code::kIo);
}

TEST_F(Durability, ErrorsOfTheMountAreToldApart) {
  const auto put_code = [&](int e) {
    fail_on("fdatasync", e);
    return code_of(put_object(*bare, "k", "x", PutMode::kReplace, ctx));
  };
  EXPECT_EQ(put_code(ENOSPC), Code::kNoSpace);
  EXPECT_EQ(put_code(EDQUOT), Code::kNoSpace);
  EXPECT_EQ(put_code(EROFS), Code::kPermissionDenied);
  EXPECT_EQ(put_code(EACCES), Code::kPermissionDenied);
  EXPECT_EQ(put_code(ESTALE), Code::kUnavailable) << "a restarted NFS server: worth another try";
  EXPECT_EQ(put_code(ETIMEDOUT), Code::kUnavailable);
  fail_on("fdatasync", ENOSPC);
  EXPECT_THAT(put_object(*bare, "k", "x", PutMode::kReplace, ctx).error().reason, HasSubstr("MiB free"));
}

TEST_F(Durability, AStaleMountIsRetriedByTheHost) {
  int left = 2;
  fail_with = [&left](const std::string& event) {
    return event.rfind("fdatasync", 0) == 0 && left-- > 0 ? ESTALE : 0;
  };
  EXPECT_TRUE(put_object(*open_stack(), "k", "x", PutMode::kReplace, ctx).has_value());
  EXPECT_EQ(get("k"), "x");
}

TEST_F(Durability, WithoutRenameNoReplaceALinkDecides) {
  fail_on("renameat2", EINVAL);  // as NFS answers
  put("k", "first", PutMode::kIfAbsent);
  find("linkat", "/k");
  EXPECT_EQ(code_of(put_object(*bare, "k", "second", PutMode::kIfAbsent, ctx)), Code::kAlreadyExists);
  EXPECT_EQ(get("k"), "first");
  fail_with = [](const std::string& event) {
    return event.rfind("renameat2", 0) == 0 ? EINVAL : event.rfind("linkat", 0) == 0 ? kDoneThenExists : 0;
  };
  put("lost-reply", "mine", PutMode::kIfAbsent);
  fail_with = nullptr;
  EXPECT_EQ(get("lost-reply"), "mine");
  EXPECT_EQ(keys(), (std::vector<std::string>{"k", "lost-reply", "warm"}));
}

TEST_F(Durability, ShortWritesAreContinued) {
  longest_write = 7;
  std::string first(100, 'a'), second = "0123456789", third(33, 'c');
  const std::string_view pieces[] = {first, second, third};
  SEABED_OK_OR_FAIL(bare->put("k", pieces, PutMode::kReplace, ctx));
  EXPECT_EQ(get("k"), first + second + third);
}

}  // namespace seabed::test
