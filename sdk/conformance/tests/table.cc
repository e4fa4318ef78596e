// What the driver says of itself: schemes, keys, capabilities, extensions.

#include <algorithm>
#include <cctype>

#include "world.h"

namespace seabed::check {

CHECK_TEST("table.schemes", 0) {
  bool ours = false;
  for (const char* const* scheme = world.table()->schemes; *scheme != nullptr; ++scheme) {
    const std::string text = *scheme;
    const bool good = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
      return std::islower(c) || std::isdigit(c) || c == '-' || c == '+' || c == '.';
    });
    expect(good, "scheme '" + text + "' is not lower case");
    ours = ours || text == world.options().destination.scheme;
  }
  expect(ours, "the driver does not claim the scheme " + world.options().destination.scheme);
}

CHECK_TEST("table.key_schema", 0) {
  std::vector<std::string> names;
  for (const seabed_key* const* key = world.table()->keys; *key != nullptr; ++key) {
    expect(SEABED_HAS(*key, seabed_key, choices), "a key's struct_size is too small");
    const std::string name = (*key)->name == nullptr ? "" : (*key)->name;
    expect(!name.empty() && name.find_first_of("=&?# ") == name.npos,
           "a key has the odd name '" + name + "'");
    expect(std::find(names.begin(), names.end(), name) == names.end(), "the key " + name + " is there twice");
    expect((*key)->type <= SEABED_KEY_CHOICE, "the key " + name + " has an unknown type");
    expect((*key)->help != nullptr && (*key)->help[0] != 0, "the key " + name + " has no line of help");
    expect((*key)->type != SEABED_KEY_CHOICE || ((*key)->choices != nullptr && (*key)->choices[0] != 0),
           "the key " + name + " is a choice of nothing");
    expect(((*key)->flags & SEABED_KEY_SECRET) == 0 || (*key)->default_value == nullptr,
           "the secret key " + name + " has a default");
    names.push_back(name);
  }
}

CHECK_TEST("table.an_unknown_key_is_refused", 0) {
  Destination destination = world.options().destination;
  destination.params["seabed_check_unknown_key"] = "1";
  seabed_store* store = nullptr;
  const Answer answer = Store::open(world.table(), destination, &store, &world.violations());
  if (answer.ok()) world.table()->close(store);
  expect_code(answer, SEABED_INVALID_ARGUMENT, "open with a key that the schema does not name");
}

CHECK_TEST("table.limits", 0) {
  const seabed_capabilities& can = world.capabilities();
  expect(can.max_part_bytes == 0 || can.min_part_bytes <= can.max_part_bytes,
         "the smallest part is above the largest");
  expect(can.max_parts == 0 || can.max_parts >= 100, "an upload of fewer than 100 parts is of no use");
  expect(can.max_key_length == 0 || can.max_key_length >= 250,
         "keys below 250 bytes are too short for Seabed");
  expect(!world.can(SEABED_CAP_LIST_UPLOADS) || world.can(SEABED_CAP_UPLOAD),
         "uploads are listed, but not claimed");
  expect(!world.can(SEABED_CAP_CONDITIONAL_COMPLETE) || world.can(SEABED_CAP_UPLOAD),
         "conditional complete is claimed, uploads are not");
}

CHECK_TEST("table.longest_key", 0) {
  const size_t longest = world.capabilities().max_key_length == 0 ? 500 : world.capabilities().max_key_length;
  std::string key = world.prefix();
  while (key.size() < longest) key += (key.size() + 1) % 100 == 0 && key.size() + 1 < longest ? '/' : 'n';
  expect(key.size() == longest, "the test's own prefix is longer than a key may be");
  world.put(key, "x");
  expect_equal(world.get(key), "x", "the object with a key of " + std::to_string(longest) + " bytes");
  if (world.can(SEABED_CAP_STRONG_LIST)) expect_equal(world.keys().size(), 1, "keys listed");
}

CHECK_TEST("table.unknown_extension_is_absent", 0) {
  if (!SEABED_HAS(world.table(), seabed_driver_v1, extension) || world.table()->extension == nullptr) return;
  expect(world.table()->extension("org.seabed.no-such-extension/1") == nullptr,
         "an extension was given that cannot be known");
}

CHECK_TEST("extension.read_ranges", 0) {
  const auto* table = world.table();
  const void* found = SEABED_HAS(table, seabed_driver_v1, extension) && table->extension != nullptr
                          ? table->extension(SEABED_EXT_READ_RANGES)
                          : nullptr;
  if (found == nullptr) throw Skip("not offered: " SEABED_EXT_READ_RANGES);
  world.put(world.key("k"), "0123456789");
  char rooms[3][8] = {};
  seabed_range ranges[3] = {{6, rooms[0], 8, 0}, {0, rooms[1], 3, 0}, {20, rooms[2], 4, 99}};
  seabed_context context{};
  context.struct_size = sizeof context;
  seabed_error error{};
  error.struct_size = sizeof error;
  const int32_t code = static_cast<const seabed_read_ranges_v1*>(found)->read_ranges(
      world.store().raw(), world.key("k").c_str(), ranges, 3, &context, &error);
  expect(code == SEABED_OK, std::string("read_ranges answered ") + code_word(code));
  expect_equal(std::string(rooms[0], ranges[0].out_size), "6789", "the range at the end");
  expect_equal(std::string(rooms[1], ranges[1].out_size), "012", "the range at the beginning");
  expect_equal(ranges[2].out_size, 0, "bytes behind the end");
}

}  // namespace seabed::check
