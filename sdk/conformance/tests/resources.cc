// What a driver must give back, and what it must not take: descriptors and threads.

#include <chrono>
#include <filesystem>

#include "world.h"

namespace seabed::check {

namespace {
size_t entries_of(const char* directory) {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) ++count;
  return count;
}
size_t open_files() { return entries_of("/proc/self/fd"); }
size_t running_threads() { return entries_of("/proc/self/task"); }

void use(Store& store, const std::string& key) {
  std::string bytes;
  Page page;
  expect_ok(store.stat(key), "stat");
  expect_ok(store.read(key, 0, 10, &bytes), "read_at");
  expect_code(store.stat(key + "-missing"), SEABED_NOT_FOUND, "stat of a missing key");
  expect_code(store.read(key + "-missing", 0, 1, &bytes), SEABED_NOT_FOUND, "read_at of a missing key");
  expect_ok(store.list(key, "", 10, &page), "list");
}

/// Connections may close a moment after their store.
bool falls_to(size_t (*count)(), size_t limit) {
  for (int i = 0; i < 100; ++i) {
    if (count() <= limit) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}
}  // namespace

CHECK_TEST("leak.open_and_close", 0) {
  world.put(world.key("k"), "x");
  for (int i = 0; i < 3; ++i) use(*world.open_another(), world.key("k"));
  const size_t before = open_files();
  for (int i = 0; i < 100; ++i) use(*world.open_another(), world.key("k"));
  expect(falls_to(open_files, before + 5), "after opening and closing 100 times " +
                                               std::to_string(open_files()) +
                                               " descriptors are open; there were " + std::to_string(before));
}

CHECK_TEST("leak.operations", 0) {
  const std::string key = world.key("k");
  const auto round = [&](int i) {
    world.put(key, "x");
    use(world.store(), key);
    if (world.can(SEABED_CAP_CONDITIONAL_PUT))
      expect_code(world.store().put(key, "y", SEABED_PUT_IF_ABSENT), SEABED_ALREADY_EXISTS,
                  "a conditional create");
    if (world.can(SEABED_CAP_APPEND)) world.append(world.key("log" + std::to_string(i)), 0, "x");
    if (world.can(SEABED_CAP_UPLOAD)) {
      const std::string id = world.begin(key);
      world.part(key, id, 1, "x");
      expect_ok(world.store().abort(key, id), "abort");
    }
    expect_ok(world.store().remove({key}), "remove");
  };
  for (int i = 0; i < 3; ++i) round(i);
  const size_t before = open_files();
  for (int i = 3; i < 53; ++i) round(i);
  expect(falls_to(open_files, before + 5), "after 50 rounds of every operation " +
                                               std::to_string(open_files()) +
                                               " descriptors are open; there were " + std::to_string(before));
}

CHECK_TEST("threads.only_declared_ones", 0) {
  const size_t before = running_threads();
  world.put(world.key("k"), "x");
  use(world.store(), world.key("k"));
  const size_t declared = world.capabilities().threads;
  expect(falls_to(running_threads, before + declared), std::to_string(running_threads() - before) +
                                                           " threads run for one store, " +
                                                           std::to_string(declared) + " are declared");
}

}  // namespace seabed::check
