#include "tools/config/value_forms.h"

#include <algorithm>
#include <charconv>

#include "core/base/uri.h"

namespace seabed {

bool is_clean_path(const std::string& text) {
  if (text.empty() || text[0] != '/') return false;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('/', at + 1), text.size());
    std::string segment = text.substr(at + 1, end - at - 1);
    if (segment == "." || segment == "..") return false;
    at = end;
  }
  return true;
}

bool parse_size(const std::string& text, uint64_t* out) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  std::string unit(end, text.data() + text.size());
  static const std::pair<const char*, int> kUnits[] = {{"", 0},     {"K", 10},   {"KiB", 10},
                                                       {"M", 20},   {"MiB", 20}, {"G", 30},
                                                       {"GiB", 30}, {"T", 40},   {"TiB", 40}};
  for (auto [name, shift] : kUnits) {
    if (unit == name && number <= (UINT64_MAX >> shift)) return *out = number << shift, true;
  }
  return false;
}

bool parse_time_span(const std::string& text, std::chrono::milliseconds* out) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit = error == std::errc() ? std::string(end, text.data() + text.size()) : "?";
  static const std::pair<const char*, uint64_t> kUnits[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  constexpr uint64_t kLongest = 3650ull * 86'400'000;
  if (text == "0") return *out = std::chrono::milliseconds(0), true;
  for (auto [name, ms] : kUnits)
    if (unit == name && number <= kLongest / ms) return *out = std::chrono::milliseconds(number * ms), true;
  return false;
}

/// A webhook's path is often its password.
bool is_hidden_key(std::string_view key) { return is_secret_key(key) || key == "webhook"; }

}  // namespace seabed
