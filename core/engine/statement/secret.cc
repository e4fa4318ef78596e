#include "core/engine/statement/secret.h"

#include <algorithm>

#include "core/base/uri.h"

namespace seabed::statement {
namespace {

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_key_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

/// The word before the `=` at a place, blanks between them left out.
std::string key_before(const std::string& text, size_t equal) {
  size_t end = equal;
  while (end && (text[end - 1] == ' ' || text[end - 1] == '\t')) --end;
  size_t begin = end;
  while (begin && is_key_char(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

}  // namespace

std::optional<Secret> find_secret(std::string_view given) {
  std::string text(given);
  std::transform(text.begin(), text.end(), text.begin(), small);
  std::optional<Secret> first;
  const auto found = [&](size_t at, const std::string& word) {
    if (at != std::string::npos && (!first || at < first->begin)) first = Secret{word, at};
  };
  found(text.find("identified"), "IDENTIFIED BY");
  found(text.find("encrypted"), "ENCRYPTED BY");
  for (size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
    const std::string key = key_before(text, at);
    if (is_secret_key(key) || key == "external_kms_info") found(at, key + "=");
  }
  if (first) first->begin = std::min(first->begin, text.find_first_of("'\"`"));
  return first;
}

}  // namespace seabed::statement
