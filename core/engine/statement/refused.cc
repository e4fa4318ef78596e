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

constexpr const char* kV3 = "is a statement of OceanBase V3: V4 does not have it";
constexpr const char* kServers = "is about OceanBase's servers: Seabed has no resource pools, units or zones";
constexpr const char* kTenants = "is not for Seabed: tenants are databases that are there, it makes and drops none";

/// Longer beginnings before shorter ones.
const std::vector<Known>& known() {
  static const std::string kPools = "leave it out; RESTORE keeps pool_list, locality and primary_zone in its job's row";
  static const std::string kConfigured = "name the tenant in the configuration; RESTORE makes a new one";
  static const std::vector<Known> all = {
      {{"ALTER", "SYSTEM", "BACKUP", "BACKUPSET"}, "BACKUP BACKUPSET", kV3, "copy the medium with its own tools"},
      {{"ALTER", "SYSTEM", "BACKUP", "BACKUPPIECE"}, "BACKUP BACKUPPIECE", kV3, "copy the medium with its own tools"},
      {{"ALTER", "SYSTEM", "VALIDATE"}, "VALIDATE", kV3, "use `seabed verify`"},
      {{"ALTER", "SYSTEM", "CANCEL", "VALIDATE"}, "CANCEL VALIDATE", kV3, "use `seabed verify`"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_DEST"}, "SET BACKUP_DEST", kV3,
       "use LOG_ARCHIVE_DEST and DATA_BACKUP_DEST"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_DEST_OPTION"}, "SET BACKUP_DEST_OPTION", kV3, "use LOG_ARCHIVE_DEST"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_BACKUP_DEST"}, "SET BACKUP_BACKUP_DEST", kV3, "copy the medium"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_BACKUP_DEST_OPTION"}, "SET BACKUP_BACKUP_DEST_OPTION", kV3, "copy the medium"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_LOG_ARCHIVE_OPTION"}, "SET BACKUP_LOG_ARCHIVE_OPTION", kV3,
       "use LOG_ARCHIVE_DEST with BINDING, and backup_compression"},
      {{"ALTER", "SYSTEM", "SET", "ENABLE_LOG_ARCHIVE"}, "SET ENABLE_LOG_ARCHIVE", kV3, "use ARCHIVELOG"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_RECOVERY_WINDOW"}, "SET BACKUP_RECOVERY_WINDOW", kV3,
       "use ADD DELETE BACKUP POLICY with RECOVERY_WINDOW"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_CONCURRENCY"}, "SET BACKUP_CONCURRENCY", kV3, "use ha_low_thread_score"},
      {{"ALTER", "SYSTEM", "SET", "RESTORE_CONCURRENCY"}, "SET RESTORE_CONCURRENCY", kV3,
       "give concurrency in the WITH of RESTORE"},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_REGION"}, "SET BACKUP_REGION", kV3},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_ZONE"}, "SET BACKUP_ZONE", kV3},
      {{"ALTER", "SYSTEM", "SET", "BACKUP_NET_LIMIT"}, "SET BACKUP_NET_LIMIT", kV3,
       "use max_bandwidth of the destination"},
      {{"ALTER", "SYSTEM", "SET", "LOG_ARCHIVE_BATCH_BUFFER_LIMIT"}, "SET LOG_ARCHIVE_BATCH_BUFFER_LIMIT", kV3},
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
      {{"CREATE", "RESOURCE", "POOL"}, "CREATE RESOURCE POOL", kServers, kPools},
      {{"ALTER", "RESOURCE", "POOL"}, "ALTER RESOURCE POOL", kServers, kPools},
      {{"DROP", "RESOURCE", "POOL"}, "DROP RESOURCE POOL", kServers, kPools},
      {{"CREATE", "RESOURCE", "UNIT"}, "CREATE RESOURCE UNIT", kServers, kPools},
      {{"ALTER", "RESOURCE", "UNIT"}, "ALTER RESOURCE UNIT", kServers, kPools},
      {{"DROP", "RESOURCE", "UNIT"}, "DROP RESOURCE UNIT", kServers, kPools},
      {{"ALTER", "SYSTEM", "ADD", "ZONE"}, "ADD ZONE", kServers, kPools},
      {{"ALTER", "SYSTEM", "START", "ZONE"}, "START ZONE", kServers, kPools},
      {{"ALTER", "SYSTEM", "STOP", "ZONE"}, "STOP ZONE", kServers, kPools},
      {{"ALTER", "SYSTEM", "ALTER", "ZONE"}, "ALTER ZONE", kServers, kPools},
      {{"ALTER", "SYSTEM", "DELETE", "ZONE"}, "DELETE ZONE", kServers, kPools},
      {{"CREATE", "TENANT"}, "CREATE TENANT", kTenants, kConfigured},
      {{"CREATE", "STANDBY", "TENANT"}, "CREATE STANDBY TENANT", kTenants, kConfigured},
      {{"ALTER", "TENANT"}, "ALTER TENANT", kTenants, kConfigured},
      {{"DROP", "TENANT"}, "DROP TENANT", kTenants, kConfigured},
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

/// RESTORE new FROM old AT 'uri': V3 named the source tenant, and one path.
bool read_v3_restore(Scan& scan, Statement& out) {
  Scan s = scan;
  At here = s.at;
  auto grammar = words(s, "ALTER", "SYSTEM", "RESTORE") >> Name(s) >> Word(s, "FROM") >> Name(s) >> Word(s, "AT");
  if (!x3::phrase_parse(here, s.end, grammar, kSkip, x3::skip_flag::dont_post_skip)) return false;
  if (!to_semicolon(scan, here)) return false;
  out = Refused{"RESTORE … AT", kV3, "RESTORE name FROM 'data,archive' WITH 'directory=…'"};
  return scan.at = here, true;
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
  if (read_backup_to(s, out) || read_v3_restore(s, out)) return true;
  if (s.is_wrong()) return false;
  Scan quiet = s;  // no error expects what is refused
  for (const Known& one : known()) {
    At here = behind(quiet, one.words);
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
