#include "batch_answer.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace seabed_azblob {

namespace {
std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string_view take_line(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  const std::string_view line = trim(text->substr(0, end));
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

std::string boundary_of(std::string_view content_type) {
  constexpr std::string_view kName = "boundary=";
  const size_t at = content_type.find(kName);
  if (!content_type.starts_with("multipart/mixed") || at == std::string_view::npos) return {};
  std::string_view value = content_type.substr(at + kName.size());
  value = value.substr(0, value.find(';'));
  if (value.size() > 1 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  return std::string(trim(value));
}

seabed_http::Header header(std::string_view line) {
  const size_t colon = std::min(line.find(':'), line.size());
  seabed_http::Header out{std::string(line.substr(0, colon)),
                          std::string(trim(line.substr(std::min(colon + 1, line.size()))))};
  for (char& c : out.name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

long number(std::string_view text) {
  long value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// "Content-ID: 3 … HTTP/1.1 202 Accepted, headers, an empty line, body".
void read_part(std::string_view part, std::vector<seabed_http::Response>* out) {
  long id = -1;
  while (!part.empty() && !part.starts_with("HTTP/1.1 ")) {
    const auto fact = header(take_line(&part));
    if (fact.name == "content-id") id = number(fact.value);
  }
  if (id < 0 || static_cast<size_t>(id) >= out->size() || part.empty()) return;
  seabed_http::Response& answer = (*out)[static_cast<size_t>(id)];
  constexpr size_t kStatusAt = 9;
  const std::string_view line = take_line(&part);   // without blanks at its end, so that it may be shorter
  answer.status = std::max(number(line.substr(std::min(kStatusAt, line.size()))), 0L);
  while (!part.empty()) {
    const std::string_view line = take_line(&part);
    if (line.empty()) break;
    answer.headers.push_back(header(line));
  }
  answer.body = part;
}
}  // namespace

bool read_batch(std::string_view content_type, std::string_view body, size_t count,
                std::vector<seabed_http::Response>* out) {
  out->assign(count, {});
  const std::string name = boundary_of(content_type);
  if (name.empty()) return false;
  const std::string boundary = "--" + name;
  size_t at = body.find(boundary);
  while (at != std::string_view::npos) {
    at += boundary.size();
    const size_t end = body.find(boundary, at);
    if (end == std::string_view::npos) break;
    read_part(body.substr(at, end - at), out);
    at = end;
  }
  return true;
}

}  // namespace seabed_azblob
