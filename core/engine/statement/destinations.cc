// SET LOG_ARCHIVE_DEST, LOG_ARCHIVE_DEST_STATE, DATA_BACKUP_DEST (reference: statements, section 3).
#include <sstream>

#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

auto set(Scan& s, const char* name) { return words(s, "ALTER", "SYSTEM", "SET") >> Word(s, name) >> Sign(s, '='); }

std::string* place_of(SetArchiveDest& dest, const std::string& key) {
  if (same_word(key, "LOCATION")) return &dest.location;
  if (same_word(key, "BINDING")) return &dest.binding;
  if (same_word(key, "PIECE_SWITCH_INTERVAL")) return &dest.piece_switch_interval;
  return nullptr;
}

/// "LOCATION=… BINDING=…", split on blanks. Returns what is wrong; never a value: it may have a secret in it.
std::string read_attributes(const std::string& text, SetArchiveDest& dest) {
  std::istringstream words(text);
  std::set<std::string*> seen;
  for (std::string word; words >> word;) {
    const size_t equal = word.find('=');
    if (equal == 0 || equal == std::string::npos || equal + 1 == word.size())
      return "attributes are name=value, without blanks around =";
    std::string* place = place_of(dest, word.substr(0, equal));
    if (!place) return "expected LOCATION=, BINDING= or PIECE_SWITCH_INTERVAL= (no blanks inside a value)";
    if (!seen.insert(place).second) return "an attribute stands there twice";
    *place = word.substr(equal + 1);
  }
  return seen.empty() || seen.count(&dest.location) ? "" : "LOCATION= is missing";
}

bool is_binding(const std::string& word) { return same_word(word, "Optional") || same_word(word, "Mandatory"); }

}  // namespace

bool read_archive_dest(Scan& s, Statement& out) {
  SetArchiveDest dest;
  std::string text;
  const At start = s.at;
  if (!s.reads(set(s, "LOG_ARCHIVE_DEST") >> Text(s)[into(text)] >> -one_tenant(s, dest.tenant))) return false;
  std::string why = read_attributes(text, dest);
  if (why.empty() && !is_binding(dest.binding)) why = "BINDING is Optional or Mandatory";
  if (!why.empty()) return s.wrong(start, "in LOG_ARCHIVE_DEST: " + why), false;
  return out = dest, true;
}

bool read_archive_state(Scan& s, Statement& out) {
  SetArchiveState state;
  std::string text;
  const At start = s.at;
  auto value = Text(s, "'ENABLE' or 'DEFER'")[into(text)] | Name(s, "'ENABLE' or 'DEFER'")[into(text)];
  if (!s.reads(set(s, "LOG_ARCHIVE_DEST_STATE") >> value >> -one_tenant(s, state.tenant))) return false;
  state.enable = same_word(text, "ENABLE");
  if (!state.enable && !same_word(text, "DEFER"))
    return s.wrong(start, "LOG_ARCHIVE_DEST_STATE is 'ENABLE' or 'DEFER'"), false;
  return out = state, true;
}

bool read_data_dest(Scan& s, Statement& out) {
  SetDataDest dest;
  if (!s.reads(set(s, "DATA_BACKUP_DEST") >> Text(s)[into(dest.uri)] >> -one_tenant(s, dest.tenant))) return false;
  return out = dest, true;
}

}  // namespace seabed::statement
