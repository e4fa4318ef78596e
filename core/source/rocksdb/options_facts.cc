#include "core/source/rocksdb/options_facts.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include "core/format/rocksdb_payload.pb.h"

namespace seabed::rocksdb_source {
namespace {

constexpr std::string_view kPathOptions[] = {"wal_dir", "db_log_dir", "db_paths", "cf_paths"};

std::string_view trimmed(std::string_view s) {
  const size_t first = s.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

void for_each_line(std::string_view text, const std::function<void(std::string_view)>& take) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// EscapeOptionString's reverse: \n, \r, and a backslash before any special character.
std::string unescaped(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\' || i + 1 == s.size()) {
      out += s[i];
      continue;
    }
    ++i;
    out += s[i] == 'n' ? '\n' : s[i] == 'r' ? '\r' : s[i];
  }
  return out;
}

/// `CFOptions "name"` -> name; false for another section.
bool family_section(std::string_view header, std::string* name) {
  constexpr std::string_view kOpen = "CFOptions \"";
  if (!header.starts_with(kOpen) || !header.ends_with('"') || header.size() <= kOpen.size()) return false;
  *name = unescaped(header.substr(kOpen.size(), header.size() - kOpen.size() - 1));
  return true;
}

}  // namespace

std::string OptionsFacts::get(const std::string& key) const {
  const auto it = database.find(key);
  return it == database.end() ? std::string() : it->second;
}

OptionsFacts parse_options(std::string_view text) {
  OptionsFacts out;
  std::map<std::string, std::string>* into = nullptr;
  for_each_line(text, [&](std::string_view line) {
    line = trimmed(line);
    if (line.empty() || line[0] == '#') return;
    if (line[0] == '[' && line.back() == ']') {
      const std::string_view header = trimmed(line.substr(1, line.size() - 2));
      into = header == "Version" ? &out.version : header == "DBOptions" ? &out.database : nullptr;
      if (std::string name; family_section(header, &name)) out.families.insert(name);
      return;
    }
    const size_t equal = line.find('=');
    if (into == nullptr || equal == std::string_view::npos) return;
    (*into)[std::string(trimmed(line.substr(0, equal)))] = unescaped(trimmed(line.substr(equal + 1)));
  });
  return out;
}

void fill_engine(const OptionsFacts& facts, rocksdb::RecoveryFacts_Engine* out) {
  if (facts.database.empty()) return;
  const auto version = facts.version.find("rocksdb_version");
  if (version != facts.version.end()) out->set_version(version->second);
  out->set_two_write_queues(facts.get("two_write_queues") == "true");
  out->set_allow_2pc(facts.get("allow_2pc") == "true");
  out->set_manual_wal_flush(facts.get("manual_wal_flush") == "true");
  out->set_wal_compression(facts.get("wal_compression"));
  const std::string recycled = facts.get("recycle_log_file_num");
  uint32_t number = 0;
  std::from_chars(recycled.data(), recycled.data() + recycled.size(), number);
  out->set_recycle_log_file_num(number);
  out->set_options_known(true);
}

std::string without_paths(std::string_view text) {
  std::string out;
  for_each_line(text, [&](std::string_view line) {
    const std::string_view key = trimmed(line.substr(0, line.find('=')));
    if (std::find(std::begin(kPathOptions), std::end(kPathOptions), key) != std::end(kPathOptions)) return;
    out.append(line);
    out += '\n';
  });
  return out;
}

}  // namespace seabed::rocksdb_source
