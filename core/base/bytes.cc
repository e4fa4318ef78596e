#include "core/base/bytes.h"

#include <limits>

namespace seabed {

bool ByteReader::varint64(uint64_t* v) {
  uint64_t value = 0;
  for (size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<uint8_t>(rest_[i]);
    if (i == 9 && byte > 1) return false;  // would not fit 64 bits
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      *v = value;
      rest_.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool ByteReader::varint32(uint32_t* v) {
  ByteReader copy = *this;
  uint64_t wide = 0;
  if (!copy.varint64(&wide) || wide > std::numeric_limits<uint32_t>::max()) return false;
  *v = static_cast<uint32_t>(wide);
  *this = copy;
  return true;
}

bool ByteReader::length_prefixed(std::string_view* out) {
  ByteReader copy = *this;
  uint32_t n = 0;
  if (!copy.varint32(&n) || !copy.bytes(n, out)) return false;
  *this = copy;
  return true;
}

void put_varint64(std::string& out, uint64_t v) {
  while (v >= 0x80) {
    out.push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out.push_back(static_cast<char>(v));
}

void put_length_prefixed(std::string& out, std::string_view bytes) {
  put_varint64(out, bytes.size());
  out.append(bytes);
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

}  // namespace seabed
