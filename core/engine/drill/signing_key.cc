#include "core/engine/drill/signing_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/bytes.h"
#include "core/base/fd.h"

namespace seabed::drill {
namespace {

constexpr char kFile[] = "/drill_key.pem";
constexpr size_t kSignature = 64;

EVP_PKEY* evp(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }
std::shared_ptr<void> owned(EVP_PKEY* key) {
  return {key, [](void* k) { EVP_PKEY_free(static_cast<EVP_PKEY*>(k)); }};
}
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long n = BIO_get_mem_data(bio.get(), &data);
  return n > 0 ? std::string(data, static_cast<size_t>(n)) : std::string();
}

tl::unexpected<Error> bad(const std::string& object) {
  return fail(Code::kCorruption, object, "is no Ed25519 key in PEM form");
}

Result<std::shared_ptr<void>> read_private(const std::string& path) {
  SEABED_TRY(std::string pem, read_file(path, 1 << 16));
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0 && (st.st_mode & 077) != 0)
    return fail(Code::kPermissionDenied, path, "others may read it",
                "chmod 600 it, or remove it: a new one is made");
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!key) return bad(path);
  auto out = owned(key);
  if (EVP_PKEY_id(key) != EVP_PKEY_ED25519) return bad(path);
  return out;
}

/// Under its name only when it is whole, and never over another one.
Status make_private(const std::string& path) {
  auto key = owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  Bio bio(BIO_new(BIO_s_secmem()), BIO_free);
  if (!key || !PEM_write_bio_PKCS8PrivateKey(bio.get(), evp(key), nullptr, nullptr, 0, nullptr, nullptr))
    return fail(Code::kInternal, path, "OpenSSL made no Ed25519 key");
  std::string pem = text_of(bio);
  const std::string fresh = path + "." + std::to_string(::getpid());
  const Status written = write_file_atomic(fresh, pem, 0600);
  OPENSSL_cleanse(pem.data(), pem.size());
  SEABED_CHECK(written);
  const int error = ::link(fresh.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(fresh.c_str());
  if (error != 0 && error != EEXIST) return fail_errno(path, "cannot be made", error);
  return fsync_directory(path.substr(0, path.rfind('/')));
}

}  // namespace

Result<PublicKey> PublicKey::of(std::shared_ptr<void> key, const std::string& object) {
  PublicKey out;
  Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(evp(key), &der);
  unsigned char digest[EVP_MAX_MD_SIZE];
  size_t digest_length = 0;
  const bool made =
      length > 0 && PEM_write_bio_PUBKEY(bio.get(), evp(key)) &&
      EVP_Q_digest(nullptr, "SHA256", nullptr, der, static_cast<size_t>(length), digest, &digest_length);
  OPENSSL_free(der);
  if (!made) return bad(object);
  out.pem_ = text_of(bio);
  out.id_ = to_hex({reinterpret_cast<char*>(digest), digest_length});
  out.key_ = std::move(key);
  return out;
}

Result<PublicKey> PublicKey::from_pem(const std::string& pem, const std::string& object) {
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  auto key = owned(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key || EVP_PKEY_id(evp(key)) != EVP_PKEY_ED25519) return bad(object);
  return of(std::move(key), object);
}

bool PublicKey::verify(std::string_view bytes, std::string_view signature) const {
  Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return signature.size() == kSignature &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, evp(key_)) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                          bytes.size()) == 1;
}

Result<SigningKey> SigningKey::load(const std::string& state_directory) {
  SEABED_TRY(auto key, read_private(state_directory + kFile));
  SigningKey out;
  SEABED_TRY(out.public_, PublicKey::of(std::move(key), state_directory + kFile));
  return out;
}

Result<SigningKey> SigningKey::load_or_make(const std::string& state_directory) {
  auto found = load(state_directory);
  if (found || found.error().code != Code::kNotFound) return found;
  SEABED_CHECK(make_directories(state_directory));
  SEABED_CHECK(make_private(state_directory + kFile));
  return load(state_directory);
}

Result<std::string> SigningKey::sign(std::string_view bytes) const {
  Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string out(kSignature, '\0');
  size_t length = out.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, evp(public_.key_)) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length,
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1 ||
      length != out.size())
    return fail(Code::kInternal, "report of a drill", "OpenSSL did not sign it");
  return out;
}

}  // namespace seabed::drill
