#include "signature.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

#include "digest.h"

namespace seabed_oss {

namespace {
using seabed_http::Credentials;
using seabed_http::Header;

// Of the parameters that the driver sends, those that version 1 signs.
constexpr std::array<std::string_view, 7> kSubResources = {"append",  "delete",   "partNumber", "position",
                                                           "tagging", "uploadId", "uploads"};

std::string header(const Signed& request, std::string_view name) {
  for (const Header& h : request.headers)
    if (h.name == name) return h.value;
  return {};
}

std::string resource(const Signed& request) { return "/" + request.bucket + "/" + request.key; }

std::string oss_header_lines(const Signed& request) {
  std::map<std::string, std::string> sorted;
  for (const Header& h : request.headers)
    if (h.name.starts_with("x-oss-")) sorted[h.name] = h.value;
  std::string out;
  for (const auto& [name, value] : sorted) out += name + ":" + value + "\n";
  return out;
}

std::string string_to_sign_v1(const Signed& request, const std::string& date) {
  Query signed_query;
  for (const auto& pair : request.query)
    if (std::find(kSubResources.begin(), kSubResources.end(), pair.first) != kSubResources.end())
      signed_query.push_back(pair);
  std::sort(signed_query.begin(), signed_query.end());
  std::string text = request.method + "\n" + header(request, "content-md5") + "\n" +
                     header(request, "content-type") + "\n" + date + "\n" + oss_header_lines(request) +
                     resource(request);
  char separator = '?';
  for (const auto& [name, value] : signed_query) {
    text += separator + name + (value.empty() ? "" : "=" + value);
    separator = '&';
  }
  return text;
}

std::string canonical_request_v4(const Signed& request) {
  std::map<std::string, std::string> sorted;
  for (const Header& h : request.headers)
    if (h.name.starts_with("x-oss-") || h.name == "content-md5" || h.name == "content-type")
      sorted[h.name] = h.value;
  std::string text = request.method + "\n" + seabed_http::percent_encode(resource(request), true) + "\n" +
                     query_text(request.query) + "\n";
  for (const auto& [name, value] : sorted) text += name + ":" + value + "\n";
  return text + "\n\nUNSIGNED-PAYLOAD";
}

std::string iso_date(int64_t seconds) {
  const time_t t = seconds;
  tm parts{};
  gmtime_r(&t, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

std::string authorization_v4(const Credentials& who, const std::string& region, const std::string& date,
                             const Signed& request) {
  using seabed_http::hmac_sha256;
  const std::string day = date.substr(0, 8);
  const std::string scope = day + "/" + region + "/oss/aliyun_v4_request";
  const std::string text = "OSS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" +
                           seabed_http::sha256_hex(canonical_request_v4(request));
  std::string key = hmac_sha256("aliyun_v4" + who.access_key, day);
  key = hmac_sha256(hmac_sha256(hmac_sha256(key, region), "oss"), "aliyun_v4_request");
  return "OSS4-HMAC-SHA256 Credential=" + who.access_id + "/" + scope +
         ",Signature=" + seabed_http::hex(hmac_sha256(key, text));
}
}  // namespace

std::string query_text(Query query) {
  for (auto& [name, value] : query) {
    name = seabed_http::percent_encode(name, false);
    value = seabed_http::percent_encode(value, false);
  }
  std::sort(query.begin(), query.end());
  std::string out;
  for (const auto& [name, value] : query) {
    if (!out.empty()) out += '&';
    out += name + (value.empty() ? "" : "=" + value);
  }
  return out;
}

void sign(SignatureVersion version, const Credentials& who, const std::string& region, int64_t seconds,
          Signed* request) {
  if (!who.session_token.empty()) request->headers.push_back({"x-oss-security-token", who.session_token});
  std::string authorization;
  if (version == SignatureVersion::kV4) {
    const std::string date = iso_date(seconds);
    request->headers.push_back({"x-oss-date", date});
    request->headers.push_back({"x-oss-content-sha256", "UNSIGNED-PAYLOAD"});
    authorization = authorization_v4(who, region, date, *request);
  } else {
    const std::string date = seabed_http::http_date(seconds);
    request->headers.push_back({"date", date});
    const std::string text = string_to_sign_v1(*request, date);
    authorization = "OSS " + who.access_id + ":" +
                    seabed_http::base64_encode(seabed_http::hmac_sha1(who.access_key, text));
  }
  request->headers.push_back({"authorization", authorization});
}

}  // namespace seabed_oss
