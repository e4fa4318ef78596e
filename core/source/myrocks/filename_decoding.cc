#include "core/source/myrocks/filename_decoding.h"

#include <algorithm>
#include <cstdint>

namespace seabed::myrocks {
namespace {

struct Pair {
  uint16_t code, unit;
};
constexpr Pair kLetters[] = {
#include "core/source/myrocks/filename_table.inc"
};

void put_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

bool letter(std::string_view rest, uint32_t* unit) {
  if (rest.size() < 3) return false;
  const int x = rest[1] - 0x30, y = rest[2] - 0x30;
  if (x < 0 || y < 0 || x > 79 || y > 79) return false;
  const auto code = static_cast<uint16_t>(x * 80 + y);
  const auto* it = std::lower_bound(std::begin(kLetters), std::end(kLetters), code,
                                    [](const Pair& p, uint16_t c) { return p.code < c; });
  if (it == std::end(kLetters) || it->code != code) return false;
  *unit = it->unit;
  return true;
}

bool hexadecimal(std::string_view rest, uint32_t* unit) {
  if (rest.size() < 5) return false;
  *unit = 0;
  for (const char c : rest.substr(1, 4)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return false;
    *unit = *unit * 16 + static_cast<uint32_t>(digit);
  }
  return *unit != 0 && (*unit < 0xd800 || *unit > 0xdfff);  // MariaDB's names hold no surrogates
}

}  // namespace

std::string decode_filename(std::string_view encoded) {
  std::string out;
  for (size_t i = 0; i < encoded.size();) {
    uint32_t unit = 0;
    const std::string_view rest = encoded.substr(i);
    if (rest[0] == '@' && letter(rest, &unit)) {
      put_utf8(out, unit);
      i += 3;
    } else if (rest[0] == '@' && hexadecimal(rest, &unit)) {
      put_utf8(out, unit);
      i += 5;
    } else {
      out += rest[0];
      ++i;
    }
  }
  return out;
}

}  // namespace seabed::myrocks
