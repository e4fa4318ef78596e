// A store whose way to the medium is changed while it is in use.
#include "core/storage/changeable.h"

#include <gtest/gtest.h>

#include "tests/unit/storage/memory_store.h"

namespace seabed {
namespace {

TEST(Changeable, TheNextCallGoesTheNewWay) {
  auto first = std::make_shared<test::MemoryStore>(), second = std::make_shared<test::MemoryStore>();
  second->can.append = false;
  ChangeableStore store(first);
  const Capabilities& before = store.capabilities();
  const std::string_view bytes[] = {"x"};
  ASSERT_TRUE(store.put("a", bytes, PutMode::kReplace, {}));
  store.change(second);
  ASSERT_TRUE(store.put("b", bytes, PutMode::kReplace, {}));
  EXPECT_EQ(first->objects.size(), 1u);
  EXPECT_EQ(second->objects.count("b"), 1u);
  first.reset();
  EXPECT_TRUE(before.append) << "what was looked at stays";
  EXPECT_FALSE(store.capabilities().append);
  EXPECT_FALSE(store.stat("a", {}));
  store.change(second);
  EXPECT_TRUE(store.stat("b", {}));
}

}  // namespace
}  // namespace seabed
