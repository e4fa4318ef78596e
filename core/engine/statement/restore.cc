// RESTORE, its preview, CANCEL RESTORE (reference: statements, section 6), and what RECOVER TABLE shares with
// it.
#include <charconv>

#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

constexpr const char* kOptions[] = {"pool_list", "locality", "primary_zone", "concurrency"};
constexpr const char* kOfRestore[] = {"method", "directory"};  // a table's target is a tenant that is there

bool is_one_of(const auto& names, const std::string& key) {
  return std::any_of(std::begin(names), std::end(names), [&](auto* one) { return key == one; });
}

std::string small(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

/// What is wrong with an option's value.
std::string check_option(const std::string& key, const std::string& value) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (key == "concurrency" &&
      (error != std::errc() || end != value.data() + value.size() || !number || number > 256))
    return "concurrency is a number from 1 to 256";
  if (key == "method" && value != "full" && value != "quick") return "method is full or quick";
  if (key == "directory" && value[0] != '/') return "directory is an absolute path";
  return {};
}

auto preview_from(Scan& s, std::string& uris, Until& until) {
  return words(s, "ALTER", "SYSTEM", "RESTORE") >> Word(s, "FROM") >> Text(s)[into(uris)] >>
         Word(s, "UNTIL") >> time_or_scn(s, until) >> Word(s, "PREVIEW");
}

auto key_from(Scan& s, RestoreFrom& from) {
  return words(s, "WITH", "KEY", "FROM") >> Text(s)[into(from.key_uri)] >> words(s, "ENCRYPTED", "BY") >>
         Text(s)[into(from.key_password)];
}

/// Without OceanBase's ADD RESTORE SOURCE there is no RESTORE without FROM.
auto restore(Scan& s, Restore& out, std::string& uris, std::string& options) {
  RestoreFrom& from = out.from;
  return words(s, "ALTER", "SYSTEM", "RESTORE") >> Name(s, "a tenant's name")[into(out.tenant)] >>
         Word(s, "FROM") >> Text(s)[into(uris)] >> -(Word(s, "UNTIL") >> time_or_scn(s, from.until)) >>
         -(Word(s, "WITH") >> Text(s)[into(options)]) >> -key_from(s, from) >>
         -description(s, from.description);
}

}  // namespace

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0;;) {
    const size_t comma = std::min(text.find(',', at), text.size());
    size_t begin = at, end = comma;
    while (begin < end && text[begin] == ' ') ++begin;
    while (end > begin && text[end - 1] == ' ') --end;
    if (begin == end || out.size() == kMaxList) return {};
    out.push_back(text.substr(begin, end - begin));
    if (comma == text.size()) return out;
    at = comma + 1;
  }
}

std::string read_options(const std::string& text, bool for_tables,
                         std::map<std::string, std::string>& options) {
  for (size_t at = 0; at <= text.size() && !text.empty();) {
    const size_t stop = std::min(text.find('&', at), text.size());
    const std::string part = text.substr(at, stop - at);
    at = stop + 1;
    const size_t equal = part.find('=');
    if (equal == std::string::npos || equal + 1 == part.size())
      return "options are name=value with & between them";
    const std::string key = small(part.substr(0, equal));
    std::string value = part.substr(equal + 1);
    if (!is_one_of(kOptions, key) && (for_tables || !is_one_of(kOfRestore, key)))
      return std::string("expected pool_list=, locality=, primary_zone=, concurrency=") +
             (for_tables ? "; RECOVER TABLE has no method and no directory" : ", method= or directory=");
    if (key == "method") value = small(value);
    if (auto why = check_option(key, value); !why.empty()) return why;
    if (!options.emplace(key, value).second) return key + " stands there twice";
  }
  return {};
}

bool read_restore(Scan& s, Statement& out) {
  Restore one;
  std::string uris, options;
  const At start = s.at;
  if (!s.reads(restore(s, one, uris, options))) return false;
  one.from.uris = split_list(uris);
  std::string why = one.from.uris.empty() ? "FROM wants 'uri,uri' with no empty part" : "";
  if (why.empty()) why = read_options(options, false, one.from.options);
  if (!why.empty()) return s.wrong(start, "in RESTORE: " + why), false;
  return out = one, true;
}

/// RESTORE FROM … is no RESTORE of a tenant named FROM.
bool read_restore_preview(Scan& s, Statement& out) {
  RestorePreview preview;
  std::string uris;
  const At start = s.at;
  if (!s.reads(preview_from(s, uris, preview.from.until))) return false;
  preview.from.uris = split_list(uris);
  if (preview.from.uris.empty()) return s.wrong(start, "FROM wants 'uri,uri' with no empty part"), false;
  return out = preview, true;
}

bool read_show_preview(Scan& s, Statement& out) {
  return s.reads(words(s, "SHOW", "RESTORE", "PREVIEW")) && (out = ShowRestorePreview{}, true);
}

bool read_cancel_restore(Scan& s, Statement& out) {
  CancelRestore cancel;
  auto grammar = words(s, "ALTER", "SYSTEM", "CANCEL") >> Word(s, "RESTORE") >>
                 Name(s, "a tenant's name")[into(cancel.tenant)];
  return s.reads(grammar) && (out = cancel, true);
}

}  // namespace seabed::statement
