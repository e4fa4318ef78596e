#include "core/engine/statement/scan.h"

#include <algorithm>
#include <charconv>

#include "core/engine/statement/secret.h"

namespace seabed::statement {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// The word at a place; never what is in quotes.
std::string shown(At at, At end) {
  if (at == end) return "the end";
  if (*at == '\'') return "the text in quotes";
  if (*at == '/' && end - at > 1 && at[1] == '*') return "a comment that does not end";
  At stop = at;
  while (stop != end && is_name_char(*stop) && stop - at < 40) ++stop;
  if (stop == at) ++stop;
  const bool printable = std::all_of(at, stop, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
  return printable ? "\"" + std::string(at, stop) + "\"" : "a control character";
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool read_quoted(At& place, At end, char quote, std::string& out) {
  At at = place;
  if (at == end || *at != quote) return false;
  for (++at; at != end; ++at) {
    if (*at == quote) {
      if (at + 1 == end || at[1] != quote) return place = at + 1, true;
      ++at;
    }
    if (*at == '\0' || out.size() == kMaxQuoted) return false;
    out += *at;
  }
  return false;
}

bool Word::read(At& at, At end, x3::unused_type&) const {
  At stop = at;
  while (stop != end && is_name_char(*stop)) ++stop;
  return same_word({at, static_cast<size_t>(stop - at)}, label) && (at = stop, true);
}

bool Name::read(At& at, At end, std::string& out) const {
  if (at != end && *at == '`') return read_quoted(at, end, '`', out) && !out.empty();
  while (at != end && is_name_char(*at)) out += *at++;
  return !out.empty() && out.size() <= 128;
}

bool Number::read(At& at, At end, uint64_t& out) const {
  const auto [stop, error] = std::from_chars(at, end, out);
  if (error != std::errc() || out > INT64_MAX || (stop != end && is_name_char(*stop))) return false;
  return at = stop, true;
}

namespace {

/// A part of a table's name: with backticks where it needs them to be read again.
bool read_part(At& at, At end, std::string& out) {
  std::string name;
  if (at != end && *at == '*') return ++at, out += '*', true;
  if (at != end && *at == '`') {
    if (!read_quoted(at, end, '`', name) || name.empty() || name.size() > 512) return false;
  } else {
    while (at != end && is_name_char(*at)) name += *at++;
  }
  if (name.empty() || name.size() > 512) return false;
  if (name == "*" || std::all_of(name.begin(), name.end(), is_name_char)) return out += name, true;
  out += '`';
  for (char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out += '`', true;
}

}  // namespace

bool TableName::read(At& at, At end, std::string& out) const {
  if (!read_part(at, end, out)) return false;
  if (at == end || *at != '.') return one_part_;
  out += *at++;
  return read_part(at, end, out);
}

bool Bare::read(At& at, At end, std::string& out) const {
  while (at != end && (is_name_char(*at) || *at == '.' || *at == '+' || *at == ':')) out += *at++;
  return !out.empty() && out.size() <= 1024;
}

void Scan::expected(At place, const std::string& what) {
  if (is_wrong() || place < furthest_) return;
  if (place > furthest_) wanted_.clear();
  furthest_ = place;
  wanted_.insert(what);
}

void Scan::wrong(At place, const std::string& why) {
  if (is_wrong()) return;
  furthest_ = place;
  why_ = why;
}

/// Where a text in quotes is wanted or has just ended, and in a text with a secret, a bare word may be a password.
bool Scan::may_be_secret() const {
  if (wanted_.count("a text in quotes") || (furthest_ != begin_ && furthest_[-1] == '\'')) return true;
  const auto secret = find_secret({begin_, static_cast<size_t>(end - begin_)});
  return secret && static_cast<size_t>(furthest_ - begin_) >= secret->begin;
}

Error Scan::error() const {
  const auto line = 1 + std::count(begin_, furthest_, '\n');
  At start = furthest_;
  while (start != begin_ && start[-1] != '\n') --start;
  Error error{Code::kInvalidArgument, "line " + std::to_string(line) + ", column " +
              std::to_string(furthest_ - start + 1)};
  if (is_wrong()) return error.reason = why_, error;
  std::string list;
  for (const std::string& what : wanted_) list += (list.empty() ? "" : ", ") + what;
  const bool open = furthest_ != end && *furthest_ == '\'' && wanted_.count("a text in quotes");
  const bool hidden = !open && furthest_ != end && may_be_secret();
  error.reason = (hidden ? std::string("a word without quotes") : shown(furthest_, end)) +
                 (open ? " does not end or is too long" : " cannot stand here: expected " + list);
  error.next_step = "docs/statements.md has the statements";
  return error;
}

}  // namespace seabed::statement
