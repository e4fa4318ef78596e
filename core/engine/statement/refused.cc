// Statements known by their leading words only and refused for good; and SELECT, whose text SQLite reads.
#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

constexpr const char* kNever = "is not supported";
const std::string kSeeStatements = "docs/statements.md says what works";

struct Known {
  std::vector<const char*> words;
  const char* name;
  const char* reason = kNever;
  std::string next_step = kSeeStatements;
};

/// Longer beginnings before shorter ones.
const std::vector<Known>& known() {
  static const char* kV3 = "is a statement of OceanBase V3: V4 does not have it";
  static const std::vector<Known> all = {
      {{"ALTER", "SYSTEM", "BACKUP", "BACKUPSET"}, "BACKUP BACKUPSET", kV3, "copy the medium with its own tools"},
      {{"ALTER", "SYSTEM", "BACKUP", "BACKUPPIECE"}, "BACKUP BACKUPPIECE", kV3, "copy the medium with its own tools"},
      {{"ALTER", "SYSTEM", "VALIDATE"}, "VALIDATE", kV3, "use `seabed verify`"},
      {{"ALTER", "SYSTEM", "CANCEL", "VALIDATE"}, "CANCEL VALIDATE", kV3, "use `seabed verify`"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_DEST"}, "SET BACKUP_DEST", kV3,
       "use LOG_ARCHIVE_DEST and DATA_BACKUP_DEST"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_DEST_OPTION"}, "SET BACKUP_DEST_OPTION", kV3, "use LOG_ARCHIVE_DEST"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_BACKUP_DEST"}, "SET BACKUP_BACKUP_DEST", kV3, "copy the medium"},
      {{"ALTER", "SYSTEM", "SET", "LOG_ARCHIVE_CHECKPOINT_INTERVAL"}, "SET LOG_ARCHIVE_CHECKPOINT_INTERVAL", kV3,
       "use archive_lag_target"},
      {{"SET", "@"}, "SET @kms_encrypt_info", kNever, "Seabed asks no KMS"},
      {{"ALTER", "SYSTEM", "ADD", "RESTORE", "SOURCE"}, "ADD RESTORE SOURCE",
       "is not supported in V4 (introduction document)", "name data and archive paths with FROM"},
      {{"ALTER", "SYSTEM", "CLEAR", "RESTORE", "SOURCE"}, "CLEAR RESTORE SOURCE",
       "is not supported in V4 (introduction document)", "name data and archive paths with FROM"},
      {{"ALTER", "SYSTEM", "DELETE", "OBSOLETE"}, "DELETE OBSOLETE BACKUP", "is reserved: V4 does not offer it",
       "add a delete policy"},
      {{"ALTER", "SYSTEM", "DELETE", "BACKUPPIECE"}, "DELETE BACKUPPIECE", kV3, "use DELETE ARCHIVELOG_PIECE"},
      {{"ALTER", "SYSTEM", "DELETE", "BACKUPROUND"}, "DELETE BACKUPROUND", kV3, "use DELETE ARCHIVELOG_PIECE"},
      {{"ALTER", "SYSTEM", "DELETE", "EXPIRED"}, "DELETE EXPIRED", kV3, "add a delete policy"},
  };
  return all;
}

/// The place behind the words, or nullptr. `@` needs no word of its own.
At behind(Scan& s, const std::vector<const char*>& words) {
  At here = s.at;
  x3::unused_type none;
  for (const char* word : words) {
    s.skip(here);
    const bool matches = word[0] == '@' ? Sign(s, '@').read(here, s.end, none)
                                        : Word(s, word).read(here, s.end, none);
    if (!matches) return s.expected(here, word), nullptr;
  }
  return here;
}

/// BACKUP … TO 'path': V3 had it, V4's parser takes it and refuses it.
bool read_backup_to(Scan& s, Statement& out) {
  Tenants unused;
  auto what = Word(s, "DATABASE") | tenants(s, unused);
  auto grammar = words(s, "ALTER", "SYSTEM", "BACKUP") >> -Word(s, "INCREMENTAL") >> what >>
                 -words(s, "PLUS", "ARCHIVELOG") >> Word(s, "TO") >> -Sign(s, '=') >> Text(s);
  if (!s.reads(grammar)) return false;
  return out = Refused{"BACKUP … TO", "a backup's path is not given in the statement (V3 did that)",
                       "set DATA_BACKUP_DEST, then BACKUP without TO"}, true;
}

}  // namespace

bool to_semicolon(Scan& s, At& place) {
  for (s.skip(place); place != s.end && *place != ';'; s.skip(place)) {
    std::string ignored;
    const bool quote = *place == '\'' || *place == '"' || *place == '`';
    if (!quote)
      ++place;
    else if (!read_quoted(place, s.end, *place, ignored))
      return s.wrong(place, "a quote that does not end, or too long"), false;
  }
  return true;
}

bool read_refused(Scan& s, Statement& out) {
  if (read_backup_to(s, out)) return true;
  for (const Known& one : known()) {
    At here = behind(s, one.words);
    if (!here) continue;
    if (!to_semicolon(s, here)) return false;
    out = Refused{one.name, one.reason, one.next_step};
    return s.at = here, true;
  }
  return false;
}

bool read_select(Scan& s, Statement& out) {
  At start = s.at;
  s.skip(start);
  At here = behind(s, {"SELECT"});
  if (!here) here = behind(s, {"WITH"});
  if (!here || !to_semicolon(s, here)) return false;
  out = Select{std::string(start, here)};
  return s.at = here, true;
}

}  // namespace seabed::statement
