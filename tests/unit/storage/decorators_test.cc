// Capability check, throttle, metrics, tagging and the helpers over the interface.

#include <gtest/gtest.h>

#include <thread>

#include "core/storage/capability_check.h"
#include "core/storage/fault.h"
#include "core/storage/metrics.h"
#include "core/storage/tag_delete.h"
#include "core/storage/throttle.h"
#include "tests/unit/storage/memory_store.h"

namespace seabed {
namespace {

using test::MemoryStore;

class Decorators : public ::testing::Test {
 protected:
  std::shared_ptr<MemoryStore> memory_ = std::make_shared<MemoryStore>();
  IoContext ctx_;
};

TEST_F(Decorators, CapabilityCheckTellsWhatTheMediumLacks) {
  memory_->can = Capabilities{};
  memory_->can.uploads = false;
  const auto store = with_capability_check(memory_);
  const std::string_view x = "x";
  EXPECT_EQ(put_object(*store, "k", "x", PutMode::kIfAbsent, ctx_).error().code, Code::kUnsupported);
  EXPECT_EQ(store->append("k", 0, Buffers(&x, 1), ctx_).error().code, Code::kUnsupported);
  EXPECT_EQ(store->begin_upload("k", ctx_).error().code, Code::kUnsupported);
  EXPECT_EQ(store->list_uploads("", ctx_).error().code, Code::kUnsupported);
  EXPECT_EQ(store->get_tags("k", ctx_).error().code, Code::kUnsupported);
  EXPECT_TRUE(memory_->objects.empty());
  EXPECT_TRUE(put_object(*store, "k", "x", PutMode::kReplace, ctx_).has_value());
}

TEST_F(Decorators, CapabilityCheckKeepsToTheLimits) {
  memory_->can.max_put_bytes = 4;
  memory_->can.min_part_bytes = 2;
  memory_->can.max_part_bytes = 3;
  memory_->can.max_parts = 5;
  memory_->can.max_key_length = 6;
  const auto store = with_capability_check(memory_);
  const auto part = [&](uint32_t number, std::string_view bytes) {
    return store->upload_part("k", "u1", number, Buffers(&bytes, 1), ctx_);
  };
  EXPECT_EQ(put_object(*store, "k", "12345", PutMode::kReplace, ctx_).error().code, Code::kInvalidArgument);
  EXPECT_EQ(put_object(*store, "k234567", "1", PutMode::kReplace, ctx_).error().code, Code::kInvalidArgument);
  ASSERT_EQ(store->begin_upload("k", ctx_).value(), "u1");
  EXPECT_EQ(part(1, "1234").error().code, Code::kInvalidArgument);
  EXPECT_EQ(part(0, "1").error().code, Code::kInvalidArgument);
  EXPECT_EQ(part(6, "1").error().code, Code::kInvalidArgument);
  const std::vector small_first = {part(1, "1").value(), part(2, "2").value()};
  EXPECT_EQ(store->complete_upload("k", "u1", small_first, ctx_).error().code, Code::kInvalidArgument);
  const std::vector small_last = {part(1, "11").value(), part(2, "2").value()};
  EXPECT_TRUE(store->complete_upload("k", "u1", small_last, ctx_).has_value());
}

TEST_F(Decorators, CapabilityCheckCutsDeletionsIntoBatches) {
  const auto store = with_capability_check(memory_);
  const std::vector<std::string> keys = {"a", "b", "c", "d", "e"};
  for (const auto& key : keys) ASSERT_TRUE(put_object(*store, key, "", PutMode::kReplace, ctx_).has_value());
  EXPECT_EQ(store->remove(keys, ctx_).value().size(), 5u);
  EXPECT_TRUE(memory_->objects.empty());
  EXPECT_EQ(memory_->largest_remove, 2u);
}

TEST(ObjectKey, OnlyRelativePathsPass) {
  for (const char* good : {"a", "a/b", "...", "a/..b", ".hidden/x", " ", "ü"})
    EXPECT_TRUE(check_object_key(good)) << good;
  for (const char* bad : {"", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.", "./a"})
    EXPECT_FALSE(check_object_key(bad)) << bad;
  EXPECT_FALSE(check_object_key(std::string("a\0b", 3)));
}

TEST_F(Decorators, ThrottleSpacesCallsAndRefusesWhatComesTooLate) {
  const auto store = with_throttle(memory_, 50, 0);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(put_object(*store, "k", "x", PutMode::kReplace, ctx_).has_value());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100)) << "5 pauses of 20 ms";
  const auto slow = with_throttle(memory_, 0, 10);
  ASSERT_TRUE(put_object(*slow, "k", std::string(10'000, 'x'), PutMode::kReplace, ctx_).has_value());
  EXPECT_EQ(put_object(*slow, "k", "x", PutMode::kReplace, ctx_).error().code, Code::kTimeout);
  EXPECT_EQ(memory_->objects["k"].size(), 10'000u);
}

TEST(RateLimit, ARefusedReservationOwesNothing) {
  RateLimit limit(10);
  const auto now = RateLimit::Clock::now();
  EXPECT_EQ(limit.reserve(100, now, now), now);  // 10 s of debt
  EXPECT_EQ(limit.reserve(1, now, now + std::chrono::seconds(9)), RateLimit::Clock::time_point::max());
  EXPECT_EQ(limit.reserve(1, now, now + std::chrono::seconds(11)), now + std::chrono::seconds(10));
}

TEST_F(Decorators, MetricsCountAttemptsBytesAndErrors) {
  const auto store = with_metrics(with_faults(memory_, [](const StoreCall& c) -> std::optional<Fault> {
    if (c.op == StoreOp::kStat) return Fault{};
    return std::nullopt;
  }));
  ASSERT_TRUE(put_object(*store, "k", "12345", PutMode::kReplace, ctx_).has_value());
  char buffer[100];
  ASSERT_EQ(store->read_at("k", 0, buffer, ctx_).value(), 5u);
  ASSERT_FALSE(store->stat("k", ctx_).has_value());
  const StoreMetrics* metrics = store->metrics();
  ASSERT_NE(metrics, nullptr);
  EXPECT_EQ(metrics->figures(StoreOp::kPut).bytes, 5u);
  EXPECT_EQ(metrics->figures(StoreOp::kRead).bytes, 5u) << "what was read, not what was asked for";
  EXPECT_EQ(metrics->figures(StoreOp::kStat).errors, 1u);
  EXPECT_EQ(metrics->figures(StoreOp::kList).calls, 0u);
  EXPECT_EQ(with_capability_check(store)->metrics(), metrics) << "seen through the decorators around";
}

TEST(Metrics, LatenciesAreCountedInBuckets) {
  StoreMetrics metrics;
  for (int i = 0; i < 98; ++i) metrics.add(StoreOp::kGetTags, 100, 0, true);
  for (int i = 0; i < 2; ++i) metrics.add(StoreOp::kGetTags, 5000, 0, true);
  const OpFigures f = metrics.figures(StoreOp::kGetTags);
  EXPECT_EQ(f.latency[7], 98u) << "below 128 µs";
  EXPECT_EQ(f.latency[13], 2u) << "below 8192 µs";
}

TEST_F(Decorators, ALyingMediumSaysThatItDidWhatItDidNot) {
  const auto store = with_faults(memory_, [](const StoreCall& c) -> std::optional<Fault> {
    return c.key == "k" ? std::optional(Fault{Fault::When::kSkip, {}}) : std::nullopt;
  });
  const std::string_view bytes = "12345";
  EXPECT_TRUE(put_object(*store, "k", bytes, PutMode::kReplace, ctx_));
  EXPECT_EQ(store->append("k", 7, Buffers(&bytes, 1), ctx_).value(), 12u);
  EXPECT_EQ(store->upload_part("k", "u", 3, Buffers(&bytes, 1), ctx_)->size, 5u);
  EXPECT_TRUE(store->complete_upload("k", "u", {}, ctx_));
  EXPECT_TRUE(memory_->objects.empty());
  EXPECT_TRUE(put_object(*store, "other", bytes, PutMode::kReplace, ctx_));
  EXPECT_EQ(memory_->objects.size(), 1u);
}

TEST_F(Decorators, TaggingKeepsTheObject) {
  const auto store = with_tag_delete(memory_);
  ASSERT_TRUE(put_object(*store, "k", "x", PutMode::kReplace, ctx_).has_value());
  const std::vector<std::string> keys = {"k", "missing"};
  const auto results = store->remove(keys, ctx_).value();
  EXPECT_TRUE(results[0].has_value());
  EXPECT_TRUE(results[1].has_value());
  EXPECT_EQ(memory_->objects.count("k"), 1u);
  EXPECT_EQ(memory_->tags["k"], (ObjectStore::Tags{{"delete_mode", "tagging"}}));
}

TEST_F(Decorators, ReadObjectSurvivesShortReadsAndRefusesTooMuch) {
  memory_->objects["k"] = "0123456789";
  const auto store = with_faults(memory_, [](const StoreCall& c) -> std::optional<Fault> {
    if (c.op == StoreOp::kRead && c.bytes > 1) return Fault{Fault::When::kShortRead, {}};
    return std::nullopt;
  });
  EXPECT_EQ(read_object(*store, "k", 100, ctx_).value(), "0123456789");
  EXPECT_EQ(read_range(*store, "k", 3, 4, ctx_).value(), "3456");
  EXPECT_EQ(read_range(*store, "k", 8, 4, ctx_).error().code, Code::kCorruption);
  EXPECT_EQ(read_object(*store, "k", 9, ctx_).error().code, Code::kCorruption);
  EXPECT_TRUE(any_object(*store, "", ctx_).value());
  EXPECT_FALSE(any_object(*store, "z", ctx_).value());
  EXPECT_EQ(list_all(*store, "", ctx_).value().size(), 1u);
  EXPECT_EQ(list_all(*store, "", ctx_, 0).error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace seabed
