// Whole objects: put, stat, read, names, deletion.

#include <algorithm>
#include <set>

#include "world.h"

namespace seabed::check {

CHECK_TEST("object.put_then_read", 0) {
  world.put(world.key("a/b/c"), "hello");
  expect_equal(world.get(world.key("a/b/c")), "hello", "the object");
  seabed_object_stat stat{};
  expect_ok(world.store().stat(world.key("a/b/c"), &stat), "stat");
  expect_equal(stat.size, 5, "stat's size");
  expect_equal(stat.struct_size, sizeof stat, "stat's struct_size");
}

CHECK_TEST("object.every_byte_comes_back", 0) {
  std::string bytes(2'000'003, 0);
  uint32_t state = 12345;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  world.put(world.key("large"), bytes);
  expect(world.get(world.key("large")) == bytes, "the bytes that were read are not the bytes that were put");
  seabed_object_stat stat{};
  expect_ok(world.store().stat(world.key("large"), &stat), "stat");
  expect_equal(stat.size, bytes.size(), "stat's size");
}

CHECK_TEST("object.buffers_are_joined_in_order", 0) {
  const std::string large(3 << 20, 'x');
  expect_ok(world.store().put_pieces(world.key("k"), {"ab", "", large, "yz"}), "put of four buffers");
  expect_equal(world.get(world.key("k")), "ab" + large + "yz", "the object");
  std::string whole;
  std::vector<std::string> small;
  for (int i = 0; i < 3000; ++i) whole += small.emplace_back(std::to_string(i) + ",");
  expect_ok(world.store().put_pieces(world.key("many"), {small.begin(), small.end()}), "put of 3000 buffers");
  expect_equal(world.get(world.key("many")), whole, "the object of many buffers");
}

CHECK_TEST("object.empty", 0) {
  world.put(world.key("empty"), "");
  seabed_object_stat stat{};
  expect_ok(world.store().stat(world.key("empty"), &stat), "stat");
  expect_equal(stat.size, 0, "its size");
  std::string bytes;
  expect_ok(world.store().read(world.key("empty"), 0, 10, &bytes), "read_at");
  expect_equal(bytes, "", "its bytes");
  expect_ok(world.store().put_pieces(world.key("none"), {}), "put of no buffers");
  expect_ok(world.store().stat(world.key("none"), &stat), "stat");
}

CHECK_TEST("object.ranges_at_the_ends", 0) {
  world.put(world.key("k"), "0123456789");
  const auto read = [&](uint64_t offset, size_t size, const char* wanted) {
    std::string bytes;
    const std::string what = std::to_string(size) + " bytes at " + std::to_string(offset);
    expect_ok(world.store().read(world.key("k"), offset, size, &bytes), what);
    expect_equal(bytes, wanted, what);
  };
  read(0, 10, "0123456789"), read(0, 4, "0123"), read(0, 1, "0");
  read(6, 4, "6789"), read(6, 8, "6789"), read(9, 8, "9"), read(9, 1, "9");
  read(10, 8, ""), read(11, 8, ""), read(uint64_t{1} << 40, 8, "");
  read(INT64_MAX - 3, 8, "");
  read(3, 0, "");
}

CHECK_TEST("object.missing_is_not_found", 0) {
  std::string bytes;
  const Answer stat = world.store().stat(world.key("no"));
  expect_code(stat, SEABED_NOT_FOUND, "stat of a missing key");
  expect(stat.error.retry == SEABED_RETRY_PERMANENT, "a missing key is told as " + stat.text());
  expect_code(world.store().read(world.key("no/such/key"), 0, 1, &bytes), SEABED_NOT_FOUND,
              "read_at of a missing key");
  world.put(world.key("dir/file"), "x");
  expect_code(world.store().stat(world.key("dir")), SEABED_NOT_FOUND, "stat of a common prefix");
  expect_code(world.store().stat(world.key("dir/fil")), SEABED_NOT_FOUND, "stat of the beginning of a key");
  expect_code(world.store().stat(world.key("dir/file/below")), SEABED_NOT_FOUND, "stat below an object");
}

CHECK_TEST("object.replace_changes_all_of_it", 0) {
  world.put(world.key("k"), "a longer first text");
  world.put(world.key("k"), "short");
  expect_equal(world.get(world.key("k")), "short", "the object");
}

CHECK_TEST("object.odd_names", 0) {
  std::set<std::string> names = {"blank in name",
                                 "trailing ",
                                 " leading",
                                 "percent%41",
                                 "quote\"'",
                                 "back\\slash",
                                 "a+b=c&d?e#f",
                                 "ünïcödé/名前",
                                 "emoji-🐳",
                                 "...",
                                 "..a",
                                 "-dash",
                                 "~tilde",
                                 ".hidden",
                                 "colon:semi;",
                                 "<xml>&amp;</xml>",
                                 "comma,star*",
                                 "[b](p){c}|^`$@!",
                                 std::string(200, 'n')};
  // Azure turns a backslash into a slash: a driver may refuse that one name, in words, instead of renaming.
  const std::string slash = "back\\slash";
  if (world.store().put(world.key(slash), slash).code == SEABED_INVALID_ARGUMENT) names.erase(slash);
  for (const auto& name : names) world.put(world.key(name), name);
  for (const auto& name : names) expect_equal(world.get(world.key(name)), name, "object " + name);
  if (world.can(SEABED_CAP_STRONG_LIST)) {
    expect_equal(world.keys(), {names.begin(), names.end()}, "the list");
    expect_equal(world.keys("", 3), {names.begin(), names.end()}, "the list in pages of 3");
  }
  for (const auto& name : names) {
    std::vector<int32_t> results;
    expect_ok(world.store().remove({world.key(name)}, &results), "remove of " + name);
    expect_equal(static_cast<uint64_t>(results[0]), SEABED_OK, "remove of " + name);
    expect_code(world.store().stat(world.key(name)), SEABED_NOT_FOUND, "stat after remove of " + name);
  }
}

CHECK_TEST("object.names_of_any_bytes", 0) {
  // A medium may refuse such names, but then in words; it may not change them.
  std::set<std::string> taken;
  for (const std::string name :
       {"new\nline", "tab\t", "\x01\x7f", "\xff\xfe-raw", "return\r", "e\xcc\x81 and \xc3\xa9"}) {
    const Answer answer = world.store().put(world.key(name), name);
    if (answer.ok()) taken.insert(name);
    if (!answer.ok()) expect_code(answer, SEABED_INVALID_ARGUMENT, "put of an odd name");
  }
  for (const auto& name : taken) expect_equal(world.get(world.key(name)), name, "an object with an odd name");
  if (world.can(SEABED_CAP_STRONG_LIST))
    expect_equal(world.keys(), {taken.begin(), taken.end()}, "the list of odd names");
}

CHECK_TEST("object.remove_tells_for_each_key", 0) {
  world.put(world.key("d/one"), "1");
  world.put(world.key("d/two"), "2");
  const std::vector<std::string> all = {world.key("d/one"), world.key("missing"), world.key("d/two")};
  const size_t batch = std::max<uint32_t>(world.capabilities().max_delete_batch, 1);
  for (size_t i = 0; i < all.size(); i += batch) {
    const std::vector<std::string> some(all.begin() + i, all.begin() + std::min(i + batch, all.size()));
    std::vector<int32_t> results;
    expect_ok(world.store().remove(some, &results), "remove");
    for (size_t j = 0; j < some.size(); ++j) {
      expect(results[j] != -1, "remove did not tell of a key");
      expect(results[j] != -2, "remove told of a key twice");
      expect(results[j] == SEABED_OK, std::string("remove answered ") + code_word(results[j]) + " for " +
                                          some[j] + " (a missing key is a success)");
    }
  }
  for (const auto& key : all) expect_code(world.store().stat(key), SEABED_NOT_FOUND, "stat of a removed key");
}

}  // namespace seabed::check
