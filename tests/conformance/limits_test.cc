// A full and a read-only medium; deadlines and cancel.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/conformance/fixture.h"
#include "tests/conformance/subprocess.h"

namespace seabed::test {

class Limits : public Conformance {
 protected:
  /// Inside a child, where gtest's assertions would be lost: collects what is wrong.
  struct Report {
    std::string text;
    void expect(bool good, const std::string& what) {
      if (!good) text += what + "\n";
    }
    template <class R>
    void expect_code(const R& result, Code code, const std::string& what) {
      if (result.has_value())
        text += what + ": succeeded\n";
      else if (result.error().code != code)
        text += what + ": " + std::string(code_name(result.error().code)) + ": " + result.error().message() +
                "\n";
    }
  };
  void run(const std::string& options, const std::function<void(Report&)>& body) {
    std::filesystem::create_directories(scratch / "root");
    const std::string wrong = with_tmpfs(scratch / "root", options, [&] {
      Report report;
      body(report);
      return report.text;
    });
    if (wrong.rfind("skip:", 0) == 0) GTEST_SKIP() << wrong << " (NOT TESTED: full and read-only media)";
    EXPECT_EQ(wrong, "");
  }
};

TEST_F(Limits, AFullMediumIsToldAndNothingHalfIsLeft) {
  run("size=4m", [&](Report& report) {
    put("small", "kept");
    const std::string large(8 << 20, 'x'), medium(1 << 20, 'm');
    const std::string_view large_piece = large, medium_piece = medium;
    const auto full = put_object(*bare, "large", large, PutMode::kReplace, ctx);
    report.expect_code(full, Code::kNoSpace, "put");
    report.expect(!full && full.error().reason.find("MiB free of 4 MiB") != std::string::npos,
                  "the space is told: " + full.error().reason);
    report.expect_code(bare->stat("large", ctx), Code::kNotFound, "stat after put");
    report.expect(bare->append("log", 0, Buffers(&medium_piece, 1), ctx).has_value(), "first append");
    report.expect_code(bare->append("log", 1 << 20, Buffers(&large_piece, 1), ctx), Code::kNoSpace,
                       "second append");
    report.expect(bare->stat("log", ctx)->size == 1 << 20, "the failed append left bytes behind");
    report.expect_code(bare->append("new", 0, Buffers(&large_piece, 1), ctx), Code::kNoSpace,
                       "append that creates");
    report.expect_code(bare->stat("new", ctx), Code::kNotFound, "a failed creating append left an object");
    const auto id = bare->begin_upload("up", ctx).value();
    report.expect_code(bare->upload_part("up", id, 1, Buffers(&large_piece, 1), ctx), Code::kNoSpace, "part");
    report.expect(bare->abort_upload("up", id, ctx).has_value(), "abort");
    report.expect(bare->append("log", 1 << 20, Buffers(&medium_piece, 1), ctx).has_value(),
                  "space came back");
    report.expect(read_object(*bare, "small", 10, ctx).value_or("") == "kept", "an older object suffered");
    report.expect(keys() == std::vector<std::string>{"log", "small"}, "odd objects are left");
  });
}

TEST_F(Limits, AReadOnlyMediumIsToldAndCanBeRead) {
  run("size=4m", [&](Report& report) {
    put("dir/k", "kept");
    const auto id = bare->begin_upload("up", ctx).value();
    report.expect(remount_read_only(scratch / "root"), "remount");
    const std::string_view piece = "x";
    const auto refused = put_object(*bare, "k", "x", PutMode::kReplace, ctx);
    report.expect_code(refused, Code::kPermissionDenied, "put");
    report.expect(!refused && refused.error().reason.find("mounted read-only") != std::string::npos,
                  "words: " + refused.error().reason);
    report.expect_code(bare->append("dir/k", 4, Buffers(&piece, 1), ctx), Code::kPermissionDenied, "append");
    report.expect_code(bare->append("new", 0, Buffers(&piece, 1), ctx), Code::kPermissionDenied,
                       "creating append");
    report.expect_code(bare->begin_upload("up2", ctx), Code::kPermissionDenied, "begin_upload");
    report.expect_code(bare->upload_part("up", id, 1, Buffers(&piece, 1), ctx), Code::kPermissionDenied,
                       "upload_part");
    const std::vector<std::string> gone = {"dir/k"};
    report.expect_code(bare->remove(gone, ctx).value()[0], Code::kPermissionDenied, "remove");
    report.expect(read_object(*bare, "dir/k", 10, ctx).value_or("") == "kept", "read");
    report.expect(keys().size() == 1, "list");
  });
}

TEST_F(Limits, ARootThatCannotBeMadeIsTold) {
  std::FILE* file = std::fopen((scratch / "root").c_str(), "w");
  std::fclose(file);
  EXPECT_FALSE(put_object(*bare, "k", "x", PutMode::kReplace, ctx).has_value());
  EXPECT_FALSE(bare->list("", "", 10, ctx).has_value())
      << "a file in the root's place is no empty destination";
}

TEST_F(Limits, APassedDeadlineDoesNothing) {
  put("k", "old");
  ctx.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const std::string_view piece = "x";
  char byte;
  EXPECT_EQ(code_of(put_object(*bare, "k", "new", PutMode::kReplace, ctx)), Code::kTimeout);
  EXPECT_EQ(code_of(bare->append("k", 3, Buffers(&piece, 1), ctx)), Code::kTimeout);
  EXPECT_EQ(code_of(bare->read_at("k", 0, {&byte, 1}, ctx)), Code::kTimeout);
  EXPECT_EQ(code_of(bare->list("", "", 10, ctx)), Code::kTimeout);
  ctx.deadline = after(std::chrono::seconds(10));
  EXPECT_EQ(get("k"), "old");
}

TEST_F(Limits, ACancelledCallDoesNothing) {
  CancelToken cancel;
  cancel.cancel();
  put("k", "old");
  ctx.cancel = &cancel;
  EXPECT_EQ(code_of(put_object(*bare, "k", "new", PutMode::kReplace, ctx)), Code::kCancelled);
  EXPECT_EQ(code_of(bare->stat("k", ctx)), Code::kCancelled);
  ctx.cancel = nullptr;
  EXPECT_EQ(get("k"), "old");
}

TEST_F(Limits, AHeldLockEndsAtTheDeadline) {
  put("k", "old");
  const int fd = open((scratch / "root/k").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(fd, LOCK_EX), 0);
  const std::string_view piece = "x";
  const auto begin = std::chrono::steady_clock::now();
  ctx.deadline = after(std::chrono::milliseconds(200));
  EXPECT_EQ(code_of(bare->append("k", 3, Buffers(&piece, 1), ctx)), Code::kTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1200));
  close(fd);
}

}  // namespace seabed::test
