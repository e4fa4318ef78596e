#include "sigv4.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "digest.h"

namespace seabed_s3 {

namespace {
using seabed_http::Header;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

/// Without blanks at the ends, runs of blanks as one.
std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out.push_back(c);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::vector<Header> canonical_headers(const std::vector<Header>& headers) {
  std::vector<Header> out;
  for (const Header& header : headers) out.push_back({lower(header.name), squeeze(header.value)});
  std::stable_sort(out.begin(), out.end(), [](const Header& a, const Header& b) { return a.name < b.name; });
  for (size_t i = 1; i < out.size();) {
    if (out[i].name != out[i - 1].name) {
      ++i;
      continue;
    }
    out[i - 1].value += "," + out[i].value;
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return out;
}

std::string signed_names(const std::vector<Header>& canonical) {
  std::string out;
  for (const Header& header : canonical) out += (out.empty() ? "" : ";") + header.name;
  return out;
}

std::string day(const Scope& scope) { return scope.date.substr(0, 8); }

std::string scope_text(const Scope& scope) {
  return day(scope) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

std::string signing_key(const Scope& scope, const std::string& access_key) {
  using seabed_http::hmac_sha256;
  const std::string date = hmac_sha256("AWS4" + access_key, day(scope));
  return hmac_sha256(hmac_sha256(hmac_sha256(date, scope.region), scope.service), "aws4_request");
}
}  // namespace

std::string amz_date(int64_t seconds) {
  const time_t t = seconds;
  tm parts{};
  gmtime_r(&t, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text;
}

std::string canonical_query(const Query& query) {
  Query encoded;
  for (const auto& [name, value] : query)
    encoded.emplace_back(seabed_http::percent_encode(name, false), seabed_http::percent_encode(value, false));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

std::string canonical_request(const SigningRequest& request) {
  const auto headers = canonical_headers(request.headers);
  std::string out = request.method + "\n" + request.path + "\n" + canonical_query(request.query) + "\n";
  for (const Header& header : headers) out += header.name + ":" + header.value + "\n";
  return out + "\n" + signed_names(headers) + "\n" + request.payload_hash;
}

std::string string_to_sign(const SigningRequest& request, const Scope& scope) {
  return "AWS4-HMAC-SHA256\n" + scope.date + "\n" + scope_text(scope) + "\n" +
         seabed_http::sha256_hex(canonical_request(request));
}

std::string authorization(const SigningRequest& request, const Scope& scope, const std::string& access_id,
                          const std::string& access_key) {
  const std::string signature = seabed_http::hex(
      seabed_http::hmac_sha256(signing_key(scope, access_key), string_to_sign(request, scope)));
  return "AWS4-HMAC-SHA256 Credential=" + access_id + "/" + scope_text(scope) +
         ", SignedHeaders=" + signed_names(canonical_headers(request.headers)) + ", Signature=" + signature;
}

}  // namespace seabed_s3
