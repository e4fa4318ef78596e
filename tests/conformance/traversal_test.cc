// No key reaches what lies outside the root, and no other user's link misleads.

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/conformance/fixture.h"

namespace seabed::test {

class Traversal : public Conformance {
 protected:
  void SetUp() override {
    Conformance::SetUp();
    std::ofstream(scratch / "outside") << "secret";
    std::filesystem::create_directories(scratch / "elsewhere");
    std::ofstream(scratch / "elsewhere/file") << "secret";
    put("inside", "x");
  }
  void expect_untouched() {
    for (const char* name : {"outside", "elsewhere/file"}) {
      std::ostringstream text;
      text << std::ifstream(scratch / name).rdbuf();
      EXPECT_EQ(text.str(), "secret") << name;
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch.path()), {}), 3)
        << "something new outside";
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch / "elsewhere"), {}), 1);
  }
  void expect_all_refused(const std::string& key) {
    const std::string_view piece = "x";
    char byte;
    EXPECT_FALSE(bare->stat(key, ctx).has_value()) << key;
    EXPECT_FALSE(bare->read_at(key, 0, {&byte, 1}, ctx).has_value()) << key;
    EXPECT_FALSE(put_object(*bare, key, "x", PutMode::kReplace, ctx).has_value()) << key;
    EXPECT_FALSE(put_object(*bare, key, "x", PutMode::kIfAbsent, ctx).has_value()) << key;
    EXPECT_FALSE(bare->append(key, 0, Buffers(&piece, 1), ctx).has_value()) << key;
    EXPECT_FALSE(bare->append(key, 6, Buffers(&piece, 1), ctx).has_value()) << key;
    const std::vector<std::string> keys = {key};
    bare->remove(keys, ctx);
    expect_untouched();
  }
};

TEST_F(Traversal, OddKeysAreRefused) {
  for (const char* key : {"../outside", "a/../../outside", "/etc/hostname", "..", ".", "", "a//b", "a/",
                          "./inside", "a/./b", "inside/../../outside", ".seabed-tmp", ".seabed-tmp/x"}) {
    expect_all_refused(key);
    EXPECT_FALSE(bare->begin_upload(key, ctx).has_value()) << key;
  }
}

TEST_F(Traversal, LinksAreNotFollowed) {
  const std::string root = scratch / "root";
  std::filesystem::create_symlink(scratch / "elsewhere", root + "/dir");
  std::filesystem::create_symlink("../elsewhere", root + "/relative");
  expect_all_refused("dir/file");
  expect_all_refused("dir/new");
  expect_all_refused("relative/file");
  std::filesystem::create_symlink(scratch / "outside", root + "/file");
  char byte;
  const std::string_view piece = "x";
  EXPECT_FALSE(bare->read_at("file", 0, {&byte, 1}, ctx).has_value());
  EXPECT_FALSE(bare->append("file", 6, Buffers(&piece, 1), ctx).has_value());
  EXPECT_EQ(keys(), std::vector<std::string>{"inside"}) << "a link is no object";
  EXPECT_TRUE(keys("dir/").empty());
  put("file", "replaced");  // the link itself gives way, not what it names
  EXPECT_EQ(get("file"), "replaced");
  expect_untouched();
}

TEST_F(Traversal, KeysAreAnyBytesButNul) {
  std::vector<std::string> names = {"inside",    "\n",           "new\nline",      "tab\t",
                                    "\x01\x7f", "\xff\xfe-raw", "a/.seabed-tmp/b", std::string(255, 'n')};
  for (const auto& name : names) put(name, name);
  for (const auto& name : names) EXPECT_EQ(get(name), name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(keys(), names);
  for (const char* prefix : {"../", "/", "inside/deeper/"}) EXPECT_TRUE(keys(prefix).empty()) << prefix;
}

TEST_F(Traversal, AKeyCannotBeFileAndDirectory) {
  put("a/b", "x");
  EXPECT_EQ(code_of(put_object(*bare, "a", "x", PutMode::kReplace, ctx)), Code::kConflict);
  EXPECT_EQ(code_of(put_object(*bare, "a", "x", PutMode::kIfAbsent, ctx)), Code::kConflict);
  EXPECT_EQ(code_of(put_object(*bare, "a/b/c", "x", PutMode::kReplace, ctx)), Code::kConflict);
  const std::vector<std::string> directory = {"a"};
  EXPECT_TRUE(bare->remove(directory, ctx).value()[0].has_value());
  EXPECT_EQ(get("a/b"), "x");
}

TEST_F(Traversal, DeletionPrunesEmptyDirectoriesUpToTheRoot) {
  put("a/b/c/d", "x");
  put("a/b/e", "x");
  const std::vector<std::string> first = {"a/b/c/d"}, second = {"a/b/e", "inside"};
  ASSERT_TRUE(bare->remove(first, ctx).value()[0].has_value());
  EXPECT_FALSE(std::filesystem::exists(scratch / "root/a/b/c"));
  EXPECT_TRUE(std::filesystem::exists(scratch / "root/a/b/e"));
  ASSERT_TRUE(bare->remove(second, ctx).has_value());
  EXPECT_FALSE(std::filesystem::exists(scratch / "root/a"));
  EXPECT_TRUE(std::filesystem::exists(scratch / "root"));
  put("a/again", "x");
}

}  // namespace seabed::test
