// Readers beside writers: all or nothing, and many threads on one store.

#include <algorithm>

#include "world.h"

namespace seabed::check {

namespace {
std::string version(int n) {
  return std::string(200'000 + static_cast<size_t>(n % 5) * 50'000, static_cast<char>('a' + n % 26));
}

/// "" when `bytes` is one whole version.
std::string what_is_wrong(const std::string& bytes) {
  if (bytes.empty()) return "a reader beside a put saw an empty object";
  const bool mixed = bytes.find_first_not_of(bytes[0]) != bytes.npos;
  if (mixed) return "a reader beside a put saw a mixture of two versions";
  for (int n = bytes[0] - 'a'; n < 130; n += 26)
    if (bytes.size() == version(n).size()) return "";
  return "a reader beside a put saw " + std::to_string(bytes.size()) + " bytes, no version's size";
}

/// Reads until `done`. A failure that may be tried again is no harm; "not found" is, once `must_exist`.
std::string watch(World& world, const std::string& key, const std::atomic<bool>& done, bool must_exist) {
  while (!done) {
    std::string bytes;
    const Answer answer = world.store().read(key, 0, 1 << 20, &bytes);
    if (answer.ok()) {
      if (const std::string wrong = what_is_wrong(bytes); !wrong.empty()) return wrong;
    } else if (answer.code == SEABED_NOT_FOUND ? must_exist : answer.error.retry == SEABED_RETRY_PERMANENT) {
      return "a reader beside a put: " + answer.text();
    }
  }
  return "";
}
}  // namespace

CHECK_TEST("atomic.a_reader_sees_old_or_new", 0) {
  const std::string key = world.key("k");
  world.put(key, version(0));
  std::atomic<bool> done = false;
  std::string wrong[2], failed;
  together(3, [&](int who) {
    if (who < 2) {
      wrong[who] = watch(world, key, done, true);
      return;
    }
    for (int n = 1; n < 60 && failed.empty(); ++n)
      if (const Answer answer = world.store().put(key, version(n)); !answer.ok()) failed = answer.text();
    done = true;
  });
  for (const std::string& text : {failed, wrong[0], wrong[1]}) expect(text.empty(), text);
}

CHECK_TEST("atomic.a_new_object_appears_whole", 0) {
  for (int round = 0; round < 10; ++round) {
    const std::string key = world.key("k" + std::to_string(round));
    std::atomic<bool> done = false;
    std::string wrong, failed;
    together(2, [&](int who) {
      if (who == 0) {
        wrong = watch(world, key, done, false);
        return;
      }
      if (const Answer answer = world.store().put(key, version(round)); !answer.ok()) failed = answer.text();
      done = true;
    });
    expect(failed.empty(), failed);
    expect(wrong.empty(), wrong);
  }
}

CHECK_TEST("threads.eight_on_one_store", 0) {
  std::vector<std::string> wrong(8);
  together(8, [&](int who) {
    for (int i = 0; i < 12 && wrong[who].empty(); ++i) {
      const std::string key = world.key("t" + std::to_string(who) + "/" + std::to_string(i));
      const std::string bytes =
          key + std::string(static_cast<size_t>(i) * 3000, static_cast<char>('a' + who));
      std::string back;
      Answer answer = world.store().put(key, bytes);
      if (answer.ok()) answer = world.store().read(key, 0, bytes.size() + 1, &back);
      if (answer.ok() && back != bytes) wrong[who] = "a thread read other bytes than it had written";
      Page page;
      if (answer.ok())
        answer = world.store().list(world.key("t" + std::to_string(who) + "/"), "", 100, &page);
      if (answer.ok() && i % 2 == 0) answer = world.store().remove({key});
      if (!answer.ok()) wrong[who] = answer.text();
    }
  });
  for (const auto& text : wrong) expect(text.empty(), text);
  for (int who = 0; who < 8; ++who)
    expect_equal(world.keys("t" + std::to_string(who) + "/").size(), 6, "objects left");
}

}  // namespace seabed::check
