#include "core/engine/admin/benchmark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/admin/faulty_store.h"

namespace seabed {
namespace {

using test::FaultyStore;
using test::MemoryStore;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kSize = 100'000;

struct Bench {
  std::shared_ptr<MemoryStore> memory = std::make_shared<MemoryStore>();
  FaultyStore store{memory};
  CancelToken cancel;
  BenchOptions options{.threads = 3, .runs = 5, .object_bytes = kSize};

  Result<BenchReport> run(BenchType type) {
    options.type = type;
    return run_benchmark(store, options, cancel);
  }
  BenchReport good(BenchType type) {
    auto report = run(type);
    EXPECT_TRUE(report) << report.error().message();
    if (!report) return {};
    EXPECT_FALSE(report->error) << report->error->message();
    return *report;
  }
};

uint64_t count(const BenchReport& report, BenchStep step) {
  return report.steps[static_cast<size_t>(step)].count;
}

TEST(Benchmark, WritesReadsAndDeletesExactlyWhatWasAsked) {
  Bench bench;
  auto report = bench.good(BenchType::kWrite);
  EXPECT_EQ(report.operations, 15u);
  EXPECT_EQ(report.bytes, 15 * kSize);
  EXPECT_EQ(count(report, BenchStep::kPut), 15u);
  EXPECT_EQ(bench.memory->objects.size(), 15u);
  EXPECT_GT(report.seconds, 0);

  bench.options.objects = 5;
  bench.options.fragment_bytes = 1000;
  bench.options.runs = 40;
  report = bench.good(BenchType::kRead);
  EXPECT_EQ(report.bytes, 120'000u);
  EXPECT_EQ(count(report, BenchStep::kRead), 120u);

  bench.options.runs = 5;
  report = bench.good(BenchType::kDel);
  EXPECT_EQ(report.operations, 15u);
  EXPECT_EQ(report.bytes, 0u);
  EXPECT_THAT(bench.memory->objects, IsEmpty());
}

TEST(Benchmark, AppendsNativelyAndInParts) {
  Bench bench;
  bench.options.fragment_bytes = 30'000;  // 4 appends an object
  EXPECT_EQ(count(bench.good(BenchType::kAppend), BenchStep::kAppend), 60u);
  EXPECT_EQ(bench.memory->objects.size(), 15u);
  EXPECT_THAT(bench.run(BenchType::kAppend).error().next_step, HasSubstr("-b true"));
  bench.options.clean_before = bench.options.adaptive = true;
  EXPECT_EQ(bench.good(BenchType::kAppend).removed, 15u);
  EXPECT_EQ(bench.memory->objects.size(), 60u);
  bench.options.clean_before = false;
  bench.options.objects = 5;
  bench.options.fragment_bytes = 70'000;  // over the ends of parts
  EXPECT_EQ(bench.good(BenchType::kRead).bytes, 15 * 70'000u);
  bench.good(BenchType::kDel);
  EXPECT_THAT(bench.memory->objects, IsEmpty());
}

TEST(Benchmark, MultiSendsPartsOfEightMegabytes) {
  Bench bench;
  bench.options = {.threads = 2, .runs = 1, .object_bytes = 20'000'000, .fragment_bytes = 999'999};
  const auto report = bench.good(BenchType::kMulti);
  EXPECT_EQ(count(report, BenchStep::kUploadPart), 6u);
  EXPECT_EQ(count(report, BenchStep::kClose), 2u);
  bench.options.objects = 1;
  bench.options.fragment_bytes = 0;
  EXPECT_EQ(bench.good(BenchType::kRead).bytes, 40'000'000u);
}

TEST(Benchmark, TheLimitBoundsWhatIsWritten) {
  Bench bench;
  bench.options.max_bytes = 14 * kSize;
  auto refused = bench.run(BenchType::kWrite);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().next_step, HasSubstr("--max-data"));
  EXPECT_THAT(bench.memory->objects, IsEmpty());
  bench.options.runs = 0;  // by time alone: what will be written is not known before
  bench.options.seconds = 60;
  const auto report = bench.good(BenchType::kWrite);
  EXPECT_TRUE(report.hit_limit);
  EXPECT_EQ(report.bytes, 14 * kSize);
}

TEST(Benchmark, CleansAfterAFailureAndACancelToo) {
  Bench bench;
  bench.options.clean_after = true;
  std::atomic<int> puts = 0;
  bench.store.fault = [&](const StoreCall& call) -> std::optional<Error> {
    if (call.op == StoreOp::kPut && ++puts > 7) return test::denied(call.key);
    return std::nullopt;
  };
  auto report = bench.run(BenchType::kWrite);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->error->code, Code::kPermissionDenied);
  EXPECT_THAT(bench.memory->objects, IsEmpty());
  bench.store.fault = [&](const StoreCall& call) -> std::optional<Error> {
    if (call.op == StoreOp::kPut) bench.cancel.cancel();
    return std::nullopt;
  };
  report = bench.run(BenchType::kWrite);
  EXPECT_EQ(report->error->code, Code::kCancelled);
  EXPECT_THAT(bench.memory->objects, IsEmpty());
}

TEST(Benchmark, ReadsProveTheContent) {
  Bench bench;
  bench.good(BenchType::kWrite);
  bench.options.objects = 5;
  for (auto& [key, bytes] : bench.memory->objects) bytes[kSize / 2] ^= 1;
  bench.options.fragment_bytes = 0;
  auto report = bench.run(BenchType::kRead);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->error->code, Code::kCorruption);
}

TEST(Benchmark, WrongWordsAreRefusedBeforeAnythingIsWritten) {
  Bench bench;
  auto refused = [&](BenchType type, auto change) {
    Bench fresh;
    change(fresh.options);
    auto report = fresh.run(type);
    EXPECT_THAT(fresh.memory->objects, IsEmpty());
    return report ? "accepted" : report.error().object;
  };
  EXPECT_EQ(refused(BenchType::kWrite, [](auto& o) { o.threads = 0; }), "-t");
  EXPECT_EQ(refused(BenchType::kWrite, [](auto& o) { o.threads = 100'000; }), "-t");
  EXPECT_EQ(refused(BenchType::kWrite, [](auto& o) { o.runs = 0; }), "-r");
  EXPECT_EQ(refused(BenchType::kWrite, [](auto& o) { o.object_bytes = 0; }), "-o");
  EXPECT_EQ(refused(BenchType::kAppend, [](auto& o) { o.fragment_bytes = kSize + 1; }), "-f");
  EXPECT_EQ(refused(BenchType::kRead, [](auto&) {}), "-n");
  EXPECT_EQ(refused(BenchType::kDel, [](auto& o) { o.runs = 0, o.seconds = 9; }), "-r");
  EXPECT_EQ(bench.run(BenchType::kDel).error().code, Code::kNotFound);
  bench.options.objects = 5;
  EXPECT_EQ(bench.run(BenchType::kRead)->error->code, Code::kNotFound);
  bench.memory->objects["format.obbak"] = "x";
  EXPECT_EQ(bench.run(BenchType::kWrite).error().code, Code::kConflict);
}

TEST(Latencies, QuantilesLieWithinOneSixtyFourth) {
  std::mt19937_64 random(3);
  std::vector<uint64_t> values;
  Latencies first, second;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(random() >> (random() % 50 + 10));
    (i % 2 ? first : second).add(values.back());
  }
  first.merge(second);
  std::sort(values.begin(), values.end());
  const auto figures = first.figures();
  auto at = [&](double q) { return static_cast<double>(values[static_cast<size_t>(q * 20'000) - 1]) / 1e6; };
  EXPECT_EQ(figures.count, 20'000u);
  EXPECT_DOUBLE_EQ(figures.min_ms, static_cast<double>(values.front()) / 1e6);
  EXPECT_DOUBLE_EQ(figures.max_ms, static_cast<double>(values.back()) / 1e6);
  for (auto [q, found] : {std::pair(0.5, figures.p50_ms),
                          {0.9, figures.p90_ms},
                          {0.99, figures.p99_ms},
                          {0.999, figures.p999_ms}}) {
    EXPECT_GE(found, at(q)) << q;
    EXPECT_LE(found, at(q) * (1 + 1.0 / 64)) << q;
  }
}

}  // namespace
}  // namespace seabed
