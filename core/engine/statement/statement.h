#pragma once
// The statements of OceanBase's operators (reference: statements) as plain values. parse.h makes them from text,
// tools/agent/statement_calls.cc runs them.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace seabed::statement {

/// A TENANT clause. Without one (`given` false) it is the caller's own tenant, or for sys what the statement says.
struct Tenants {
  bool given = false;
  bool all = false;                 // all, all_user: every user tenant that exists now
  std::vector<std::string> names;
};

/// Not incremental: what is left out goes back to its default.
struct SetArchiveDest {
  Tenants tenant;
  std::string location;             // empty: clear
  std::string binding = "Optional";
  std::string piece_switch_interval = "1d";
};
struct SetArchiveState {
  Tenants tenant;
  bool enable = true;               // ENABLE, DEFER
};
struct SetDataDest {
  Tenants tenant;
  std::string uri;                  // empty: clear
};
struct SetParameter {
  Tenants tenants;
  std::string name, value;          // the name in small letters
};
struct ShowParameters {
  Tenants tenant;
  std::string like;                 // a LIKE pattern; empty: all
};
struct ArchiveLog {
  Tenants tenants;
  bool on = true;                   // ARCHIVELOG, NOARCHIVELOG
  std::string description;
};
struct Backup {
  Tenants tenants;                  // not given: DATABASE
  bool incremental = false, plus_archivelog = false;
  std::string description;
};
struct CancelBackup {
  Tenants tenants;
};
struct BackupClusterParameters {
  std::string uri;
};
struct BackupKey {
  Tenants tenants;
  std::string uri, password;
};
/// Of the session: for the backups that it starts, the restores that it starts.
struct SetEncryption {
  std::string password;
};
struct SetDecryption {
  std::vector<std::string> passwords;  // the full set's first
};
/// ALTER, CHANGE or MODIFY EXTERNAL_STORAGE_DEST.
struct ChangeStorage {
  std::string path, attribute, access_info;  // empty: not given
};

/// UNTIL: nothing, TIME, SCN; of RECOVER STANDBY also UNLIMITED and, without UNTIL, CANCEL.
struct Until {
  enum class Kind { kLatest, kTime, kScn, kUnlimited, kCancel } kind = Kind::kLatest;
  std::string time;
  uint64_t scn = 0;
};
/// What RESTORE, its preview and RECOVER TABLE read from, and how.
struct RestoreFrom {
  std::vector<std::string> uris;               // data and archive paths in any order; they may hold secrets
  Until until;
  std::map<std::string, std::string> options;  // concurrency, method, directory, pool_list, locality, primary_zone
  std::string key_uri, key_password;           // WITH KEY FROM … ENCRYPTED BY
  std::string description;
};
struct Restore {
  std::string tenant;                          // the new one
  RestoreFrom from;
};
/// Of the session; SHOW RESTORE PREVIEW shows it.
struct RestorePreview {
  RestoreFrom from;                            // uris and until only
};
struct ShowRestorePreview {};
struct CancelRestore {
  std::string tenant;
};

/// Parts in backticks stay so where they are no plain names: "shop.orders", "shop.*", "*.*", "`a b`.t".
struct RecoverTable {
  std::vector<std::string> tables;
  std::string tenant;
  RestoreFrom from;                            // no method
  std::vector<std::string> remap_tables, remap_tablegroups, remap_tablespaces;  // "a.b:c.d", "a:b"
};
struct CancelRecoverTable {
  std::string tenant;
};

struct SetLogRestoreSource {
  Tenants tenant;
  std::string value;                           // LOCATION=… or SERVICE=…; empty: clear
};
struct RecoverStandby {
  Tenants tenant;
  Until until;
};
struct ActivateStandby {
  Tenants tenant;
  bool verify = false;                         // checks, changes nothing
};
struct RunUpgrade {
  Tenants tenants;
};

struct AddDeletePolicy {
  Tenants tenant;
  std::string name, recovery_window;           // empty window: nothing ever expires
};
struct DropDeletePolicy {
  Tenants tenant;
  std::string name;
};
struct CancelDelete {
  Tenants tenants;
};
struct Delete {
  Tenants tenant;
  bool pieces = false;                         // ARCHIVELOG_PIECE, BACKUPSET
  std::vector<uint64_t> ids;
  std::string description;
};

struct Select {
  std::string sql;                  // as it was written, without the semicolon
};
/// Known by its leading words, and refused for good. The rest of it is not read.
struct Refused {
  std::string name, reason, next_step;
};

using Statement =
    std::variant<SetArchiveDest, SetArchiveState, SetDataDest, SetParameter, ShowParameters, ArchiveLog, Backup,
                 CancelBackup, BackupClusterParameters, BackupKey, SetEncryption, SetDecryption, ChangeStorage, Restore,
                 RestorePreview, ShowRestorePreview, CancelRestore, RecoverTable, CancelRecoverTable,
                 SetLogRestoreSource, RecoverStandby, ActivateStandby, RunUpgrade, AddDeletePolicy, DropDeletePolicy,
                 CancelDelete, Delete, Select, Refused>;

/// "SET LOG_ARCHIVE_DEST"; of a Refused its own name.
std::string name_of(const Statement& statement);

}  // namespace seabed::statement
