#pragma once
// The cryptography of the media (docs/format/encryption.md), all of it OpenSSL's: AES-256-GCM, HKDF-SHA256, scrypt.
// Pure but for random_bytes. Thread-safe. No key, password or plain text enters an error.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace seabed {

inline constexpr size_t kKeyBytes = 32, kNonceBytes = 12, kTagBytes = 16, kSaltBytes = 16;

/// Key or password; its memory is wiped at the end.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  ~Secret();
  std::string_view view() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string bytes_;
};

Result<std::string> random_bytes(size_t count);
Result<Secret> random_key();
/// A key of its own for each salt and purpose: HKDF-SHA256.
Result<Secret> derive_key(const Secret& key, std::string_view salt, std::string_view purpose);

/// The key of the hashes that a holder of the data key compares (FileMeta): a plain hash would confirm a guessed content.
Result<Secret> hash_key(const Secret& data_key);
/// HMAC-SHA256 of a digest, as long as the digest itself.
std::string keyed_hash(const Secret& hash_key, std::string_view digest);

/// scrypt needs 128 * r * 2^log_n bytes of memory. Costs beyond kMaxScryptMemory are refused: they come from a medium.
struct ScryptCost {
  uint32_t log_n = 16, r = 8, p = 1;
};
inline constexpr uint64_t kMaxScryptMemory = 256ull << 20;
Result<Secret> password_key(const Secret& password, std::string_view salt, const ScryptCost& cost);

/// Ciphertext and tag. A (key, nonce) pair must never be used for two texts: that is the caller's to prove.
Result<std::string> seal(const Secret& key, std::string_view nonce, std::string_view bound, std::string_view plain);
/// False: another key, other bytes, or another place than `bound` says. `plain` is then not to be used.
bool unseal(const Secret& key, std::string_view nonce, std::string_view bound, std::string_view stored,
            std::string* plain);

}  // namespace seabed
