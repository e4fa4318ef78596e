#include "core/base/uri.h"

#include <algorithm>
#include <cctype>

namespace seabed {

namespace {
constexpr size_t kMaxUri = 2048;  // OceanBase's limit of a destination text
constexpr int kBadUri = 9001;

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool percent_decode(std::string_view in, std::string* out) {
  for (size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '%') {
      out->push_back(in[i]);
      continue;
    }
    if (i + 2 >= in.size()) return false;
    const int hi = hex_value(in[i + 1]), lo = hex_value(in[i + 2]);
    if (hi < 0 || lo < 0 || hi * 16 + lo == 0) return false;
    out->push_back(static_cast<char>(hi * 16 + lo));
    i += 2;
  }
  return true;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

Status check_location(const Uri& uri) {
  if (uri.location.empty() || uri.location == "/")
    return fail(Code::kInvalidArgument, uri.scheme + "://" + uri.location, "names no location");
  if (has_dot_segment(uri.location))
    return fail(Code::kInvalidArgument, uri.scheme + "://" + uri.location, "has a '.' or '..' segment");
  if (uri.scheme == "file" && uri.location[0] != '/')
    return fail(Code::kInvalidArgument, "file://" + uri.location, "is not an absolute path",
                "write file:///absolute/directory");
  return ok();
}

Status parse_params(std::string_view text, Uri* uri) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t eq = item.find('=');
    if (eq == std::string_view::npos || eq == 0)
      return fail(Code::kInvalidArgument, uri->redacted(), "has an attribute that is not key=value");
    std::string key(item.substr(0, eq)), value;
    if (!percent_decode(item.substr(eq + 1), &value))
      return fail(Code::kInvalidArgument, uri->redacted(), "attribute " + key + " has a broken % escape");
    if (!uri->params.emplace(key, value).second)
      return fail(Code::kInvalidArgument, uri->redacted(), "attribute " + key + " is given twice");
  }
  return ok();
}

Result<Uri> read_uri(std::string_view text) {
  // The text itself may hold secrets: errors show it only up to where a parameter may begin.
  const std::string shown(text.substr(0, std::min(text.find_first_of("?&="), size_t{256})));
  if (text.size() > kMaxUri) return fail(Code::kInvalidArgument, shown, "is longer than 2048 characters");
  if (!printable(text)) return fail(Code::kInvalidArgument, shown, "has a blank or control character");
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0)
    return fail(Code::kInvalidArgument, shown, "is not scheme://location", "for a directory write file:///path");
  Uri uri;
  for (const char c : text.substr(0, colon)) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '-' && c != '.')
      return fail(Code::kInvalidArgument, shown, "has a scheme with odd characters");
    uri.scheme.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  auto rest = text.substr(colon + 3);
  const size_t question = std::min(rest.find('?'), rest.size());
  uri.location = std::string(rest.substr(0, question));
  while (uri.location.size() > 1 && uri.location.back() == '/') uri.location.pop_back();
  SEABED_CHECK(check_location(uri));
  rest.remove_prefix(std::min(question + 1, rest.size()));
  SEABED_CHECK(parse_params(rest, &uri));
  return uri;
}
}  // namespace

bool is_secret_key(std::string_view key) {
  static constexpr std::string_view kMarks[] = {"access_id", "key", "secret", "token", "password", "passwd", "credential", "sas"};
  std::string lower(key);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "sig" || lower == "signature") return true;
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [&lower](std::string_view m) { return lower.find(m) != std::string::npos; });
}

std::string Uri::redacted() const {
  std::string out = scheme + "://" + location;
  char separator = '?';
  for (const auto& [key, value] : params) {
    if (is_secret_key(key)) continue;
    out += separator + key + "=" + value;
    separator = '&';
  }
  return out;
}

std::string Uri::identity() const {
  const auto host = params.find("host");
  return scheme + "://" + location + (host == params.end() ? "" : "?host=" + host->second);
}

Result<Uri> parse_uri(std::string_view text) {
  auto uri = read_uri(text);
  if (!uri) uri.error().ob_error = kBadUri;
  return uri;
}

}  // namespace seabed
