#include "endpoint.h"

#include <algorithm>
#include <charconv>

#include "http.h"

namespace seabed_http {

namespace {
bool host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool take_port(std::string_view text, uint16_t* port) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), *port);
  return ec == std::errc() && end == text.data() + text.size() && *port != 0;
}

std::string_view take_scheme(std::string_view text, bool* https) {
  *https = !text.starts_with("http://");
  if (const size_t at = text.find("://"); at != std::string_view::npos) text.remove_prefix(at + 3);
  return text;
}

/// "[::1]" or a name; what is left of `text` begins with ':' or is empty.
bool take_host(std::string_view* text, std::string* host) {
  size_t end = std::min(text->find(':'), text->size());
  const bool v6 = text->starts_with("[");
  if (v6) end = text->find(']') + 1;  // 0, and then refused, without one
  for (const char c : text->substr(0, end))
    host->push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
  text->remove_prefix(end);
  const auto known = [v6](char c) { return host_character(c) || (v6 && (c == ':' || c == '[' || c == ']')); };
  return !host->empty() && std::all_of(host->begin(), host->end(), known);
}
}  // namespace

std::string Endpoint::authority(std::string_view host_prefix) const {
  std::string out = std::string(host_prefix) + host;
  if (port != 0 && port != (https ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

bool Endpoint::is_ip_address() const {
  return host.starts_with("[") ||
         std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

bool parse_endpoint(std::string_view text, Endpoint* out, std::string* why) {
  *out = Endpoint{};
  const size_t scheme = text.find("://");
  if (scheme != std::string_view::npos && text.substr(0, scheme) != "http" &&
      text.substr(0, scheme) != "https") {
    *why = "the scheme of the host is neither http nor https";
    return false;
  }
  text = take_scheme(text, &out->https);
  if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
    out->path = text.substr(slash);
    while (out->path.ends_with('/')) out->path.pop_back();
    text = text.substr(0, slash);
  }
  const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '%'; };
  *why = "the host is not of the form [https://]name[:port]";
  if (!std::all_of(out->path.begin(), out->path.end(), plain) || !take_host(&text, &out->host)) return false;
  if (text.empty()) return true;
  return text[0] == ':' && take_port(text.substr(1), &out->port);
}

bool split_location(std::string_view location, Place* out, std::string* why) {
  while (location.ends_with('/')) location.remove_suffix(1);
  const size_t slash = std::min(location.find('/'), location.size());
  out->bucket = location.substr(0, slash);
  const std::string_view rest = location.substr(std::min(slash + 1, location.size()));
  out->prefix = rest.empty() ? "" : std::string(rest) + "/";
  const auto known = [](char c) { return host_character(c) || (c >= 'A' && c <= 'Z') || c == '$'; };
  const bool good = !out->bucket.empty() && std::all_of(out->bucket.begin(), out->bucket.end(), known) &&
                    out->bucket.find_first_not_of('.') != std::string::npos;
  if (!good) *why = "the location does not begin with the name of a bucket";
  return good;
}

Address address_of(const Endpoint& endpoint, Addressing addressing, std::string_view bucket,
                   std::string_view key) {
  const bool virtual_hosted = addressing == Addressing::kVirtualHosted;
  Address out;
  out.host = endpoint.authority(virtual_hosted ? std::string(bucket) + "." : "");
  out.path = endpoint.path + "/";
  if (!virtual_hosted) out.path += percent_encode(bucket, false) + (key.empty() ? "" : "/");
  out.path += percent_encode(key, true);
  out.url = std::string(endpoint.scheme()) + "://" + out.host + out.path;
  return out;
}

}  // namespace seabed_http
