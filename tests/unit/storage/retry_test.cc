#include "core/storage/retry.h"

#include <gtest/gtest.h>

#include "core/storage/fault.h"
#include "tests/unit/storage/memory_store.h"

namespace seabed {
namespace {

using test::MemoryStore;
using When = Fault::When;

class Retry : public ::testing::Test {
 protected:
  /// The n-th calls (from 1) of `op` fail as told.
  void fail_calls(StoreOp op, std::vector<Fault> faults) { plan_[op] = std::move(faults); }
  static Fault fault(When when, Code code = Code::kUnavailable, int retry_after_ms = 0) {
    return {when, Error{code, "", "injected", "", retry_after_ms, 0}};
  }
  std::optional<Fault> next_fault(StoreOp op) {
    ++calls_[op];
    auto& faults = plan_[op];
    if (faults.empty()) return std::nullopt;
    const Fault f = faults.front();
    faults.erase(faults.begin());
    return f;
  }
  RetryPolicy fast(int attempts = 4) {
    return {attempts, std::chrono::milliseconds(1), std::chrono::milliseconds(4)};
  }
  Status put(std::string_view bytes, PutMode mode = PutMode::kReplace) {
    return put_object(*store_, "k", bytes, mode, ctx_);
  }
  Result<uint64_t> append(uint64_t at, std::string_view bytes) {
    return store_->append("k", at, Buffers(&bytes, 1), ctx_);
  }

  std::map<StoreOp, std::vector<Fault>> plan_;
  std::map<StoreOp, int> calls_;
  IoContext ctx_;
  std::shared_ptr<MemoryStore> memory_ = std::make_shared<MemoryStore>();
  std::shared_ptr<ObjectStore> store_ =
      with_retry(with_faults(memory_, [this](const StoreCall& c) { return next_fault(c.op); }), fast());
};

TEST_F(Retry, ATransientFailureIsTriedAgain) {
  fail_calls(StoreOp::kPut, {fault(When::kBefore), fault(When::kBefore, Code::kThrottled)});
  EXPECT_TRUE(put("x").has_value());
  EXPECT_EQ(calls_[StoreOp::kPut], 3);
}

TEST_F(Retry, APermanentOneIsNot) {
  fail_calls(StoreOp::kPut, {fault(When::kBefore, Code::kPermissionDenied)});
  EXPECT_EQ(put("x").error().code, Code::kPermissionDenied);
  EXPECT_EQ(calls_[StoreOp::kPut], 1);
}

TEST_F(Retry, EndsAfterMaxAttemptsAndSaysSo) {
  fail_calls(StoreOp::kStat, std::vector<Fault>(9, fault(When::kBefore)));
  const auto result = store_->stat("k", ctx_);
  EXPECT_EQ(calls_[StoreOp::kStat], 4);
  EXPECT_NE(result.error().reason.find("4 attempts"), std::string::npos) << result.error().reason;
}

TEST_F(Retry, RetryAfterIsHonouredAndNeverBeyondTheDeadline) {
  fail_calls(StoreOp::kPut, {fault(When::kBefore, Code::kThrottled, 80)});
  auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(put("x").has_value());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(80));
  fail_calls(StoreOp::kPut, {fault(When::kBefore, Code::kThrottled, 3'600'000)});
  begin = std::chrono::steady_clock::now();
  EXPECT_EQ(put("x").error().code, Code::kThrottled) << "it gives up at once: the pause would end too late";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(Retry, CancelEndsThePause) {
  CancelToken cancel;
  cancel.cancel();
  ctx_.cancel = &cancel;
  fail_calls(StoreOp::kPut, std::vector<Fault>(9, fault(When::kBefore, Code::kThrottled, 30'000)));
  EXPECT_EQ(put("x").error().code, Code::kCancelled);
}

TEST_F(Retry, AConditionalCreateThatWasDoneIsASuccess) {
  for (const Code code : {Code::kOutcomeUnknown, Code::kUnavailable}) {
    memory_->objects.clear();
    fail_calls(StoreOp::kPut, {fault(When::kAfter, code)});
    EXPECT_TRUE(put("mine", PutMode::kIfAbsent).has_value()) << code_name(code);
    EXPECT_EQ(memory_->objects["k"], "mine");
  }
}

TEST_F(Retry, AConditionalCreateThatWasNotDoneIsDone) {
  fail_calls(StoreOp::kPut, {fault(When::kBefore, Code::kOutcomeUnknown)});
  EXPECT_TRUE(put("mine", PutMode::kIfAbsent).has_value());
  EXPECT_EQ(memory_->objects["k"], "mine");
}

TEST_F(Retry, AnotherWritersObjectIsNeverTakenForOurs) {
  memory_->objects["k"] = "them";
  fail_calls(StoreOp::kPut, {fault(When::kBefore, Code::kOutcomeUnknown)});
  EXPECT_EQ(put("mine", PutMode::kIfAbsent).error().code, Code::kAlreadyExists) << "same length, other bytes";
  EXPECT_EQ(memory_->objects["k"], "them");
  memory_->objects["k"] = "mine";
  EXPECT_EQ(put("mine", PutMode::kIfAbsent).error().code, Code::kAlreadyExists)
      << "a clean first answer stands";
}

TEST_F(Retry, AnAppendIsNeverDoneTwice) {
  for (const Code code : {Code::kOutcomeUnknown, Code::kUnavailable}) {
    memory_->objects["k"] = "old";
    fail_calls(StoreOp::kAppend, {fault(When::kAfter, code)});
    EXPECT_EQ(append(3, "new").value(), 6u) << code_name(code);
    EXPECT_EQ(memory_->objects["k"], "oldnew");
  }
  fail_calls(StoreOp::kAppend, {fault(When::kBefore, Code::kOutcomeUnknown)});
  EXPECT_EQ(append(6, "er").value(), 8u);
  EXPECT_EQ(memory_->objects["k"], "oldnewer");
}

TEST_F(Retry, AForeignAppendIsAConflict) {
  memory_->objects["k"] = "oldXYZ";
  fail_calls(StoreOp::kAppend, {fault(When::kBefore, Code::kOutcomeUnknown)});
  EXPECT_EQ(append(3, "new").error().code, Code::kConflict);
  memory_->objects["k"] = "oldne";  // a part of it arrived
  fail_calls(StoreOp::kAppend, {fault(When::kBefore, Code::kOutcomeUnknown)});
  EXPECT_EQ(append(3, "new").error().code, Code::kConflict);
  EXPECT_EQ(memory_->objects["k"], "oldne");
}

TEST_F(Retry, WhenLookingFailsTheOutcomeStaysUnknown) {
  fail_calls(StoreOp::kAppend, {fault(When::kAfter, Code::kOutcomeUnknown)});
  fail_calls(StoreOp::kStat, {fault(When::kBefore, Code::kPermissionDenied)});
  EXPECT_EQ(append(0, "new").error().code, Code::kOutcomeUnknown);
}

TEST_F(Retry, CompleteWhoseUploadIsGoneIsNoSuccessByTheObjectsSizeAlone) {
  const std::string_view bytes = "part";
  for (const bool done : {true, false}) {
    for (const Code code : {Code::kOutcomeUnknown, Code::kUnavailable}) {
      const auto id = store_->begin_upload("k", ctx_).value();
      const std::vector parts = {store_->upload_part("k", id, 1, Buffers(&bytes, 1), ctx_).value()};
      if (!done) memory_->objects["k"] = "OLD!", memory_->uploads.clear();   // dropped by someone, another object in its place
      fail_calls(StoreOp::kCompleteUpload, {fault(done ? When::kAfter : When::kBefore, code)});
      EXPECT_EQ(store_->complete_upload("k", id, parts, ctx_).error().code, Code::kOutcomeUnknown) << code_name(code);
    }
  }
}

TEST_F(Retry, CompleteWhoseUploadIsGoneBesideAnObjectOfAnotherSizeFailed) {
  const std::string_view bytes = "part";
  const auto id = store_->begin_upload("k", ctx_).value();
  const std::vector parts = {store_->upload_part("k", id, 1, Buffers(&bytes, 1), ctx_).value()};
  memory_->objects["k"] = "another", memory_->uploads.clear();
  fail_calls(StoreOp::kCompleteUpload, {fault(When::kBefore, Code::kOutcomeUnknown)});
  EXPECT_EQ(store_->complete_upload("k", id, parts, ctx_).error().code, Code::kConflict);
}

TEST_F(Retry, CompleteThatWasNotDoneIsDoneThoughAnOldObjectHasTheSize) {
  memory_->objects["k"] = "OLD!";
  const std::string_view bytes = "part";
  const auto id = store_->begin_upload("k", ctx_).value();
  const std::vector parts = {store_->upload_part("k", id, 1, Buffers(&bytes, 1), ctx_).value()};
  fail_calls(StoreOp::kCompleteUpload, {fault(When::kBefore, Code::kOutcomeUnknown)});
  EXPECT_TRUE(store_->complete_upload("k", id, parts, ctx_).has_value());
  EXPECT_EQ(memory_->objects["k"], "part");
}

TEST_F(Retry, AnAbortThatWasDoneIsASuccess) {
  const auto id = store_->begin_upload("k", ctx_).value();
  fail_calls(StoreOp::kAbortUpload, {fault(When::kAfter)});
  EXPECT_TRUE(store_->abort_upload("k", id, ctx_).has_value());
}

TEST(Backoff, DoublesWithJitterUpToItsCap) {
  const RetryPolicy policy{8, std::chrono::milliseconds(100), std::chrono::milliseconds(1000)};
  for (int i = 0; i < 200; ++i) {
    EXPECT_GE(backoff(policy, 1, 0).count(), 50);
    EXPECT_LE(backoff(policy, 1, 0).count(), 100);
    EXPECT_GE(backoff(policy, 3, 0).count(), 200);
    EXPECT_LE(backoff(policy, 3, 0).count(), 400);
    EXPECT_LE(backoff(policy, 60, 0).count(), 1000);
    EXPECT_EQ(backoff(policy, 1, 5000).count(), 5000);
  }
}

}  // namespace
}  // namespace seabed
