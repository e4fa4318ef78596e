#include "ledger_values.h"

#include <xxhash.h>

#include <cstring>

#include "ledger_plan.h"

namespace oracle {

uint64_t mix(uint64_t seed, uint64_t a, uint64_t b) {
  const uint64_t words[3] = {seed, a, b};
  return XXH3_64bits(words, sizeof words);
}

void generate_value(uint64_t seed, std::string_view key, const ValueRef& ref, std::string& out) {
  if (ref.size == 0) {
    out.assign(ref.literal);
    return;
  }
  uint64_t state = mix(seed, ref.n, XXH3_64bits(key.data(), key.size()) + ref.epoch);
  out.resize(ref.size);
  for (size_t at = 0; at < ref.size; at += 8) {
    if ((at / 8) % 2 == 0) state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const uint64_t word = (at / 64) % 2 == 0 ? state ^ (state >> 29) : 0x2e2e2e2e2e2e2e2eULL;
    std::memcpy(out.data() + at, &word, std::min<size_t>(8, ref.size - at));
  }
}

}  // namespace oracle
