#include "tools/cli/text_table.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace seabed {

std::string json_word(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>().empty() ? "-" : value.get<std::string>();
  return value.dump();
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i)
      out += row[i] + (i + 1 < row.size() ? std::string(widths[i] - row[i].size() + 2, ' ') : "");
    out += "\n";
  }
  return out;
}

std::string json_table(const Json& array, const std::vector<std::pair<std::string, std::string>>& columns) {
  std::vector<std::vector<std::string>> rows(1);
  for (const auto& [key, heading] : columns) rows[0].push_back(heading);
  for (const Json& item : array) {
    auto& row = rows.emplace_back();
    for (const auto& [key, heading] : columns) row.push_back(item.contains(key) ? json_word(item[key]) : "-");
  }
  return text_table(rows);
}

std::string json_lines(const Json& object) {
  std::string out;
  for (const auto& [key, value] : object.items())
    if (!value.is_structured()) out += key + ": " + json_word(value) + "\n";
  return out;
}

std::string bytes_text(uint64_t bytes) {
  static const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(kUnits)) value /= 1000, ++unit;
  char text[32];
  std::snprintf(text, sizeof text, unit ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
  return text;
}

}  // namespace seabed
