// A short deterministic run of one fuzz target: every seed, every truncation of it, and a few thousand mutations. It
// finds crashes in the normal build; the sanitizer builds make it sharper.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/fuzz/fuzz_target.h"

namespace {

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

void mutate(std::string& s, std::mt19937& random) {
  if (s.empty()) return;
  auto at = [&] { return random() % s.size(); };
  switch (random() % 5) {
    case 0: s[at()] ^= static_cast<char>(1 << (random() % 8)); break;
    case 1: s[at()] = static_cast<char>(random()); break;
    case 2: s.erase(at(), random() % 9); break;
    case 3: s.insert(at(), s.substr(at(), random() % 17)); break;
    case 4: {  // a length field gone wild
      size_t from = at();
      std::fill(s.begin() + from, s.begin() + std::min(s.size(), from + 1 + random() % 4), random() % 2 ? '\xff' : '\0');
    }
  }
}

TEST(FuzzSmoke, MutatedSeeds) {
  std::vector<std::string> seeds = fuzz_seeds();
  ASSERT_FALSE(seeds.empty());
  std::mt19937 random(20240711);
  run("");
  for (const std::string& seed : seeds) {
    run(seed);
    for (size_t n = 0; n < std::min<size_t>(seed.size(), 600); ++n) run(seed.substr(0, n));
    for (int i = 0; i < 3000; ++i) {
      std::string bytes = seed;
      for (unsigned k = 1 + random() % 4; k > 0; --k) mutate(bytes, random);
      run(bytes);
    }
  }
}

}  // namespace
