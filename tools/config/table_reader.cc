#include "tools/config/table_reader.h"

#include "tools/config/config_files.h"
#include "tools/config/value_forms.h"

namespace seabed {

TableReader::TableReader(Reading& reading, std::string name, const toml::table& table, std::string label)
    : reading_(reading),
      name_(std::move(name)),
      label_(label.empty() ? name_ : std::move(label)),
      variables_(!name_.empty() && label_ == name_),
      table_(table) {
  if (variables_) reading_.sections.push_back(name_);
}

const toml::node* TableReader::take(const char* key) {
  known_.insert(key);
  return table_.get(key);
}

const toml::node* TableReader::take(const char* key, Kind kind) {
  const toml::node* written = take(key);
  const toml::node* given = variables_ ? from_environment(key, kind) : nullptr;
  return given ? given : written;
}

void TableReader::note(const char* key, const std::string& value, const toml::node* node) {
  const std::string full = (label_.empty() ? "" : label_ + ".") + key;
  reading_.note(full, is_hidden_key(key) && !value.empty() && !value.starts_with('/') ? kNotShown : value,
                node ? origin_of(*node) : "default");
}

Error TableReader::problem(const toml::node* node, const std::string& what) const {
  return {Code::kInvalidArgument,
          origin_of(node ? *node : table_),
          what + (name_.empty() ? "" : " in [" + name_ + "]"),
          "see docs/operator-guide.md for the keys",
          0,
          0};
}

void TableReader::fail_at(const toml::node* node, const std::string& what) {
  errors_.push_back(problem(node, what));
}

TableReader& TableReader::text(const char* key, std::string* out) {
  auto* node = take(key, Kind::kText);
  if (node) {
    if (auto value = node->value_exact<std::string>())
      *out = *value;
    else
      fail_at(node, std::string(key) + " must be a text");
  }
  note(key, *out, node);
  return *this;
}

bool TableReader::check_path(const toml::node* node, const std::string& text) {
  if (is_clean_path(text)) return true;
  fail_at(node, "'" + text + "' is no absolute path without '.' and '..'");
  return false;
}

TableReader& TableReader::path(const char* key, std::string* out) {
  auto* node = take(key, Kind::kText);
  if (node) {
    auto value = node->value_exact<std::string>();
    if (!value)
      fail_at(node, std::string(key) + " must be a text");
    else if (check_path(node, *value)) {
      while (value->size() > 1 && value->back() == '/') value->pop_back();
      *out = *value;
    }
  }
  note(key, *out, node);
  return *this;
}

TableReader& TableReader::number(const char* key, uint64_t* out, uint64_t min, uint64_t max) {
  auto* node = take(key, Kind::kNumber);
  if (node) {
    auto value = node->value_exact<int64_t>();
    if (value && *value >= 0 && uint64_t(*value) >= min && uint64_t(*value) <= max)
      *out = *value;
    else
      fail_at(node, std::string(key) + " must be a number from " + std::to_string(min) + " to " +
                        std::to_string(max));
  }
  note(key, std::to_string(*out), node);
  return *this;
}

TableReader& TableReader::size(const char* key, uint64_t* out, uint64_t min) {
  auto* node = take(key, Kind::kNumber);
  if (node) {
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
  note(key, std::to_string(*out), node);
  return *this;
}

TableReader& TableReader::milliseconds(const char* key, std::chrono::milliseconds* out, uint64_t min) {
  uint64_t value = out->count();
  number(key, &value, min, 86'400'000);
  *out = std::chrono::milliseconds(value);
  return *this;
}

TableReader& TableReader::time_span(const char* key, std::chrono::milliseconds* out) {
  auto* node = take(key, Kind::kText);
  if (node) {
    auto value = node->value_exact<std::string>();
    if (!value || !parse_time_span(*value, out))
      fail_at(node, std::string(key) + " must be a text like \"7d\", \"12h\", \"30m\", \"90s\" or \"0\"");
  }
  note(key, std::to_string(out->count()) + "ms", node);
  return *this;
}

TableReader& TableReader::flag(const char* key, bool* out) {
  auto* node = take(key, Kind::kNumber);
  if (node) {
    if (auto value = node->value_exact<bool>())
      *out = *value;
    else
      fail_at(node, std::string(key) + " must be true or false");
  }
  note(key, *out ? "true" : "false", node);
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
