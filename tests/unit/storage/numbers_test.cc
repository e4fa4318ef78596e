// OceanBase's numbers for what a medium answers.
#include "core/storage/numbers.h"

#include <gtest/gtest.h>

#include "memory_store.h"

namespace seabed {
namespace {

class Failing : public AroundStore<Failing> {
 public:
  using AroundStore::AroundStore;
  template <class F>
  auto around(const StoreCall&, F&&) -> decltype(std::declval<F>()()) {
    return fail(Error{code, "it", "failed", "", 0, number});
  }
  Code code = Code::kIo;
  int number = 0;
};

TEST(Numbers, OfEachCode) {
  struct Case {
    Code code;
    int open, read, list, append;
  } cases[] = {{Code::kInvalidArgument, 9026, 9026, 9026, 9026},
               {Code::kUnsupported, 9026, 0, 0, 0},
               {Code::kPermissionDenied, 9071, 9071, 9071, 9071},
               {Code::kUnavailable, 9070, 9070, 9070, 9070},
               {Code::kTimeout, 9070, 9070, 9070, 9070},
               {Code::kIo, 9070, 9070, 9070, 9070},
               {Code::kThrottled, 9061, 9061, 9061, 9061},
               {Code::kNoSpace, 9082, 9082, 9082, 9082},
               {Code::kNotFound, 9070, 0, 9070, 0},
               {Code::kConflict, 0, 0, 0, 9083},
               {Code::kAlreadyExists, 0, 0, 0, 0},
               {Code::kCorruption, 0, 0, 0, 0},
               {Code::kCancelled, 0, 0, 0, 0},
               {Code::kOutcomeUnknown, 0, 0, 0, 0}};
  auto failing = std::make_shared<Failing>(std::make_shared<test::MemoryStore>());
  const auto store = with_numbers(failing);
  for (const Case& c : cases) {
    failing->code = c.code;
    EXPECT_EQ(numbered_open({c.code, "", "", "", 0, 0}).ob_error, c.open) << code_name(c.code);
    EXPECT_EQ(read_object(*store, "a", 10, {}).error().ob_error, c.read) << code_name(c.code);
    EXPECT_EQ(store->list("", "", 1, {}).error().ob_error, c.list) << code_name(c.code);
    EXPECT_EQ(store->append("a", 0, {}, {}).error().ob_error, c.append) << code_name(c.code);
  }
}

TEST(Numbers, OneThatIsThereStays) {
  auto failing = std::make_shared<Failing>(std::make_shared<test::MemoryStore>());
  failing->number = 9116;
  EXPECT_EQ(with_numbers(failing)->stat("a", {}).error().ob_error, 9116);
  EXPECT_EQ(numbered_open({Code::kIo, "", "", "", 0, 9001}).ob_error, 9001);
}

TEST(Numbers, WhatSucceedsIsHandedOn) {
  const auto store = with_numbers(std::make_shared<test::MemoryStore>());
  ASSERT_TRUE(put_object(*store, "a", "bytes", PutMode::kReplace, {}));
  EXPECT_EQ(*read_object(*store, "a", 10, {}), "bytes");
}

}  // namespace
}  // namespace seabed
