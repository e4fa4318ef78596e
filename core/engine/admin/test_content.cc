#include "core/engine/admin/test_content.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace seabed {
namespace {

constexpr uint64_t kPeriod = 1'048'573;

const std::string& block() {
  static const std::string bytes = [] {
    std::mt19937_64 random(20260523);
    std::string out(kPeriod + 8, '\0');
    for (uint64_t i = 0; i < kPeriod; i += 8) {
      const uint64_t v = random();
      std::memcpy(&out[i], &v, 8);
    }
    out.resize(kPeriod);
    return out;
  }();
  return bytes;
}

}  // namespace

TestContent::TestContent(uint64_t object) : shift_(object * 7919 % kPeriod) {}

std::vector<std::string_view> TestContent::pieces(uint64_t offset, uint64_t length) const {
  std::vector<std::string_view> out;
  while (length > 0) {
    const uint64_t at = (offset + shift_) % kPeriod, n = std::min(length, kPeriod - at);
    out.push_back(std::string_view(block()).substr(at, n));
    offset += n;
    length -= n;
  }
  return out;
}

std::string TestContent::bytes(uint64_t offset, uint64_t length) const {
  std::string out;
  for (std::string_view piece : pieces(offset, length)) out += piece;
  return out;
}

bool TestContent::holds(uint64_t offset, std::string_view bytes) const {
  for (std::string_view piece : pieces(offset, bytes.size())) {
    if (bytes.substr(0, piece.size()) != piece) return false;
    bytes.remove_prefix(piece.size());
  }
  return true;
}

}  // namespace seabed
