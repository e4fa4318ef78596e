// Tags of an object.

#include "world.h"

namespace seabed::check {

using Tags = std::map<std::string, std::string>;

CHECK_TEST("tags.are_set_read_and_replaced", SEABED_CAP_TAGS) {
  const std::string key = world.key("k");
  world.put(key, "x");
  Tags found;
  const auto expect_tags = [&](const Tags& wanted) {
    expect_ok(world.store().get_tags(key, &found), "get_tags");
    expect(found == wanted, "get_tags gave " + std::to_string(found.size()) +
                                " tags or other ones than the " + std::to_string(wanted.size()) +
                                " that were set");
  };
  expect_tags({});
  for (const Tags& tags :
       {Tags{{"seabed", "delete"}, {"when", "2024-01-01 a:b/c+d=e._-"}}, Tags{{"other", "1"}}}) {
    expect_ok(world.store().set_tags(key, tags), "set_tags");
    expect_tags(tags);
  }
  expect_ok(world.store().set_tags(key, {}), "set_tags of none");
  expect_tags({});
  expect_equal(world.get(key), "x", "the object");
}

CHECK_TEST("tags.need_an_object", SEABED_CAP_TAGS) {
  Tags found;
  expect_code(world.store().get_tags(world.key("no"), &found), SEABED_NOT_FOUND, "get_tags of a missing key");
  expect_code(world.store().set_tags(world.key("no"), {{"a", "b"}}), SEABED_NOT_FOUND,
              "set_tags of a missing key");
  expect_code(world.store().stat(world.key("no")), SEABED_NOT_FOUND, "stat after it");
}

CHECK_TEST_WITHOUT("unclaimed.tags", SEABED_CAP_TAGS) {
  world.put(world.key("k"), "x");
  Tags found;
  expect_code(world.store().get_tags(world.key("k"), &found), SEABED_UNSUPPORTED,
              "get_tags that is not claimed");
  expect_code(world.store().set_tags(world.key("k"), {{"a", "b"}}), SEABED_UNSUPPORTED,
              "set_tags that is not claimed");
}

}  // namespace seabed::check
