// Figures by scheme outlive the stores they come from.
#include <gtest/gtest.h>

#include "core/storage/fault.h"
#include "core/storage/metrics.h"
#include "memory_store.h"

namespace seabed {
namespace {

OpFigures of(const std::string& scheme, StoreOp op) {
  for (const auto& one : metrics_by_scheme())
    if (one.scheme == scheme) return one.metrics->figures(op);
  return {};
}

TEST(SchemeMetrics, OutliveTheStoresAndKnowTheClass) {
  const IoContext ctx;
  const OpFigures put = of("memory", StoreOp::kPut), read = of("memory", StoreOp::kRead);
  for (int i = 0; i < 2; ++i) {
    const auto store = with_metrics(std::make_shared<test::MemoryStore>());
    ASSERT_TRUE(put_object(*store, "k", "12345", PutMode::kReplace, ctx));
    char buffer[10];
    EXPECT_FALSE(store->read_at("none", 0, buffer, ctx));
    EXPECT_EQ(store->metrics()->figures(StoreOp::kPut).calls, 1u) << "of this store alone";
  }
  EXPECT_EQ(of("memory", StoreOp::kPut).bytes - put.bytes, 10u);
  const auto not_found = static_cast<size_t>(Code::kNotFound);
  const OpFigures now = of("memory", StoreOp::kRead);
  EXPECT_EQ(now.by_code[not_found] - read.by_code[not_found], 2u);
  EXPECT_EQ(now.errors - read.errors, 2u);
}

}  // namespace
}  // namespace seabed
