// Conditional create.

#include <algorithm>

#include "world.h"

namespace seabed::check {

CHECK_TEST("conditional.keeps_the_first", SEABED_CAP_CONDITIONAL_PUT) {
  world.put(world.key("k"), "first", SEABED_PUT_IF_ABSENT);
  expect_code(world.store().put(world.key("k"), "second", SEABED_PUT_IF_ABSENT), SEABED_ALREADY_EXISTS,
              "a second conditional create");
  expect_equal(world.get(world.key("k")), "first", "the object");
}

CHECK_TEST("conditional.one_of_eight_wins", SEABED_CAP_CONDITIONAL_PUT) {
  for (int round = 0; round < 10; ++round) {
    const std::string key = world.key("race/" + std::to_string(round));
    std::vector<Answer> answers(8);
    together(8, [&](int who) {
      answers[who] =
          world.store().put(key, std::string(1000, static_cast<char>('a' + who)), SEABED_PUT_IF_ABSENT);
    });
    int winner = -1;
    for (int who = 0; who < 8; ++who) {
      if (!answers[who].ok()) {
        expect_code(answers[who], SEABED_ALREADY_EXISTS, "a conditional create that lost");
        continue;
      }
      expect(winner < 0, "two of eight conditional creates of one key succeeded");
      winner = who;
    }
    expect(winner >= 0, "none of eight conditional creates succeeded");
    expect_equal(world.get(key), std::string(1000, static_cast<char>('a' + winner)), "the winner's object");
  }
}

CHECK_TEST_WITHOUT("unclaimed.conditional_put", SEABED_CAP_CONDITIONAL_PUT) {
  expect_code(world.store().put(world.key("k"), "x", SEABED_PUT_IF_ABSENT), SEABED_UNSUPPORTED,
              "a conditional create that is not claimed");
}

}  // namespace seabed::check
