#include "tools/config/table_reader.h"

#include <charconv>

namespace seabed {
namespace {

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

}  // namespace

const toml::node* TableReader::take(const char* key) {
  known_.insert(key);
  return table_.get(key);
}

Error TableReader::problem(const toml::node* node, const std::string& what) const {
  auto line = node ? node->source().begin.line : table_.source().begin.line;
  return {Code::kInvalidArgument,
          file_ + ":" + std::to_string(line),
          what + (name_.empty() ? "" : " in [" + name_ + "]"),
          "see docs/operator-guide.md for the keys",
          0,
          0};
}

void TableReader::fail_at(const toml::node* node, const std::string& what) {
  errors_.push_back(problem(node, what));
}

TableReader& TableReader::text(const char* key, std::string* out) {
  if (auto* node = take(key)) {
    if (auto value = node->value_exact<std::string>())
      *out = *value;
    else
      fail_at(node, std::string(key) + " must be a text");
  }
  return *this;
}

bool TableReader::check_path(const toml::node* node, const std::string& text) {
  if (is_clean_path(text)) return true;
  fail_at(node, "'" + text + "' is no absolute path without '.' and '..'");
  return false;
}

TableReader& TableReader::path(const char* key, std::string* out) {
  std::string value;
  text(key, &value);
  if (const toml::node* node = table_.get(key); node && node->is_string() && check_path(node, value)) {
    while (value.size() > 1 && value.back() == '/') value.pop_back();
    *out = value;
  }
  return *this;
}

TableReader& TableReader::number(const char* key, uint64_t* out, uint64_t min, uint64_t max) {
  if (auto* node = take(key)) {
    auto value = node->value_exact<int64_t>();
    if (value && *value >= 0 && uint64_t(*value) >= min && uint64_t(*value) <= max)
      *out = *value;
    else
      fail_at(node, std::string(key) + " must be a number from " + std::to_string(min) + " to " +
                        std::to_string(max));
  }
  return *this;
}

TableReader& TableReader::size(const char* key, uint64_t* out, uint64_t min) {
  if (auto* node = take(key)) {
    uint64_t value = 0;
    auto number = node->value_exact<int64_t>();
    auto text = node->value_exact<std::string>();
    if (number && *number >= 0) value = *number;
    if ((number || (text && parse_size(*text, &value))) && value >= min)
      *out = value;
    else
      fail_at(node, std::string(key) + " must be a size (bytes, or a text like \"16G\") of at least " +
                        std::to_string(min));
  }
  return *this;
}

TableReader& TableReader::milliseconds(const char* key, std::chrono::milliseconds* out) {
  uint64_t value = out->count();
  number(key, &value, 1, 86'400'000);
  *out = std::chrono::milliseconds(value);
  return *this;
}

TableReader& TableReader::flag(const char* key, bool* out) {
  if (auto* node = take(key)) {
    if (auto value = node->value_exact<bool>())
      *out = *value;
    else
      fail_at(node, std::string(key) + " must be true or false");
  }
  return *this;
}

TableReader& TableReader::paths(const char* key, std::vector<std::string>* out) {
  auto* node = take(key);
  if (!node) return *this;
  auto* list = node->as_array();
  if (!list) return fail_at(node, std::string(key) + " must be a list of paths"), *this;
  out->clear();
  for (const toml::node& item : *list) {
    auto value = item.value_exact<std::string>();
    if (!value)
      fail_at(&item, std::string(key) + " must hold texts");
    else if (check_path(&item, *value))
      out->push_back(*value);
  }
  return *this;
}

TableReader& TableReader::required(const char* key) {
  if (!table_.contains(key)) fail_at(nullptr, std::string("the key ") + key + " is missing");
  return *this;
}

const toml::table* TableReader::table(const char* key) {
  auto* node = take(key);
  if (node && !node->is_table()) fail_at(node, std::string(key) + " must be a table");
  return node ? node->as_table() : nullptr;
}

std::vector<const toml::table*> TableReader::tables(const char* key) {
  std::vector<const toml::table*> out;
  auto* node = take(key);
  if (!node) return out;
  auto* list = node->as_array();
  if (!list) return fail_at(node, std::string(key) + " must be written [[" + key + "]]"), out;
  for (const toml::node& item : *list) {
    if (item.is_table())
      out.push_back(item.as_table());
    else
      fail_at(&item, std::string(key) + " must hold tables");
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> TableReader::all_text() {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto&& [key, node] : table_) {
    std::string name(key.str());
    known_.insert(name);
    if (auto text = node.value_exact<std::string>())
      out.emplace_back(name, *text);
    else if (auto number = node.value_exact<int64_t>())
      out.emplace_back(name, std::to_string(*number));
    else if (auto flag = node.value_exact<bool>())
      out.emplace_back(name, *flag ? "true" : "false");
    else
      fail_at(&node, name + " must be a text, a number, true or false");
  }
  return out;
}

Status TableReader::done() {
  for (auto&& [key, node] : table_) {
    if (!known_.count(std::string(key.str()))) fail_at(&node, "unknown key '" + std::string(key.str()) + "'");
  }
  if (errors_.empty()) return ok();
  return fail(errors_.front());
}

}  // namespace seabed
