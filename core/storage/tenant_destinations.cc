#include "core/storage/tenant_destinations.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace seabed {
namespace {

/// As drivers read host=: https unless it says http, the scheme's own port left away, no path.
struct Host {
  std::string scheme, name, port;
  bool operator==(const Host&) const = default;
  std::string text() const { return scheme + "://" + name + (port.empty() ? "" : ":" + port); }
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// nullopt: characters that no host has (a user name, a query), or another scheme. `also`: further
/// characters, of patterns.
std::optional<Host> read_host(std::string_view text, std::string_view scheme, std::string_view also = {}) {
  Host out{std::string(scheme), {}, {}};
  if (const size_t at = text.find("://"); at != text.npos) {
    out.scheme = lower(text.substr(0, at));
    if (out.scheme != "http" && out.scheme != "https") return std::nullopt;
    text.remove_prefix(at + 3);
  }
  text = text.substr(0, text.find('/'));
  const bool v6 = text.starts_with("[");
  const size_t bracket = v6 ? text.find(']') : 0;
  if (bracket == text.npos) return std::nullopt;
  const size_t colon = text.find(':', bracket);
  out.name = lower(text.substr(0, colon));
  if (colon != text.npos) out.port = text.substr(colon + 1);
  const auto known = [&](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == '_' ||
           (v6 && (c == ':' || c == '[' || c == ']')) || also.find(static_cast<char>(c)) != also.npos;
  };
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  if (out.name.empty() || !std::all_of(out.name.begin(), out.name.end(), known)) return std::nullopt;
  if (!std::all_of(out.port.begin(), out.port.end(), digit) || (colon != text.npos && out.port.empty()))
    return std::nullopt;
  if ((out.scheme == "https" && out.port == "443") || (out.scheme == "http" && out.port == "80"))
    out.port.clear();
  return out;
}

bool like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*')
    return !text.empty() && text[0] == pattern[0] && like(text.substr(1), pattern.substr(1));
  for (size_t i = 0; i <= text.size(); ++i)
    if (like(text.substr(i), pattern.substr(1))) return true;
  return false;
}

bool is_host_entry(const std::string& entry) {
  return entry.find("://") == entry.npos || entry.starts_with("http://") || entry.starts_with("https://");
}

std::string default_of(const TenantDestinations& rules, const std::string& scheme, const std::string& key) {
  for (const auto& [name, values] : rules.driver_defaults)
    if (name == scheme)
      for (const auto& [k, value] : values)
        if (k == key) return value;
  return {};
}

class Check {
 public:
  Check(const TenantDestinations& rules, const Uri& uri) : rules_(rules), uri_(uri) {}

  Status run() {
    SEABED_CHECK(check_attributes());
    SEABED_CHECK(find_host());
    if (rules_.allowed.empty()) return check_named_host();
    for (const std::string& entry : rules_.allowed)
      if (is_host_entry(entry) ? matches_host(entry) : matches_path(entry)) return ok();
    return refuse("is none of the destinations that the operator allows to a tenant's admin");
  }

 private:
  tl::unexpected<Error> refuse(std::string reason) const {
    return fail(
        Code::kPermissionDenied, uri_.redacted(), std::move(reason),
        "ask sys to set it, or to add it to allowed_destinations of [drivers] in the agent's configuration");
  }

  std::string given(const std::string& key) const {
    const auto found = uri_.params.find(key);
    return found == uri_.params.end() ? "" : found->second;
  }

  /// What would lead requests, or the driver's own credentials, past the host.
  Status check_attributes() const {
    for (const char* key : {"proxy", "sts_host", "metadata_endpoint"})
      if (uri_.params.contains(key) && given(key) != default_of(rules_, uri_.scheme, key))
        return refuse(std::string("has ") + key +
                      ", which decides where credentials go and is the operator's to set");
    for (const char* key : {"s3_region", "oss_region"})  // part of a host name, of STS for one
      for (const unsigned char c : given(key))
        if (!std::isalnum(c) && c != '-')
          return refuse(std::string("has a ") + key + " that is no name of a region");
    const std::string account = given("access_id");
    const bool own_secret = uri_.params.contains("access_key") || uri_.params.contains("sas_token");
    if (!account.empty() && !own_secret && account != default_of(rules_, uri_.scheme, "access_id"))
      return refuse("has access_id without its secret, so the operator's would be used for it");
    return ok();
  }

  /// host_: where requests go; none: on this machine, or wherever the driver goes by itself.
  Status find_host() {
    if (uri_.scheme == "nfs") {
      host_ = Host{"nfs", lower(uri_.location.substr(0, uri_.location.find('/'))), {}};
      return ok();
    }
    const std::string own = default_of(rules_, uri_.scheme, "host");
    if (!own.empty()) own_ = read_host(own, "https");
    host_ = own_;
    if (!uri_.params.contains("host")) return ok();
    host_ = read_host(given("host"), "https");
    return host_ ? ok() : Status(refuse("has a host that is no [https://]name[:port]"));
  }

  Status check_named_host() const {
    const bool named = uri_.scheme != "nfs" && (!uri_.params.contains("host") || host_ == own_);
    if (named) return ok();
    return refuse("names the host " + host_->text() + ", which the operator's configuration does not name");
  }

  bool matches_host(const std::string& entry) const {
    if (!host_) return false;
    const bool says_scheme = entry.find("://") != entry.npos;
    const auto wanted = read_host(entry, host_->scheme == "nfs" ? "nfs" : "https", "*");
    if (!wanted || (says_scheme && host_->scheme == "nfs")) return false;
    return wanted->scheme == host_->scheme && wanted->port == host_->port && like(host_->name, wanted->name);
  }

  bool matches_path(const std::string& entry) const {
    const auto wanted = parse_uri(entry);
    if (!wanted || wanted->scheme != uri_.scheme) return false;
    const std::string &above = wanted->location, &here = uri_.location;
    const bool below =
        here == above || (here.starts_with(above) && (above.ends_with('/') || here[above.size()] == '/'));
    if (!below || uri_.scheme == "nfs") return below;
    const auto host = wanted->params.find("host");
    return host_ == (host == wanted->params.end() ? own_ : read_host(host->second, "https"));
  }

  const TenantDestinations& rules_;
  const Uri& uri_;
  std::optional<Host> host_, own_;
};

}  // namespace

Status check_allowed_entry(const std::string& entry) {
  if (is_host_entry(entry)) {
    if (read_host(entry, "https", "*")) return ok();
    return fail(Code::kInvalidArgument, entry, "is neither a host nor a destination",
                "for example minio.example:9000, https://*.example.com, s3://bucket/path");
  }
  SEABED_TRY(const Uri uri, parse_uri(entry));
  for (const auto& [key, value] : uri.params)
    if (key != "host" || !read_host(value, "https"))
      return fail(Code::kInvalidArgument, uri.redacted(),
                  "an allowed destination has no attribute but host=[https://]name[:port]");
  return ok();
}

Status check_tenant_destination(const TenantDestinations& rules, const Uri& uri) {
  return Check(rules, uri).run();
}

}  // namespace seabed
