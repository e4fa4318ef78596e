#include "crc64.h"

#include <isa-l/crc64.h>

#include <array>
#include <charconv>

namespace seabed_oss {

namespace {
constexpr uint64_t kPolynomial = 0xC96C5795D7870F42;  // reflected
constexpr uint64_t kOne = uint64_t{1} << 63;          // x^0 in reflected order

/// a * b modulo the polynomial, both reflected.
constexpr uint64_t multiply(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  for (; a != 0; a <<= 1) {
    if ((a & kOne) != 0) product ^= b;
    b = (b & 1) != 0 ? (b >> 1) ^ kPolynomial : b >> 1;
  }
  return product;
}

/// x^(8 * 2^i): one zero byte, two, four …
constexpr auto kZeroBytes = [] {
  std::array<uint64_t, 64> out{};
  out[0] = kOne >> 8;
  for (size_t i = 1; i < out.size(); ++i) out[i] = multiply(out[i - 1], out[i - 1]);
  return out;
}();
}  // namespace

uint64_t crc64(seabed::sdk::Buffers bytes, uint64_t before) {
  for (const seabed_buffer& piece : bytes)
    before = crc64_ecma_refl(before, static_cast<const unsigned char*>(piece.data), piece.size);
  return before;
}

uint64_t crc64_join(uint64_t a, uint64_t b, uint64_t b_size) {
  for (size_t i = 0; b_size != 0; ++i, b_size >>= 1)
    if ((b_size & 1) != 0) a = multiply(a, kZeroBytes[i]);
  return a ^ b;
}

std::optional<uint64_t> parse_crc64(std::string_view text) {
  uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace seabed_oss
