#pragma once
// XXH3-128 for data on the media, crc32c where a foreign format (RocksDB) wants it.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace seabed {

/// 16 bytes, canonical (big-endian) form of XXH3-128.
using Hash128 = std::array<char, 16>;
inline std::string_view view(const Hash128& h) { return {h.data(), h.size()}; }

Hash128 hash128(std::string_view bytes);

/// Streaming form of hash128. Not thread-safe.
class Hasher128 {
 public:
  Hasher128();
  ~Hasher128();
  Hasher128(Hasher128&&) noexcept;
  Hasher128& operator=(Hasher128&&) noexcept;
  void update(std::string_view bytes);
  Hash128 digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// CRC-32C of `bytes`, continuing `seed` (the crc of what came before; 0 at the start).
uint32_t crc32c(std::string_view bytes, uint32_t seed = 0);
/// RocksDB's and LevelDB's mask over a stored crc (util/crc32c.h there).
uint32_t mask_crc(uint32_t crc);
uint32_t unmask_crc(uint32_t masked);

}  // namespace seabed
