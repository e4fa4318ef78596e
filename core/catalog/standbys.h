#pragma once
// Standbys: where a restored tenant takes its log from, how far it is to go and how far it is (rows of
// OB_LOG_RESTORE_SOURCE and V$OB_LS_LOG_RESTORE_STATUS).

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

inline constexpr uint64_t kUnlimitedScn = 9223372036854775807ull;  // UNTIL UNLIMITED

struct LogSourceRow {
  uint64_t tenant_id = 0, id = 1;
  std::string type = "LOCATION";
  std::string value;                // redacted URI; empty: none is set
  uint64_t recovery_until_scn = 0;  // inclusive; kUnlimitedScn
  std::string directory;            // of the restored tenant
  /// JSON of URI and keys, with their secrets; encrypted in the file. Never print it. Empty: no source is
  /// set.
  std::string source;
  bool following = false;  // the agent goes on until recovery_until_scn
  std::string data_mode = "NORMAL";  // REMOTE: a quick restore
};

Status put_log_source(Transaction& tx, const LogSourceRow& row);
Result<std::optional<LogSourceRow>> find_log_source(Transaction& tx, uint64_t tenant_id);
Result<std::vector<LogSourceRow>> list_log_sources(Transaction& tx);
Status drop_log_source(Transaction& tx, uint64_t tenant_id);

struct LogRestoreStatusRow {
  uint64_t tenant_id = 0, ls_id = 0;
  std::string sync_lsn;  // as the adapter displays it
  uint64_t sync_scn = 0;
  std::string sync_status = "NORMAL";  // reference: views, section 8
  int64_t err_code = 0;
  std::string comment;
};

/// All rows of the tenant, replaced.
Status put_log_restore_status(Transaction& tx, uint64_t tenant_id,
                              const std::vector<LogRestoreStatusRow>& rows);
Result<std::vector<LogRestoreStatusRow>> list_log_restore_status(Transaction& tx, uint64_t tenant_id);

}  // namespace seabed::catalog
