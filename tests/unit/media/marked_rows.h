#pragma once
// Rows that nobody may read, and the bytes of a medium in which a test looks for them.

#include <fstream>
#include <iterator>
#include <string>

namespace seabed::test {

inline constexpr char kMarker[] = "A-ROW-THAT-NOBODY-MAY-READ";

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace seabed::test
