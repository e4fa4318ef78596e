#include "core/format/cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <climits>
#include <memory>

namespace seabed {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using Kdf = std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)>;

const unsigned char* in(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* out(std::string& s, size_t at = 0) { return reinterpret_cast<unsigned char*>(s.data()) + at; }
int length(std::string_view s) { return static_cast<int>(s.size()); }

bool good_sizes(const Secret& key, std::string_view nonce, std::string_view bound, std::string_view text) {
  return key.view().size() == kKeyBytes && nonce.size() == kNonceBytes && bound.size() <= INT_MAX && text.size() <= INT_MAX;
}

tl::unexpected<Error> refused(std::string what) { return fail(Code::kInternal, std::move(what), "OpenSSL refused"); }

}  // namespace

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
  bytes_ = other.bytes_;
  return *this;
}
Secret::~Secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

Result<std::string> random_bytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(out(bytes), length(bytes)) != 1) return refused("random bytes");
  return bytes;
}

Result<Secret> random_key() {
  SEABED_TRY(std::string bytes, random_bytes(kKeyBytes));
  Secret key(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

Result<Secret> derive_key(const Secret& key, std::string_view salt, std::string_view purpose) {
  const Kdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr), EVP_KDF_free);
  const KdfContext ctx(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr, EVP_KDF_CTX_free);
  if (!ctx) return refused("key derivation");
  char digest[] = "SHA256";
  auto octets = [](const char* name, std::string_view s) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(s.data()), s.size());
  };
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                               octets(OSSL_KDF_PARAM_KEY, key.view()), octets(OSSL_KDF_PARAM_SALT, salt),
                               octets(OSSL_KDF_PARAM_INFO, purpose), OSSL_PARAM_construct_end()};
  std::string derived(kKeyBytes, '\0');
  const bool good = EVP_KDF_derive(ctx.get(), out(derived), derived.size(), params) == 1;
  Secret result(derived);
  OPENSSL_cleanse(derived.data(), derived.size());
  if (!good) return refused("key derivation");
  return result;
}

Result<Secret> hash_key(const Secret& data_key) {
  return derive_key(data_key, std::string(kSaltBytes, '\0'), "seabed hashes 1");
}

std::string keyed_hash(const Secret& key, std::string_view digest) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.view().data(), length(key.view()), in(digest), digest.size(), out(mac), &size) == nullptr) size = 0;
  mac.resize(std::min<size_t>(size, digest.size()));
  return mac;
}

Result<Secret> password_key(const Secret& password, std::string_view salt, const ScryptCost& cost) {
  const bool sane = cost.log_n >= 10 && cost.log_n <= 24 && cost.r >= 1 && cost.r <= 64 && cost.p >= 1 && cost.p <= 4;
  if (!sane || (128ull * cost.r << cost.log_n) > kMaxScryptMemory || salt.size() < kSaltBytes)
    return fail(Code::kCorruption, "password", "its scrypt parameters are not such as Seabed writes");
  std::string key(kKeyBytes, '\0');
  const bool good = EVP_PBE_scrypt(password.view().data(), password.view().size(), in(salt), salt.size(),
                                   1ull << cost.log_n, cost.r, cost.p, kMaxScryptMemory + (16 << 20), out(key),
                                   key.size()) == 1;
  Secret result(key);
  OPENSSL_cleanse(key.data(), key.size());
  if (!good) return refused("scrypt");
  return result;
}

Result<std::string> seal(const Secret& key, std::string_view nonce, std::string_view bound, std::string_view plain) {
  if (!good_sizes(key, nonce, bound, plain)) return fail(Code::kInternal, "encryption", "key, nonce or text of a wrong size");
  const Context ctx(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string stored(plain.size() + kTagBytes, '\0');
  int n = 0;
  const bool good =
      ctx && EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, in(key.view()), in(nonce)) == 1 &&
      EVP_EncryptUpdate(ctx.get(), nullptr, &n, in(bound), length(bound)) == 1 &&
      EVP_EncryptUpdate(ctx.get(), out(stored), &n, in(plain), length(plain)) == 1 &&
      EVP_EncryptFinal_ex(ctx.get(), out(stored, plain.size()), &n) == 1 &&
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, out(stored, plain.size())) == 1;
  if (!good) return refused("encryption");
  return stored;
}

bool unseal(const Secret& key, std::string_view nonce, std::string_view bound, std::string_view stored,
            std::string* plain) {
  if (!good_sizes(key, nonce, bound, stored) || stored.size() < kTagBytes) return false;
  const Context ctx(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const std::string_view text = stored.substr(0, stored.size() - kTagBytes);
  std::string tag(stored.substr(text.size())), rest(kTagBytes, '\0');
  plain->resize(text.size());
  int n = 0;
  const bool good =
      ctx && EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, in(key.view()), in(nonce)) == 1 &&
      EVP_DecryptUpdate(ctx.get(), nullptr, &n, in(bound), length(bound)) == 1 &&
      EVP_DecryptUpdate(ctx.get(), out(*plain), &n, in(text), length(text)) == 1 &&
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, out(tag)) == 1 &&
      EVP_DecryptFinal_ex(ctx.get(), out(rest), &n) == 1;
  if (!good) {
    OPENSSL_cleanse(plain->data(), plain->size());
    plain->clear();
  }
  return good;
}

}  // namespace seabed
