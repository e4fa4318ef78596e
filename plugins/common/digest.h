#pragma once
// Digests and codings that signatures and checksums are made of, over OpenSSL. Raw bytes unless the name says
// hex or base64. A digest that OpenSSL refuses (a FIPS build without MD5) throws std::runtime_error; the
// border turns it into SEABED_INTERNAL.

#include <optional>
#include <string>
#include <string_view>

#include "seabed/store.hpp"

namespace seabed_http {

std::string sha256(seabed::sdk::Buffers bytes);
std::string sha256(std::string_view text);
std::string sha256_hex(seabed::sdk::Buffers bytes);
std::string sha256_hex(std::string_view text);
std::string md5(seabed::sdk::Buffers bytes);
std::string md5(std::string_view text);

std::string hmac_sha256(std::string_view key, std::string_view text);
std::string hmac_sha1(std::string_view key, std::string_view text);

/// Lower case.
std::string hex(std::string_view bytes);
/// Standard alphabet with padding (RFC 4648 section 4).
std::string base64_encode(std::string_view bytes);
/// Nothing for what is no whole base64 text.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace seabed_http
