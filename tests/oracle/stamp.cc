#include "stamp.h"

#include <xxhash.h>

#include <algorithm>

#include "wall_clock.h"

namespace oracle {
namespace {

void append_le64(std::string& out, uint64_t v) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(v >> (8 * i)));
}

}  // namespace

std::string encode_stamp(uint64_t scn_ns) {
  std::string out = "SEABEDST";
  append_le64(out, scn_ns);
  append_le64(out, XXH3_64bits(out.data(), 16));
  return out;
}

uint64_t RisingClock::next() {
  last_ = std::max(last_ + 1, static_cast<uint64_t>(wall_ns()));
  return last_;
}

}  // namespace oracle
