#pragma once
// Attributes that every HTTP driver understands, and reading values of attributes.

#include <cstdint>
#include <string_view>

#include "http.h"
#include "seabed/driver.hpp"

namespace seabed_http {

/// One entry of a driver's key schema: `constexpr seabed_key kHost = key("host", SEABED_KEY_TEXT, "…", flags,
/// "default")`.
constexpr seabed_key key(const char* name, uint32_t type, const char* help, uint32_t flags = 0,
                         const char* default_value = nullptr, const char* choices = nullptr) {
  return {sizeof(seabed_key), type, flags, name, default_value, help, choices};
}

inline constexpr seabed_key kCaFile = key(
    "ca_file", SEABED_KEY_PATH, "PEM file of the certificate authorities to trust instead of the system's");
inline constexpr seabed_key kProxy =
    key("proxy", SEABED_KEY_TEXT, "http://host:port of a proxy; the environment's proxies are not used");
inline constexpr seabed_key kConnectTimeout =
    key("connect_timeout", SEABED_KEY_DURATION, "how long a connection may take to be made", 0, "10s");

/// "500ms", "30s", "5m", "1h", or a number of seconds. False for anything else.
bool parse_duration_ms(std::string_view text, uint64_t* out);
/// ca_file, proxy and connect_timeout of the destination. A value that is none is SEABED_INVALID_ARGUMENT.
int32_t client_options(const seabed::sdk::OpenArgs& args, ClientOptions* out, seabed::sdk::Error& error);

}  // namespace seabed_http
