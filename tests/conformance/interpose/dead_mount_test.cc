// A mount whose server is gone: calls into it never return. The caller's do, at the deadline or the cancel, say for a
// write that its outcome is not known, and do no harm when the server comes back.

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/conformance/fixture.h"
#include "tests/conformance/interpose/syscalls.h"

namespace seabed::test {

using std::chrono::steady_clock;
using testing::HasSubstr;

class DeadMount : public Conformance {
 protected:
  void SetUp() override {
    all_is_nfs = true;
    Conformance::SetUp();
    put("warm", "0123456789");
  }
  void TearDown() override {
    come_back();
    all_is_nfs = false;
  }
  /// The server is back, every call that slept has ended, and the puts that were left have brought it to an end.
  void come_back() {
    hang_on("");
    while (hanging() > 0 || unpublished() > 0) std::this_thread::yield();
  }
  size_t unpublished() {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(scratch / "root/.seabed-tmp"))
      count += entry.path().filename().string().starts_with("p-") ? 1 : 0;
    return count;
  }
  /// How a call fails that is made with 200 ms to go; it must come back within a second of that.
  template <class Function>
  Code in_a_dead_mount(const char* where, Function&& function) {
    hang_on(where);
    IoContext soon = ctx;
    soon.deadline = after(std::chrono::milliseconds(200));
    const auto begin = steady_clock::now();
    const Code code = code_of(function(soon));
    EXPECT_LT(steady_clock::now() - begin, std::chrono::milliseconds(1200)) << where;
    return code;
  }
  Code put_code(const char* where, const std::string& key) {
    return in_a_dead_mount(where, [&](const IoContext& soon) { return put_object(*bare, key, "new", PutMode::kReplace, soon); });
  }
};

TEST_F(DeadMount, AReadEndsAtItsDeadlineAndWritesNothingIntoTheCallersMemoryLater) {
  char room[10] = "untouched";
  EXPECT_EQ(in_a_dead_mount("pread", [&](const IoContext& soon) { return bare->read_at("warm", 0, room, soon); }),
            Code::kTimeout);
  come_back();
  EXPECT_STREQ(room, "untouched");
  EXPECT_EQ(get("warm"), "0123456789");
}

TEST_F(DeadMount, AWriteIsOfUnknownOutcome) {
  for (const char* where : {"open", "fdatasync", "fsync", "renameat"}) EXPECT_EQ(put_code(where, "k"), Code::kOutcomeUnknown);
  come_back();
  EXPECT_EQ(keys(), (std::vector<std::string>{"k", "warm"})) << "a rename that slept is carried out";
}

TEST_F(DeadMount, WhatWasLeftBeforeItsRenameIsNotPublishedLater) {
  EXPECT_EQ(put_code("fdatasync", "k"), Code::kOutcomeUnknown);
  come_back();
  EXPECT_EQ(keys(), std::vector<std::string>{"warm"});
}

TEST_F(DeadMount, AnAppendThatSleptHasItsOwnBytes) {
  std::string bytes(1000, 'a');
  EXPECT_EQ(in_a_dead_mount("pwritev", [&](const IoContext& soon) {
              const std::string_view piece = bytes;
              return bare->append("log", 0, Buffers(&piece, 1), soon);
            }), Code::kOutcomeUnknown);
  bytes.assign(1000, 'b');   // the caller's memory is used again
  come_back();
  const std::string_view more = "more";
  while (true) {   // until the one that was left has let go of its lock
    const auto there = bare->stat("log", ctx);
    const uint64_t length = there ? there->size : 0;
    if (bare->append("log", length, Buffers(&more, 1), ctx).has_value()) break;
  }
  const std::string all = get("log");
  EXPECT_TRUE(all == "more" || all == std::string(1000, 'a') + "more") << "whole, or taken back: " << all;
}

TEST_F(DeadMount, ACancelIsHeard) {
  hang_on("fdatasync");
  CancelToken cancel;
  ctx.cancel = &cancel;
  std::thread caller([&] { EXPECT_FALSE(put_object(*bare, "k", "x", PutMode::kReplace, ctx).has_value()); });
  while (hanging() == 0) std::this_thread::yield();
  cancel.cancel();
  const auto begin = steady_clock::now();
  caller.join();
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(1));
  ctx.cancel = nullptr;
}

TEST_F(DeadMount, ACallCancelledBeforeItBeganDoesNothing) {
  CancelToken cancel;
  cancel.cancel();
  ctx.cancel = &cancel;
  EXPECT_EQ(code_of(put_object(*bare, "k", "x", PutMode::kReplace, ctx)), Code::kCancelled);
  ctx.cancel = nullptr;
  EXPECT_EQ(keys(), std::vector<std::string>{"warm"});
}

TEST_F(DeadMount, AMountThatSleepsTakesNoMoreCallsUntilItIsBack) {
  hang_on("open");
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([this] {
      IoContext soon = ctx;
      soon.deadline = after(std::chrono::milliseconds(100));
      EXPECT_EQ(code_of(bare->stat("warm", soon)), Code::kTimeout);
    });
  for (auto& caller : callers) caller.join();
  const int asleep = hanging();
  const auto refused = bare->stat("warm", ctx);   // with a minute to go
  EXPECT_EQ(code_of(refused), Code::kUnavailable);
  EXPECT_THAT(refused.error().reason, HasSubstr("8 calls sleep"));
  EXPECT_EQ(hanging(), asleep);
  come_back();
  EXPECT_EQ(get("warm"), "0123456789");
}

TEST_F(DeadMount, AMountThatIsDeadFromTheBeginning) {
  bare.reset();
  bare = open_bare();   // the first call has to find out what the directory lies on
  EXPECT_EQ(in_a_dead_mount("statfs", [&](const IoContext& soon) { return bare->stat("warm", soon); }), Code::kTimeout);
}

TEST_F(DeadMount, EveryOperationTakesTheDetour) {
  const std::string_view bytes = "part";
  const auto id = bare->begin_upload("u", ctx).value();
  const std::vector parts = {bare->upload_part("u", id, 1, Buffers(&bytes, 1), ctx).value()};
  EXPECT_EQ(bare->list_uploads("", ctx).value().at(0).upload_id, id);
  EXPECT_EQ(bare->list_parts("u", id, ctx).value().at(0).size, 4u);
  SEABED_OK_OR_FAIL(bare->complete_upload("u", id, parts, ctx));
  EXPECT_EQ(get("u"), "part");
  const auto second = bare->begin_upload("v", ctx).value();
  SEABED_OK_OR_FAIL(bare->abort_upload("v", second, ctx));
  EXPECT_FALSE(bare->stat("u", ctx).value().etag.empty());
  EXPECT_EQ(keys("", 1), (std::vector<std::string>{"u", "warm"}));
  const std::vector<std::string> gone = {"u", "never"};
  const auto removed = bare->remove(gone, ctx);
  SEABED_OK_OR_FAIL(removed);
  for (const auto& result : *removed) EXPECT_TRUE(result.has_value());
  EXPECT_EQ(keys(), std::vector<std::string>{"warm"});
}

}  // namespace seabed::test
