#include "digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>
#include <stdexcept>

namespace seabed_http {

namespace {
using seabed::sdk::Buffers;

std::string digest(const EVP_MD* kind, Buffers bytes) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool good = state && EVP_DigestInit_ex(state.get(), kind, nullptr) == 1;
  for (const seabed_buffer& piece : bytes)
    good = good && EVP_DigestUpdate(state.get(), piece.data, piece.size) == 1;
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!good || EVP_DigestFinal_ex(state.get(), out, &size) != 1)
    throw std::runtime_error("OpenSSL refused a digest");
  return {reinterpret_cast<char*>(out), size};
}

std::string digest(const EVP_MD* kind, std::string_view text) {
  const seabed_buffer piece{text.data(), text.size()};
  return digest(kind, Buffers(&piece, 1));
}

std::string hmac(const EVP_MD* kind, std::string_view key, std::string_view text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (HMAC(kind, key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size) == nullptr)
    throw std::runtime_error("OpenSSL refused an HMAC");
  return {reinterpret_cast<char*>(out), size};
}
}  // namespace

std::string sha256(Buffers bytes) { return digest(EVP_sha256(), bytes); }
std::string sha256(std::string_view text) { return digest(EVP_sha256(), text); }
std::string sha256_hex(Buffers bytes) { return hex(sha256(bytes)); }
std::string sha256_hex(std::string_view text) { return hex(sha256(text)); }
std::string md5(Buffers bytes) { return digest(EVP_md5(), bytes); }
std::string md5(std::string_view text) { return digest(EVP_md5(), text); }
std::string hmac_sha256(std::string_view key, std::string_view text) { return hmac(EVP_sha256(), key, text); }
std::string hmac_sha1(std::string_view key, std::string_view text) { return hmac(EVP_sha1(), key, text); }

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

std::string base64_encode(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL adds a NUL
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  if (text.substr(0, text.size() - padding).find('=') != std::string_view::npos) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0 || static_cast<size_t>(size) < padding) return std::nullopt;
  out.resize(static_cast<size_t>(size) - padding);
  return out;
}

}  // namespace seabed_http
