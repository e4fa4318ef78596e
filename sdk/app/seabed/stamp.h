#ifndef SEABED_STAMP_H_
#define SEABED_STAMP_H_
/* A stamp that an application puts into its log, so that a restore can cut several databases at one moment exactly
 * (RocksDB: a PutLogData record of 24 bytes, see stamp.hpp). It is no data: replaying it changes nothing.
 *
 *   bytes 0-7    "SEABEDST"
 *   bytes 8-15   the SCN, nanoseconds since the epoch, little-endian
 *   bytes 16-23  XXH3-64 (seed 0) of bytes 0-15, little-endian: a chance look-alike is no stamp
 *
 * Rule for the application: take one scn for one logical step and put it into every batch of that step, in every
 * database; scn never falls. C99, no library: XXH3-64 of exactly 16 bytes is written out here (the 9-to-16-byte case of
 * the XXH3 specification, github.com/Cyan4973/xxHash doc/xxhash_spec.md); a test compares it with libxxhash. */
#include <stdint.h>
#include <string.h>

#define SEABED_STAMP_SIZE 24
#define SEABED_STAMP_MAGIC "SEABEDST"

#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t seabed_stamp_load64(const unsigned char* p) {
  uint64_t v = 0;
  int i;
  for (i = 7; i >= 0; --i) v = (v << 8) | p[i];
  return v;
}

static inline void seabed_stamp_store64(unsigned char* p, uint64_t v) {
  int i;
  for (i = 0; i < 8; ++i, v >>= 8) p[i] = (unsigned char)(v & 0xff);
}

/* Low half of a 64 x 64 bit product, exclusive-or its high half. */
static inline uint64_t seabed_stamp_mul_fold(uint64_t a, uint64_t b) {
  const uint64_t a_lo = a & 0xffffffffu, a_hi = a >> 32, b_lo = b & 0xffffffffu, b_hi = b >> 32;
  const uint64_t ll = a_lo * b_lo, lh = a_lo * b_hi, hl = a_hi * b_lo, hh = a_hi * b_hi;
  const uint64_t middle = (ll >> 32) + (lh & 0xffffffffu) + hl;
  const uint64_t high = hh + (lh >> 32) + (middle >> 32);
  const uint64_t low = (middle << 32) | (ll & 0xffffffffu);
  return low ^ high;
}

static inline uint64_t seabed_stamp_swap(uint64_t v) {
  unsigned char bytes[8];
  int i;
  uint64_t out = 0;
  seabed_stamp_store64(bytes, v);
  for (i = 0; i < 8; ++i) out = (out << 8) | bytes[i];
  return out;
}

/* XXH3-64 of 16 bytes, seed 0; the constants are words of XXH3's default secret. */
static inline uint64_t seabed_stamp_hash(const unsigned char in[16]) {
  const uint64_t flip_lo = UINT64_C(0x1f67b3b7a4a44072) ^ UINT64_C(0x78e5c0cc4ee679cb); /* secret at 24 and 32 */
  const uint64_t flip_hi = UINT64_C(0x2172ffcc7dd05a82) ^ UINT64_C(0x8e2443f7744608b8); /* secret at 40 and 48 */
  const uint64_t lo = seabed_stamp_load64(in) ^ flip_lo, hi = seabed_stamp_load64(in + 8) ^ flip_hi;
  uint64_t h = 16 + seabed_stamp_swap(lo) + hi + seabed_stamp_mul_fold(lo, hi);
  h ^= h >> 37;
  h *= UINT64_C(0x165667919e3779f9);
  return h ^ (h >> 32);
}

/* Writes a stamp of 24 bytes. [thread-safe] */
static inline void seabed_stamp(uint64_t scn_ns, unsigned char out[SEABED_STAMP_SIZE]) {
  memcpy(out, SEABED_STAMP_MAGIC, 8);
  seabed_stamp_store64(out + 8, scn_ns);
  seabed_stamp_store64(out + 16, seabed_stamp_hash(out));
}

/* Non-zero when `size` bytes are a stamp; *scn_ns is its SCN then. [thread-safe] */
static inline int seabed_stamp_parse(const void* bytes, size_t size, uint64_t* scn_ns) {
  const unsigned char* p = (const unsigned char*)bytes;
  if (size != SEABED_STAMP_SIZE || memcmp(p, SEABED_STAMP_MAGIC, 8) != 0) return 0;
  if (seabed_stamp_load64(p + 16) != seabed_stamp_hash(p)) return 0;
  *scn_ns = seabed_stamp_load64(p + 8);
  return 1;
}

#ifdef __cplusplus
}
#endif

#endif
