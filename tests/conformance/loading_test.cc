// Which drivers are loaded, which are refused, and in which words.

#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include <cstdio>

#include "core/storage/driver/driver_store.h"
#include "core/storage/driver/registry.h"
#include "tests/conformance/fixture.h"

namespace seabed::test {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Loading : public ::testing::Test {
 protected:
  void SetUp() override { add_mode(); }
  void add_mode() { fs::permissions(dir.path(), fs::perms::owner_all); }
  /// Puts a variant of the tiny driver into the driver directory; the path of the copy.
  std::string install(const std::string& variant, const std::string& as = "") {
    const std::string name = "seabed_tiny_" + variant + ".so";
    const std::string to = dir / (as.empty() ? name : as);
    fs::copy_file(fs::path(SEABED_TINY_DRIVERS) / name, to, fs::copy_options::overwrite_existing);
    fs::permissions(to, fs::perms(0755));
    return to;
  }
  Result<std::unique_ptr<Storage>> create() {
    StorageOptions options;
    options.driver_directories = {dir.path()};
    options.max_attempts = 1;
    return Storage::create(options);
  }
  /// Installs one variant that must be refused alone; its error.
  std::string refusal(const std::string& variant) {
    install(variant);
    const auto made = create();
    EXPECT_TRUE(made.has_value()) << "one bad driver must not stop the others";
    EXPECT_EQ((*made)->drivers().size(), 1u);
    EXPECT_TRUE((*made)->drivers()[0].schemes.empty());
    const auto opened = (*made)->open(parse_uri("tiny-" + variant + "://x").value());
    EXPECT_EQ(code_of(opened), Code::kUnsupported);
    EXPECT_THAT(opened.error().reason, HasSubstr((*made)->drivers()[0].error))
        << "the reason is told at the use as well";
    return (*made)->drivers()[0].error;
  }

  ScratchDir dir;
  IoContext ctx;
};

TEST_F(Loading, AGoodOneIsDescribed) {
  const std::string path = install("good");
  const auto made = create().value();
  ASSERT_EQ(made->drivers().size(), 1u);
  const DriverInfo& info = made->drivers()[0];
  EXPECT_EQ(info.error, "");
  EXPECT_EQ(info.path, path);
  EXPECT_EQ(info.name, "good");
  EXPECT_EQ(info.version, "0.1");
  EXPECT_EQ(info.abi, "1.0");
  EXPECT_EQ(info.schemes, std::vector<std::string>{"tiny-good"});
  ASSERT_EQ(info.keys.size(), 2u);
  EXPECT_EQ(info.keys[0].type, "red|blue");
  EXPECT_EQ(info.keys[0].default_value, "red");
  EXPECT_TRUE(info.keys[1].secret);
  EXPECT_EQ(info.capabilities.max_key_length, 100u);
  EXPECT_TRUE(info.capabilities.append);
  EXPECT_FALSE(info.capabilities.tags) << "claimed, but the operations are missing";
  EXPECT_FALSE(info.capabilities.uploads);
  auto store = made->open(parse_uri("tiny-good://x?color=blue").value()).value();
  EXPECT_EQ(read_object(*store, "k", 10, ctx).value(), "tiny");
}

TEST_F(Loading, WithoutItsSharedObjectASchemeIsUnknown) {
  const auto opened = create().value()->open(parse_uri("file:///somewhere").value());
  EXPECT_EQ(code_of(opened), Code::kUnsupported);
  EXPECT_THAT(opened.error().message(), HasSubstr("no driver for the scheme file"));
}

TEST_F(Loading, ADirectoryMustBeAbsoluteAndThere) {
  const auto with = [](const std::string& path) {
    StorageOptions options;
    options.driver_directories = {path};
    return Storage::create(options);
  };
  EXPECT_EQ(code_of(with("drivers")), Code::kInvalidArgument);
  EXPECT_EQ(code_of(with("./drivers")), Code::kInvalidArgument);
  EXPECT_EQ(code_of(with("")), Code::kInvalidArgument);
  EXPECT_EQ(code_of(with(dir / "missing")), Code::kNotFound);
}

TEST_F(Loading, WhatOthersCanWriteIsRefused) {
  const std::string path = install("good");
  for (const int mode : {0775, 0757, 0777}) {
    fs::permissions(path, fs::perms(mode));
    const auto made = create().value();
    EXPECT_THAT(made->drivers()[0].error, HasSubstr("can be written by")) << mode;
  }
  fs::permissions(path, fs::perms(0755));
  fs::permissions(dir.path(), fs::perms(0777));
  EXPECT_EQ(code_of(create()), Code::kPermissionDenied)
      << "who can write the directory can replace the driver";
}

TEST_F(Loading, AForeignOwnerIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const std::string path = install("good");
  ASSERT_EQ(chown(path.c_str(), 12345, 12345), 0);
  EXPECT_THAT(create().value()->drivers()[0].error, HasSubstr("belongs to user 12345"));
}

TEST_F(Loading, ALinkIsRefused) {
  fs::create_symlink(fs::path(SEABED_TINY_DRIVERS) / "seabed_tiny_good.so", dir / "link.so");
  EXPECT_THAT(create().value()->drivers()[0].error, HasSubstr("neither a regular file"));
}

TEST_F(Loading, WrongOnesAreRefusedInWords) {
  EXPECT_THAT(refusal("nosymbol"), HasSubstr("does not export seabed_driver_entry"));
}
TEST_F(Loading, AnotherMajorIsRefused) {
  EXPECT_THAT(refusal("major2"), HasSubstr("speaks driver ABI 2.0, this Seabed speaks 1.0"));
}
TEST_F(Loading, ATableBelowTheSmallestIsRefused) {
  EXPECT_THAT(refusal("toosmall"), HasSubstr("64 bytes, too small"));
}
TEST_F(Loading, ADriversOwnRefusalIsTold) {
  EXPECT_THAT(refusal("refusing"), HasSubstr("needs a newer host"));
}
TEST_F(Loading, AMissingOperationIsTold) { EXPECT_THAT(refusal("lacking"), HasSubstr("lacks an operation")); }

TEST_F(Loading, ATextFileNamedSoIsTold) {
  std::FILE* file = std::fopen((dir / "text.so").c_str(), "w");
  std::fputs("no library", file);
  std::fclose(file);
  fs::permissions(dir / "text.so", fs::perms(0644));
  EXPECT_THAT(create().value()->drivers()[0].error, HasSubstr("cannot be loaded"));
}

TEST_F(Loading, AnOlderSmallerTableWorksAndTheRestIsUnsupported) {
  install("older");
  const auto made = create().value();
  ASSERT_EQ(made->drivers()[0].error, "");
  EXPECT_FALSE(made->drivers()[0].capabilities.append);
  EXPECT_FALSE(made->drivers()[0].capabilities.list_uploads);
  auto registry = scan_drivers({dir.path()}).value();
  auto bare =
      open_driver_store(registry.by_scheme.at("tiny-older"), "tiny-older", "x", {}, "shown", ctx).value();
  EXPECT_EQ(read_object(*bare, "k", 10, ctx).value(), "tiny");
  EXPECT_EQ(code_of(bare->append("k", 0, {}, ctx)), Code::kUnsupported);
  EXPECT_EQ(code_of(bare->list_uploads("", ctx)), Code::kUnsupported);
  EXPECT_EQ(code_of(bare->get_tags("k", ctx)), Code::kUnsupported);
}

TEST_F(Loading, ANewerLargerTableWorks) {
  install("newer");
  const auto made = create().value();
  EXPECT_EQ(made->drivers()[0].error, "");
  EXPECT_EQ(made->drivers()[0].abi, "1.7");
  auto store = made->open(parse_uri("tiny-newer://x").value()).value();
  EXPECT_EQ(store->stat("k", ctx).value().size, 4u);
}

TEST_F(Loading, TwoForOneSchemeIsAnErrorThatNamesBoth) {
  const std::string first = install("good"), second = install("second");
  const auto made = create();
  ASSERT_EQ(code_of(made), Code::kConflict);
  EXPECT_THAT(made.error().message(), HasSubstr(first));
  EXPECT_THAT(made.error().message(), HasSubstr(second));
  EXPECT_THAT(made.error().message(), HasSubstr("tiny-good"));
}

TEST_F(Loading, AnUnknownKeyIsAnErrorAndASecretIsNeverShown) {
  install("good");
  const auto made = create().value();
  const auto unknown = made->open(parse_uri("tiny-good://x?colour=red").value());
  EXPECT_EQ(code_of(unknown), Code::kInvalidArgument);
  EXPECT_THAT(unknown.error().message(), HasSubstr("colour"));
  EXPECT_EQ(code_of(made->open(parse_uri("tiny-good://x?color=green").value())), Code::kInvalidArgument);
  EXPECT_TRUE(made->open(parse_uri("tiny-good://x?max_iops=5&max_bandwidth=1MB").value()).has_value());
  const auto store = made->open(parse_uri("tiny-good://x?pin_key=hush&color=red").value()).value();
  EXPECT_EQ(store->describe().find("hush"), std::string::npos);
  EXPECT_EQ(code_of(made->open(parse_uri("tiny-good://x?delete_mode=tagging").value())), Code::kUnsupported);
}

TEST_F(Loading, OneDestinationHasOneStore) {
  install("good");
  const auto made = create().value();
  const auto open = [&](const char* uri) { return made->open(parse_uri(uri).value()).value(); };
  auto first = open("tiny-good://x?max_iops=9");
  EXPECT_EQ(first, open("tiny-good://x?max_iops=9")) << "or its limit would hold for each user apart";
  EXPECT_NE(first, open("tiny-good://x?max_iops=8"));
  EXPECT_NE(first, open("tiny-good://y?max_iops=9"));
  const std::weak_ptr<ObjectStore> watched = first;
  first.reset();
  EXPECT_TRUE(watched.expired()) << "kept open by nobody";
}

TEST_F(Loading, ErrorsComeOverWhole) {
  install("good");
  auto registry = scan_drivers({dir.path()}).value();
  auto bare =
      open_driver_store(registry.by_scheme.at("tiny-good"), "tiny-good", "x", {}, "shown", ctx).value();
  const auto busy = put_object(*bare, "k", "x", PutMode::kReplace, ctx).error();
  EXPECT_EQ(busy.code, Code::kThrottled);
  EXPECT_EQ(busy.retry_after_ms, 1500);
  EXPECT_EQ(busy.object, "shown k");
  EXPECT_EQ(busy.reason, "is busy really [HTTP 503, code SlowDown, request req-1]");
  EXPECT_EQ(code_of(bare->append("k", 0, {}, ctx)), Code::kOutcomeUnknown);
  const std::vector<std::string> keys = {"told", "not told"};
  const auto removed = bare->remove(keys, ctx).value();
  EXPECT_TRUE(removed[0].has_value());
  EXPECT_EQ(code_of(removed[1]), Code::kOutcomeUnknown) << "silence is no success";
}

TEST_F(Loading, ExceptionsEndAtTheBorder) {
  install("throwing");
  auto registry = scan_drivers({dir.path()}).value();
  auto bare = open_driver_store(registry.by_scheme.at("throwing"), "throwing", "x", {}, "shown", ctx).value();
  char byte;
  EXPECT_THAT(bare->stat("k", ctx).error().reason, HasSubstr("thrown in stat"));
  EXPECT_EQ(code_of(bare->read_at("k", 0, {&byte, 1}, ctx)), Code::kInternal);
  EXPECT_EQ(code_of(put_object(*bare, "k", "x", PutMode::kReplace, ctx)), Code::kUnavailable)
      << "no memory: later perhaps";
  EXPECT_EQ(code_of(bare->list("", "", 10, ctx)), Code::kInternal) << "100 keys for 10";
}

}  // namespace seabed::test
