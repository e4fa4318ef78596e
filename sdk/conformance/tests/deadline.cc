// Deadline and cancel. What a medium that hangs does to them is in fault.cc.

#include "world.h"

namespace seabed::check {

namespace {
constexpr uint64_t kSecond = 1'000'000'000;

/// Every operation that the driver claims, once, with `call`; each must answer `code`.
void all_answer(World& world, const Call& call, int32_t code, const std::string& when) {
  Store& store = world.store();
  const std::string key = world.key("k");
  std::string bytes;
  Page page;
  expect_code(store.stat(key, nullptr, call), code, "stat " + when);
  expect_code(store.read(key, 0, 3, &bytes, call), code, "read_at " + when);
  expect_code(store.put(key, "new", 0, call), code, "put " + when);
  expect_code(store.list(world.prefix(), "", 10, &page, call), code, "list " + when);
  if (world.can(SEABED_CAP_APPEND))
    expect_code(store.append(world.key("log"), 0, "new", nullptr, call), code, "append " + when);
  if (world.can(SEABED_CAP_UPLOAD))
    expect_code(store.begin(world.key("up"), &bytes, 0, call), code, "upload_begin " + when);
  if (world.can(SEABED_CAP_TAGS))
    expect_code(store.set_tags(key, {{"a", "b"}}, call), code, "set_tags " + when);
  std::vector<int32_t> results;
  const Answer removed = store.remove({key}, &results, call);
  expect(removed.code == code || results[0] == code,
         "remove " + when + ": answered " + removed.text() + " and told of the key " + code_word(results[0]));
}

void expect_untouched(World& world) {
  expect_equal(world.get(world.key("k")), "old", "the object afterwards");
  expect_code(world.store().stat(world.key("log")), SEABED_NOT_FOUND, "stat of what was to be appended");
}
}  // namespace

CHECK_TEST("deadline.a_passed_one_does_nothing", 0) {
  world.put(world.key("k"), "old");
  all_answer(world, {.deadline_ns = monotonic_ns() - kSecond}, SEABED_TIMEOUT, "behind its deadline");
  expect_untouched(world);
}

CHECK_TEST("cancel.a_cancelled_call_does_nothing", 0) {
  world.put(world.key("k"), "old");
  all_answer(world, {.cancelled = [] { return true; }}, SEABED_CANCELLED, "when cancelled");
  expect_untouched(world);
}

CHECK_TEST("deadline.is_kept_by_a_large_put", 0) {
  const std::string bytes(world.capabilities().max_put_bytes == 0
                              ? 32 << 20
                              : std::min<uint64_t>(world.capabilities().max_put_bytes, 32 << 20),
                          'x');
  const uint64_t begin = monotonic_ns();
  const Answer answer = world.store().put(world.key("k"), bytes, 0, {.deadline_ns = begin + kSecond / 50});
  const uint64_t took = monotonic_ns() - begin;
  expect(answer.ok() || answer.code == SEABED_TIMEOUT, "put with a deadline of 20 ms: " + answer.text());
  expect(answer.ok() || took < 5 * kSecond, "put ended long behind its deadline");
}

CHECK_TEST("cancel.is_kept_by_a_large_put", 0) {
  const std::string bytes(world.capabilities().max_put_bytes == 0
                              ? 32 << 20
                              : std::min<uint64_t>(world.capabilities().max_put_bytes, 32 << 20),
                          'x');
  const uint64_t begin = monotonic_ns();
  const Answer answer = world.store().put(
      world.key("k"), bytes, 0, {.cancelled = [begin] { return monotonic_ns() > begin + kSecond / 50; }});
  const uint64_t took = monotonic_ns() - begin;
  expect(answer.ok() || answer.code == SEABED_CANCELLED, "put, cancelled after 20 ms: " + answer.text());
  expect(answer.ok() || took < 5 * kSecond, "put ended long after it was cancelled");
}

}  // namespace seabed::check
