// Listing: order, prefixes, pages.

#include <algorithm>

#include "world.h"

namespace seabed::check {

using Keys = std::vector<std::string>;

CHECK_TEST("list.keys_rise_bytewise", SEABED_CAP_STRONG_LIST) {
  // '-' and '.' sort before '/', '0' behind it.
  Keys all = {"a/b", "a-b", "a.b", "a0", "b/c/d", "b/c-d", "b/c0", "b-", "A"};
  for (const auto& key : all) world.put(world.key(key), "x");
  std::sort(all.begin(), all.end());
  expect_equal(world.keys(), all, "the list");
  for (uint32_t page = 1; page <= all.size() + 1; ++page)
    expect_equal(world.keys("", page), all, "the list in pages of " + std::to_string(page));
}

CHECK_TEST("list.a_prefix_need_not_end_at_a_slash", SEABED_CAP_STRONG_LIST) {
  for (const char* key : {"log/1", "log/10", "log/2", "logs/1", "lo", "data/x"})
    world.put(world.key(key), "x");
  expect_equal(world.keys("log/1"), Keys{"log/1", "log/10"}, "below log/1");
  expect_equal(world.keys("log"), Keys{"log/1", "log/10", "log/2", "logs/1"}, "below log");
  expect_equal(world.keys("log/"), Keys{"log/1", "log/10", "log/2"}, "below log/");
  expect_equal(world.keys("nothing/here"), Keys{}, "below a prefix of nothing");
}

CHECK_TEST("list.sees_writes_at_once", SEABED_CAP_STRONG_LIST) {
  const auto list = [&] {
    Page page;
    expect_ok(world.store().list(world.prefix(), "", 10, &page), "list");
    return page.entries;
  };
  expect_equal(list().size(), 0, "entries before the first write");
  for (int i = 0; i < 5; ++i) {
    world.put(world.key("k"), std::string(static_cast<size_t>(5 - i), 'x'));
    expect_equal(list().size(), 1, "entries after a put");
    expect_equal(list()[0].second, static_cast<uint64_t>(5 - i), "the size in the list");
    expect_ok(world.store().remove({world.key("k")}), "remove");
    expect_equal(list().size(), 0, "entries after a remove");
  }
}

}  // namespace seabed::check
