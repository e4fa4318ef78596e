#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/base/scn.h"
#include "tools/admin/dump_print.h"

namespace seabed {
namespace {

constexpr uint64_t kFirstScn = 1'000'000'000'000'000'000;  // 2001: below, a number is no time

bool names_time(const std::string& key) {
  return key.find("scn") != std::string::npos || key.ends_with("_time");
}

/// Names and texts come from the medium: none of them speaks to the terminal.
std::string tame(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

std::string word(const std::string& key, const Json& value) {
  if (value.is_string()) return tame(value.get<std::string>());
  std::string out = tame(value.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!value.is_number_unsigned() || !names_time(key)) return out;
  const auto scn = value.get<uint64_t>();
  if (scn < kFirstScn || scn >= kScnMax) return out;
  auto shown = scn_to_display(scn, TenantMode::kMysql, "UTC");
  return shown ? out + " (" + *shown + " UTC)" : out;
}

/// "a=1 b.c=2": one line.
void flatten(const std::string& prefix, const Json& value, std::string* out) {
  if (value.is_object())
    for (const auto& [key, inner] : value.items())
      flatten(prefix.empty() ? key : prefix + "." + key, inner, out);
  else if (!value.is_null())
    *out += (out->empty() ? "" : " ") + prefix + "=" + word(prefix, value);
}

bool list_of_objects(const Json& value) {
  return value.is_array() && !value.empty() && value.front().is_object();
}

void lines(const Json& object, const std::string& indent, std::ostream& out) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object() && !value.empty()) {
      out << indent << key << ":\n";
      lines(value, indent + "  ", out);
    } else if (list_of_objects(value)) {
      out << indent << key << ": " << value.size() << "\n";
      for (const Json& inner : value) {
        std::string line;
        flatten("", inner, &line);
        out << indent << "  - " << line << "\n";
      }
    } else {
      out << indent << key << ": " << (value.is_null() ? "-" : word(key, value)) << "\n";
    }
  }
}

/// "00000040  48656c6c 6f…  Hello…"
std::string hex_row(const Json& item) {
  char at[32];
  std::snprintf(at, sizeof at, "%010llx  ", static_cast<unsigned long long>(item["at"].get<uint64_t>()));
  const std::string hex = item["hex"];
  std::string out = at, text;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int c = std::stoi(hex.substr(i, 2), nullptr, 16);
    text.push_back(c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '.');
    out += hex.substr(i, 2) + (i % 8 == 6 ? " " : "");
  }
  out.resize(std::max<size_t>(out.size(), 12 + 72), ' ');
  return out + " " + text;
}

std::string object_row(const Json& item) {
  char size[32];
  std::snprintf(size, sizeof size, "%12llu  ", static_cast<unsigned long long>(item["size"].get<uint64_t>()));
  std::string type = item["type"].is_null() ? "-" : item["type"].get<std::string>();
  type.resize(std::max<size_t>(type.size(), 24), ' ');
  const std::string state = item["state"].is_null() ? "-" : item["state"].get<std::string>();
  return size + type + "  " + tame(item["object"].get<std::string>()) +
         (state == "whole" ? "" : "  " + state);
}

class TextDump final : public PrintedDump {
 public:
  explicit TextDump(std::ostream& out) : out_(out) {}
  void head(const Json& facts, std::string_view items) override {
    lines(facts, "", out_);
    items_ = items;
    empty_ = false;
    if (!items_.empty()) out_ << items_ << ":\n";
  }
  void item(const Json& facts) override {
    std::string line;
    if (items_ == "rows")
      line = hex_row(facts);
    else if (items_ == "objects")
      line = object_row(facts);
    else
      flatten("", facts, &line);
    out_ << "  " << line << "\n";
  }
  void tail(const Json& facts) override { lines(facts, "", out_); }
  bool empty() const override { return empty_; }
  void close() override { out_.flush(); }

 private:
  std::ostream& out_;
  std::string items_;
  bool empty_ = true;
};

}  // namespace

std::unique_ptr<PrintedDump> text_dump(std::ostream& out) { return std::make_unique<TextDump>(out); }

}  // namespace seabed
