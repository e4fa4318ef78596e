// More keys than one page holds, made by parallel puts of empty objects.

#include <algorithm>

#include "world.h"

namespace seabed::check {

using Keys = std::vector<std::string>;

namespace {
Keys fill(World& world, int n) {
  Keys all;
  for (int i = 0; i < n; ++i)
    all.push_back("d" + std::to_string(i % 7) + "/" + std::to_string(i * 7919 % 100003));
  std::vector<Answer> failed;
  std::mutex mutex;
  together(16, [&](int t) {
    for (size_t i = static_cast<size_t>(t); i < all.size(); i += 16)
      if (const Answer answer = world.store().put(world.key(all[i]), ""); !answer.ok()) {
        std::lock_guard lock(mutex);
        failed.push_back(answer);
      }
  });
  if (!failed.empty()) expect_ok(failed[0], "one of 16 puts at a time");
  std::sort(all.begin(), all.end());
  return all;
}

void remove_in_batches(World& world, const Keys& all) {
  const size_t batch = std::clamp<size_t>(world.capabilities().max_delete_batch, 1, 1000);
  for (size_t i = 0; i < all.size(); i += batch) {
    Keys some;
    for (size_t j = i; j < std::min(i + batch, all.size()); ++j) some.push_back(world.key(all[j]));
    std::vector<int32_t> results;
    expect_ok(world.store().remove(some, &results), "remove of " + std::to_string(some.size()) + " keys");
    for (size_t j = 0; j < some.size(); ++j)
      expect(results[j] == SEABED_OK, "a batch deletion told no success for " + some[j]);
  }
}
}  // namespace

CHECK_TEST("list.pages_over_a_thousand_keys", SEABED_CAP_STRONG_LIST) {
  const Keys all = fill(world, 1203);
  for (const uint32_t page : {1000u, 999u, 101u})
    expect_equal(world.keys("", page), all, "the list in pages of " + std::to_string(page));
  remove_in_batches(world, all);
  expect_equal(world.keys(), Keys{}, "the list after deletion");
}

CHECK_TEST("list.a_token_works_in_another_store", SEABED_CAP_STRONG_LIST) {
  for (int i = 0; i < 30; ++i) world.put(world.key("k" + std::to_string(100 + i)), "");
  Page first, second;
  expect_ok(world.store().list(world.key("k"), "", 10, &first), "list");
  expect(!first.next.empty(), "10 of 30 keys came without a token for the others");
  const size_t seen = first.entries.size();
  expect_ok(world.open_another()->list(world.key("k"), first.next, 100, &second), "list in another store");
  expect(!second.entries.empty(), "the second page is empty");
  expect_equal(second.entries[0].first, world.key("k" + std::to_string(100 + seen)),
               "the first key of the page");
}

CHECK_TEST("list.deletion_between_pages_skips_nothing_else", SEABED_CAP_STRONG_LIST) {
  for (int i = 0; i < 20; ++i) world.put(world.key("k" + std::to_string(100 + i)), "");
  Page first;
  expect_ok(world.store().list(world.prefix(), "", 10, &first), "list");
  expect_equal(first.entries.size(), 10, "entries of the first page");
  for (const char* key : {"k109", "k110", "k111"})
    expect_ok(world.store().remove({world.key(key)}), "remove");
  Keys rest;
  for (std::string token = first.next; !token.empty();) {
    Page page;
    expect_ok(world.store().list(world.prefix(), token, 10, &page), "list");
    for (const auto& [key, size] : page.entries) rest.push_back(key.substr(world.prefix().size()));
    token = page.next;
  }
  expect_equal(rest, Keys{"k112", "k113", "k114", "k115", "k116", "k117", "k118", "k119"},
               "the pages behind");
}

}  // namespace seabed::check
