// A store that asks for nothing twice.
#include "core/storage/remember.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/storage/fault.h"
#include "tests/unit/storage/memory_store.h"

namespace seabed {
namespace {

struct RememberTest : ::testing::Test {
  RememberTest() {
    inner->objects = {{"a", "0123456789"}, {"b", std::string(100, 'b')}, {"p/1", "x"}, {"p/2", "y"}, {"q", "z"}};
  }
  std::string read(RememberingStore& store, const std::string& key, uint64_t from, size_t n) {
    std::string out(n, '\0');
    const auto got = store.read_at(key, from, out, {});
    return got ? out.substr(0, *got) : "error";
  }
  std::shared_ptr<test::MemoryStore> inner = std::make_shared<test::MemoryStore>();
};

TEST_F(RememberTest, AnObjectIsAskedForOnce) {
  auto store = with_memory(inner);
  EXPECT_EQ(read(*store, "a", 0, 64), "0123456789");
  inner->objects["a"] = "changed";
  EXPECT_EQ(read(*store, "a", 0, 64), "0123456789");
  EXPECT_EQ(read(*store, "a", 3, 4), "3456");
  EXPECT_EQ(read(*store, "a", 9, 4), "9") << "its end is known";
  EXPECT_EQ(read(*store, "a", 20, 4), "");
}

TEST_F(RememberTest, AReadThatDidNotReachTheEndIsNotTheWhole) {
  auto store = with_memory(inner);
  EXPECT_EQ(read(*store, "a", 0, 4), "0123");
  inner->objects["a"] = "abcdefghijkl";
  EXPECT_EQ(read(*store, "a", 1, 3), "123");
  EXPECT_EQ(read(*store, "a", 2, 6), "cdefgh") << "asked again";
  EXPECT_EQ(read(*store, "a", 0, 64), "abcdefghijkl");
  EXPECT_EQ(read(*store, "a", 1, 3), "bcd");
}

TEST_F(RememberTest, WhoDoubtsAsksAgain) {
  auto store = with_memory(inner);
  EXPECT_EQ(read(*store, "a", 0, 64), "0123456789");
  inner->objects["a"] = "second";
  ASSERT_TRUE(store->stat("a", {}));
  EXPECT_EQ(read(*store, "a", 0, 64), "second");
  ASSERT_TRUE(put_object(*store, "a", "third", PutMode::kReplace, {}));
  EXPECT_EQ(read(*store, "a", 0, 64), "third");
  ASSERT_TRUE(store->append("a", 5, Buffers(std::vector<std::string_view>{"+"}), {}));
  EXPECT_EQ(read(*store, "a", 0, 64), "third+");
  const std::string key = "a";
  ASSERT_TRUE(store->remove(std::span(&key, 1), {}));
  EXPECT_EQ(read(*store, "a", 0, 64), "error");
}

TEST_F(RememberTest, FailuresLargeReadsAndWhatGrowsAreNotKept) {
  auto store = with_memory(inner, {.keep = [](const std::string& key) { return key != "q"; }, .largest = 50, .limit = 60});
  EXPECT_EQ(read(*store, "none", 0, 8), "error");
  inner->objects["none"] = "there";
  EXPECT_EQ(read(*store, "none", 0, 8), "there");
  EXPECT_EQ(read(*store, "q", 0, 8), "z");
  inner->objects["q"] = "zz";
  EXPECT_EQ(read(*store, "q", 0, 8), "zz");
  EXPECT_EQ(read(*store, "b", 0, 51), std::string(51, 'b'));
  inner->objects["b"] = std::string(100, 'c');
  EXPECT_EQ(read(*store, "b", 0, 50), std::string(50, 'c')) << "the larger read was not kept";
  EXPECT_EQ(read(*store, "a", 0, 40), "0123456789");
  inner->objects["a"] = "new";
  EXPECT_EQ(read(*store, "a", 0, 40), "new") << "there was no room for it";
}

TEST_F(RememberTest, ParallelReadersWaitForOneRequest) {
  std::atomic<int> asked = 0, began = 0;
  auto store = with_memory(with_faults(inner, [&](const StoreCall& call) -> std::optional<Fault> {
    if (call.op != StoreOp::kRead) return std::nullopt;
    ++asked;
    while (began < 8) std::this_thread::yield();
    return std::nullopt;
  }));
  std::vector<std::jthread> readers;
  for (int i = 0; i < 8; ++i)
    readers.emplace_back([&] {
      ++began;
      EXPECT_EQ(read(*store, "a", 0, 64), "0123456789");
    });
  readers.clear();
  EXPECT_EQ(asked, 1);
}

TEST_F(RememberTest, AListingThatWasGivenServesWhatIsBelowIt) {
  auto store = with_memory(inner);
  store->remember_listing("p/", *list_all(*inner, "p/", {}));
  inner->objects["p/3"] = inner->objects["qq"] = "new";
  EXPECT_EQ(list_all(*store, "p/", {})->size(), 2u);
  EXPECT_EQ(list_all(*store, "p/2", {})->size(), 1u);
  EXPECT_EQ(list_all(*store, "q", {})->size(), 2u) << "asked";
  EXPECT_EQ(list_all(*store, "", {})->size(), inner->objects.size());
  const auto first = store->list("p/", "", 1, {});
  ASSERT_TRUE(first && first->entries.size() == 1 && !first->next.empty());
  const auto second = store->list("p/", first->next, 1, {});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->entries.at(0).key, "p/2");
  EXPECT_TRUE(second->next.empty());
}

}  // namespace
}  // namespace seabed
