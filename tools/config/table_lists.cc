// Keys that hold lists.
#include "tools/config/table_reader.h"

namespace seabed {
namespace {
std::string joined(const std::vector<std::string>& list, const char* between) {
  std::string out;
  for (const std::string& item : list) out += (out.empty() ? "" : between) + item;
  return out;
}
}  // namespace

TableReader& TableReader::texts(const char* key, std::vector<std::string>* out) {
  auto* node = take(key, Kind::kTexts);
  if (node) {
    auto* list = node->as_array();
    if (!list) return fail_at(node, std::string(key) + " must be a list of texts"), *this;
    out->clear();
    for (const toml::node& item : *list) {
      if (auto value = item.value_exact<std::string>())
        out->push_back(*value);
      else
        fail_at(&item, std::string(key) + " must hold texts");
    }
  }
  note(key, joined(*out, " "), node);
  return *this;
}

TableReader& TableReader::paths(const char* key, std::vector<std::string>* out) {
  auto* node = take(key, Kind::kPaths);
  if (node) {
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
  }
  note(key, joined(*out, ":"), node);
  return *this;
}

}  // namespace seabed
