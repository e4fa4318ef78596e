#include "core/base/checksum.h"

#include <isa-l/crc.h>

#include <cstring>

#define XXH_STATIC_LINKING_ONLY
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>  // the widest vectors of the processor at hand; the library's plain names stay at SSE2
#else
#include <xxhash.h>
#endif

namespace seabed {

namespace {
Hash128 canonical(XXH128_hash_t h) {
  XXH128_canonical_t c;
  XXH128_canonicalFromHash(&c, h);
  Hash128 out;
  std::memcpy(out.data(), c.digest, out.size());
  return out;
}
constexpr uint32_t kMaskDelta = 0xa282ead8u;
}  // namespace

Hash128 hash128(std::string_view bytes) { return canonical(XXH3_128bits(bytes.data(), bytes.size())); }

struct Hasher128::State {
  XXH3_state_t* xxh = XXH3_createState();
  ~State() { XXH3_freeState(xxh); }
};
Hasher128::Hasher128() : state_(std::make_unique<State>()) { XXH3_128bits_reset(state_->xxh); }
Hasher128::~Hasher128() = default;
Hasher128::Hasher128(Hasher128&&) noexcept = default;
Hasher128& Hasher128::operator=(Hasher128&&) noexcept = default;
void Hasher128::update(std::string_view bytes) { XXH3_128bits_update(state_->xxh, bytes.data(), bytes.size()); }
Hash128 Hasher128::digest() const { return canonical(XXH3_128bits_digest(state_->xxh)); }

uint32_t crc32c(std::string_view bytes, uint32_t seed) {
  // ISA-L takes int lengths and the inverted register.
  uint32_t reg = ~seed;
  while (!bytes.empty()) {
    const size_t n = bytes.size() < (1u << 30) ? bytes.size() : (1u << 30);
    reg = crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())), static_cast<int>(n), reg);
    bytes.remove_prefix(n);
  }
  return ~reg;
}

uint32_t mask_crc(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + kMaskDelta; }
uint32_t unmask_crc(uint32_t masked) {
  const uint32_t rot = masked - kMaskDelta;
  return (rot >> 17) | (rot << 15);
}

}  // namespace seabed
