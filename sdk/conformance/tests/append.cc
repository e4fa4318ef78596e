// Append at a position.

#include "world.h"

namespace seabed::check {

CHECK_TEST("append.grows_and_is_readable", SEABED_CAP_APPEND) {
  const std::string key = world.key("log/1");
  expect_equal(world.append(key, 0, "abc"), 3, "the length after the first append");
  expect_equal(world.get(key), "abc", "the object");
  expect_equal(world.append(key, 3, "defg"), 7, "the length after the second append");
  expect_equal(world.get(key), "abcdefg", "the object");
  seabed_object_stat stat{};
  expect_ok(world.store().stat(key, &stat), "stat");
  expect_equal(stat.size, 7, "stat's size");
}

CHECK_TEST("append.many_and_large", SEABED_CAP_APPEND) {
  const std::string key = world.key("log");
  std::string whole;
  for (int i = 0; i < 12; ++i) {
    const std::string piece(i % 3 == 0 ? 1 << 20 : 77, static_cast<char>('a' + i));
    expect_equal(world.append(key, whole.size(), piece), whole.size() + piece.size(), "the length");
    whole += piece;
  }
  expect(world.get(key) == whole, "the bytes that were read are not the bytes that were appended");
}

CHECK_TEST("append.wrong_position_changes_nothing", SEABED_CAP_APPEND) {
  const std::string key = world.key("k");
  const Answer early = world.store().append(key, 5, "x");
  expect(early.code == SEABED_NOT_FOUND || early.code == SEABED_CONFLICT,
         "an append at 5 to nothing answered " + early.text());
  expect_code(world.store().stat(key), SEABED_NOT_FOUND, "stat after that append");
  world.append(key, 0, "12345");
  for (const uint64_t position : {0, 4, 6, 1000}) {
    const std::string what = "an append at " + std::to_string(position) + " to 5 bytes";
    uint64_t length = 0;
    const Answer answer = world.store().append(key, position, "x", &length);
    expect_code(answer, SEABED_CONFLICT, what);
    expect(answer.error.retry == SEABED_RETRY_PERMANENT, what + " answered " + answer.text());
    expect_equal(length, 5, what + ": the told length");
  }
  expect_equal(world.get(key), "12345", "the object");
}

CHECK_TEST("append.nothing_is_a_legal_piece", SEABED_CAP_APPEND) {
  const std::string key = world.key("k");
  expect_equal(world.append(key, 0, ""), 0, "the length");
  expect_ok(world.store().stat(key), "stat after an empty append at 0");
  expect_equal(world.append(key, 0, "ab"), 2, "the length");
  expect_equal(world.append(key, 2, ""), 2, "the length");
  expect_equal(world.get(key), "ab", "the object");
}

CHECK_TEST("append.one_of_eight_wins_each_position", SEABED_CAP_APPEND) {
  const std::string key = world.key("race");
  std::string whole;
  for (int round = 0; round < 10; ++round) {
    std::vector<Answer> answers(8);
    together(8, [&](int who) {
      answers[who] = world.store().append(key, whole.size(), std::string(10, static_cast<char>('a' + who)));
    });
    int winner = -1;
    for (int who = 0; who < 8; ++who) {
      if (!answers[who].ok()) {
        expect_code(answers[who], SEABED_CONFLICT, "an append that lost");
        continue;
      }
      expect(winner < 0, "two of eight appends at one position succeeded");
      winner = who;
    }
    expect(winner >= 0, "none of eight appends at one position succeeded");
    whole += std::string(10, static_cast<char>('a' + winner));
  }
  expect_equal(world.get(key), whole, "the object");
}

CHECK_TEST_WITHOUT("unclaimed.append", SEABED_CAP_APPEND) {
  expect_code(world.store().append(world.key("k"), 0, "x"), SEABED_UNSUPPORTED,
              "an append that is not claimed");
  expect_code(world.store().stat(world.key("k")), SEABED_NOT_FOUND, "stat after it");
}

}  // namespace seabed::check
