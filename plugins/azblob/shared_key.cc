#include "shared_key.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "digest.h"

namespace seabed_azblob {

namespace {
std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string value_of(const ToSign& request, const char* name) {
  for (const auto& header : request.headers)
    if (lower(header.name) == name) return header.value;
  return {};
}

std::string canonical_headers(const ToSign& request) {
  std::map<std::string, std::string> sorted;
  for (const auto& header : request.headers)
    if (const std::string name = lower(header.name); name.starts_with("x-ms-")) sorted[name] = header.value;
  std::string out;
  for (const auto& [name, value] : sorted) out += name + ":" + value + "\n";
  return out;
}

std::string canonical_resource(const std::string& account, const ToSign& request) {
  std::map<std::string, std::vector<std::string>> sorted;
  for (const auto& [name, value] : request.query) sorted[lower(name)].push_back(value);
  std::string out = "/" + account + request.path;
  for (auto& [name, values] : sorted) {
    std::sort(values.begin(), values.end());
    out += "\n" + name + ":";
    for (size_t i = 0; i < values.size(); ++i) out += (i > 0 ? "," : "") + values[i];
  }
  return out;
}
}  // namespace

std::string shared_key(const std::string& account, const std::string& key, const ToSign& request) {
  std::string text = request.method + "\n";
  for (const char* name : {"content-encoding", "content-language"}) text += value_of(request, name) + "\n";
  text += (request.body_size == 0 ? "" : std::to_string(request.body_size)) + "\n";
  // Date stays empty: x-ms-date stands for it.
  for (const char* name : {"content-md5", "content-type", "date", "if-modified-since", "if-match",
                           "if-none-match", "if-unmodified-since", "range"})
    text += value_of(request, name) + "\n";
  text += canonical_headers(request) + canonical_resource(account, request);
  return "SharedKey " + account + ":" + seabed_http::base64_encode(seabed_http::hmac_sha256(key, text));
}

}  // namespace seabed_azblob
