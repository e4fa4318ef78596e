#include "core/catalog/secret_box.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/catalog/sql.h"

namespace seabed {
namespace {

constexpr char kPrefix[] = "gcm1:";
constexpr size_t kKey = 32, kNonce = 12, kTag = 16;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytes(std::string& s, size_t at = 0) {
  return reinterpret_cast<unsigned char*>(s.data()) + at;
}
const unsigned char* bytes(const std::string& s, size_t at = 0) {
  return reinterpret_cast<const unsigned char*>(s.data()) + at;
}

Status make_key(const std::string& path) {
  std::string key(kKey, '\0');
  if (RAND_bytes(bytes(key), kKey) != 1) return fail(Code::kInternal, path, "no random bytes from OpenSSL");
  return write_file_atomic(path, key, 0600);
}

tl::unexpected<Error> cannot_open(const std::string& context, const std::string& key_path) {
  return fail(Code::kPermissionDenied, context,
              "its secret cannot be decrypted with the host key " + key_path,
              "put the right key file back, or set the destination again");
}

}  // namespace

Result<SecretBox> SecretBox::open(const std::string& key_path, bool may_create) {
  struct stat st;
  if (::stat(key_path.c_str(), &st) != 0) {
    if (errno != ENOENT || !may_create) return fail_errno(key_path, "cannot read the host key", errno);
    SEABED_CHECK(make_key(key_path));
    if (::stat(key_path.c_str(), &st) != 0) return fail_errno(key_path, "cannot read the host key", errno);
  }
  if ((st.st_mode & 077) != 0 || st.st_uid != geteuid())
    return fail(Code::kPermissionDenied, key_path, "the host key is open to others",
                "chown it and chmod 600 it");
  SecretBox box;
  box.path_ = key_path;
  SEABED_TRY(box.key_, read_file(key_path, 4096));
  if (box.key_.size() != kKey) return fail(Code::kCorruption, key_path, "the host key is not 32 bytes long");
  return box;
}

Result<std::string> SecretBox::seal(const std::string& plain, const std::string& context) const {
  std::string nonce(kNonce, '\0'), cipher(plain.size(), '\0'), tag(kTag, '\0');
  Cipher ctx(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int n = 0;
  bool good = RAND_bytes(bytes(nonce), kNonce) == 1 &&
              EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(nonce)) == 1 &&
              EVP_EncryptUpdate(ctx.get(), nullptr, &n, bytes(context), context.size()) == 1 &&
              EVP_EncryptUpdate(ctx.get(), bytes(cipher), &n, bytes(plain), plain.size()) == 1 &&
              EVP_EncryptFinal_ex(ctx.get(), bytes(tag), &n) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, kTag, bytes(tag)) == 1;
  if (!good) return fail(Code::kInternal, context, "OpenSSL refused to encrypt");
  return kPrefix + to_hex(nonce + cipher + tag);
}

Result<std::string> SecretBox::open_text(const std::string& sealed, const std::string& context) const {
  if (sealed.rfind(kPrefix, 0) != 0) return cannot_open(context, path_);
  auto raw = catalog::from_hex(sealed.substr(sizeof(kPrefix) - 1));
  if (!raw || raw->size() < kNonce + kTag) return cannot_open(context, path_);
  size_t length = raw->size() - kNonce - kTag;
  std::string plain(length, '\0'), rest(kTag, '\0');
  Cipher ctx(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int n = 0;
  bool good = EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(*raw)) == 1 &&
              EVP_DecryptUpdate(ctx.get(), nullptr, &n, bytes(context), context.size()) == 1 &&
              EVP_DecryptUpdate(ctx.get(), bytes(plain), &n, bytes(*raw, kNonce), length) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, kTag, bytes(*raw, kNonce + length)) == 1 &&
              EVP_DecryptFinal_ex(ctx.get(), bytes(rest), &n) == 1;
  if (!good) return cannot_open(context, path_);
  return plain;
}

}  // namespace seabed
