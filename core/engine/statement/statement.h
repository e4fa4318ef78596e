#pragma once
// The statements of OceanBase's operators (reference: statements) as plain values. parse.h makes them from text,
// tools/agent/statement_calls.cc runs them.

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
struct Select {
  std::string sql;                  // as it was written, without the semicolon
};
/// Known by its leading words, and not run: not supported yet, or refused for good. The rest of it is not read.
struct Refused {
  std::string name, reason, next_step;
};

using Statement = std::variant<SetArchiveDest, SetArchiveState, SetDataDest, SetParameter, ShowParameters, ArchiveLog,
                               Backup, CancelBackup, Select, Refused>;

/// "SET LOG_ARCHIVE_DEST"; of a Refused its own name.
std::string name_of(const Statement& statement);

}  // namespace seabed::statement
