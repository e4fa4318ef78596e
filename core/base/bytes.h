#pragma once
// Little-endian fixed integers and bounded reading. Lengths from outside are checked here, once.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace seabed {

inline void put_u16(std::string& out, uint16_t v) { out.append(reinterpret_cast<const char*>(&v), 2); }
inline void put_u32(std::string& out, uint32_t v) { out.append(reinterpret_cast<const char*>(&v), 4); }
inline void put_u64(std::string& out, uint64_t v) { out.append(reinterpret_cast<const char*>(&v), 8); }
inline uint16_t load_u16(const char* p) { uint16_t v; std::memcpy(&v, p, 2); return v; }
inline uint32_t load_u32(const char* p) { uint32_t v; std::memcpy(&v, p, 4); return v; }
inline uint64_t load_u64(const char* p) { uint64_t v; std::memcpy(&v, p, 8); return v; }
/// Big-endian: byte strings that sort like the numbers (opaque positions).
inline void put_be64(std::string& out, uint64_t v) { v = __builtin_bswap64(v); put_u64(out, v); }
inline uint64_t load_be64(const char* p) { return __builtin_bswap64(load_u64(p)); }
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the codecs assume a little-endian host");

/// Reads a byte string from its front; every getter returns false, and takes nothing, when too few bytes are left.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

  bool skip(size_t n) {
    if (rest_.size() < n) return false;
    rest_.remove_prefix(n);
    return true;
  }
  bool bytes(size_t n, std::string_view* out) {
    if (rest_.size() < n) return false;
    *out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return true;
  }
  bool u8(uint8_t* v) { return fixed(v); }
  bool u16(uint16_t* v) { return fixed(v); }
  bool u32(uint32_t* v) { return fixed(v); }
  bool u64(uint64_t* v) { return fixed(v); }
  /// LEB128, as in RocksDB and protobuf; at most 10 bytes.
  bool varint64(uint64_t* v);
  bool varint32(uint32_t* v);
  /// varint32 length, then so many bytes.
  bool length_prefixed(std::string_view* out);

 private:
  template <class T>
  bool fixed(T* v) {
    if (rest_.size() < sizeof(T)) return false;
    std::memcpy(v, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return true;
  }
  std::string_view rest_;
};

void put_varint64(std::string& out, uint64_t v);
void put_length_prefixed(std::string& out, std::string_view bytes);

std::string to_hex(std::string_view bytes);

}  // namespace seabed
