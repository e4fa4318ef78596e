#pragma once
// Damage for the codec tests: every bit of a short text, a spread sample of a long one.

#include <cstddef>
#include <functional>
#include <string>

namespace seabed::testing {

/// Calls `check(damaged, bit)` with one bit flipped; at most about `limit` bits, evenly spread and always the last.
inline void for_each_flip(const std::string& good, size_t limit,
                          const std::function<void(const std::string&, size_t)>& check) {
  const size_t bits = good.size() * 8;
  const size_t step = bits > limit ? bits / limit | 1 : 1;  // odd: visits all positions within a byte
  auto flip = [&](size_t bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    check(bad, bit);
  };
  for (size_t bit = 0; bit < bits; bit += step) flip(bit);
  if (bits != 0) flip(bits - 1);
}

}  // namespace seabed::testing
