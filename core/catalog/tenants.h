#pragma once
// Tenants and their log streams, as the configuration and the operator made them.

#include <cstdint>

#include "core/base/scn.h"
#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct TenantRow {
  uint64_t tenant_id = 0;            // from 1002 on in steps of 2, as OceanBase's user tenants
  std::string name;
  std::string mode = "mysql";        // mysql, oracle
  std::string time_zone = "UTC";
  std::string role = "PRIMARY";      // PRIMARY, STANDBY, RESTORE (until it is restored)
  std::string log_mode = "NOARCHIVELOG";  // ARCHIVELOG, NOARCHIVELOG
  uint64_t incarnation = 1;
  std::string status = "NORMAL";     // NORMAL, RESTORE, DROPPING
  uint64_t created_us = 0;
};

/// The row of that name, made when it is new; mode and zone of a known tenant must not change (kConflict).
Result<TenantRow> ensure_tenant(Transaction& tx, const std::string& name, const std::string& mode,
                                const std::string& time_zone);
Result<std::optional<TenantRow>> find_tenant(Transaction& tx, uint64_t tenant_id);
Result<std::optional<TenantRow>> find_tenant_by_name(Transaction& tx, const std::string& name);
Result<std::vector<TenantRow>> list_tenants(Transaction& tx);
/// kConflict with ob_error 9091 / 9092 when it is in that mode already.
Status set_log_mode(Transaction& tx, uint64_t tenant_id, const std::string& log_mode);
/// kConflict when the role is not `expected`.
Status set_tenant_role(Transaction& tx, uint64_t tenant_id, const std::string& expected, const std::string& role);
/// A tenant that a restore makes: kAlreadyExists with ob_error 9014 when the name is taken. Gives and returns its id.
Result<uint64_t> insert_tenant(Transaction& tx, const TenantRow& row);
Status set_tenant_status(Transaction& tx, uint64_t tenant_id, const std::string& status);
/// Its row and its log streams; for a restore that came to nothing.
Status drop_tenant(Transaction& tx, uint64_t tenant_id);
Status set_tenant_incarnation(Transaction& tx, uint64_t tenant_id, uint64_t incarnation);
/// The tenant takes the id that its media carry. kConflict when it, or the tenant that has that id now, has a destination
/// already; one without is given the next free id.
Status renumber_tenant(Transaction& tx, uint64_t from, uint64_t to);
TenantMode mode_of(const TenantRow& row);

struct LogStreamRow {
  uint64_t tenant_id = 0, ls_id = 0;
  std::string engine;                // "rocksdb", "myrocks"; "seabed" for log stream 1
  std::string directory;
  std::string status = "NORMAL";     // NORMAL, DROPPED
  uint64_t incarnation = 1;
  uint64_t create_scn = 0;
};

/// Insert or replace by (tenant_id, ls_id).
Status put_log_stream(Transaction& tx, const LogStreamRow& row);
Result<std::vector<LogStreamRow>> list_log_streams(Transaction& tx, uint64_t tenant_id);

}  // namespace seabed::catalog
