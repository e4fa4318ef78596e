#pragma once
// Where a request goes: the `host=` attribute, the location of the URI, and the URL of one object.

#include <cstdint>
#include <string>
#include <string_view>

namespace seabed_http {

struct Endpoint {
  bool https = true;
  std::string host;   // lower case, no bucket in it
  uint16_t port = 0;  // 0: the scheme's own
  std::string path;   // "" or "/account" (Azurite), no slash at its end
  const char* scheme() const { return https ? "https" : "http"; }
  /// "host" or "host:port", as the Host header has it.
  std::string authority(std::string_view host_prefix = {}) const;
  bool is_ip_address() const;
};

/// "[http://|https://]name[:port][/path]"; https when no scheme is given. False, with the reason in *why, for
/// anything else (user names, queries, odd characters).
bool parse_endpoint(std::string_view text, Endpoint* out, std::string* why);

struct Place {
  std::string bucket;
  std::string prefix;  // "" or "a/b/": what stands before every key
};
/// "bucket/a/b" of the URI's location. False when the bucket is missing or is no possible host label or path
/// segment.
bool split_location(std::string_view location, Place* out, std::string* why);

enum class Addressing { kVirtualHosted, kPath };

struct Address {
  std::string url;   // without a query
  std::string host;  // the Host header's value
  std::string path;  // as signed: percent-encoded, begins with '/'
};
/// `key` raw, "" for the bucket itself; '/' in it stays.
Address address_of(const Endpoint& endpoint, Addressing addressing, std::string_view bucket,
                   std::string_view key);

}  // namespace seabed_http
