#include "core/catalog/tenants.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, TenantRow& r) {
  v("tenant_id", r.tenant_id), v("name", r.name), v("mode", r.mode), v("time_zone", r.time_zone),
      v("role", r.role);
  v("log_mode", r.log_mode), v("incarnation", r.incarnation), v("status", r.status),
      v("created_us", r.created_us);
}

template <class V>
void fields(V& v, LogStreamRow& r) {
  v("tenant_id", r.tenant_id), v("ls_id", r.ls_id), v("engine", r.engine), v("directory", r.directory);
  v("status", r.status), v("incarnation", r.incarnation), v("create_scn", r.create_scn);
}

Result<TenantRow> ensure_tenant(Transaction& tx, const std::string& name, const std::string& mode,
                                const std::string& time_zone) {
  SEABED_TRY(auto known, find_tenant_by_name(tx, name));
  if (known) {
    if (known->mode == mode && known->time_zone == time_zone) return *known;
    return fail(Code::kConflict, "tenant " + name,
                "is in the catalog with mode " + known->mode + " and time zone " + known->time_zone,
                "mode and time zone of a tenant never change: put them back in the configuration");
  }
  TenantRow row{.name = name, .mode = mode, .time_zone = time_zone};
  row.created_us = now_us();
  SEABED_TRY(row.tenant_id, next_id(tx, "tenant", 1002, 2));
  SEABED_CHECK(insert_row(tx, "tenants", row));
  return row;
}

Result<std::optional<TenantRow>> find_tenant(Transaction& tx, uint64_t tenant_id) {
  return select_one<TenantRow>(tx, "tenants", Where().eq("tenant_id", num(tenant_id)));
}

Result<std::optional<TenantRow>> find_tenant_by_name(Transaction& tx, const std::string& name) {
  return select_one<TenantRow>(tx, "tenants", Where().eq("name", name));
}

Result<std::vector<TenantRow>> list_tenants(Transaction& tx) {
  return select_rows<TenantRow>(tx, "tenants", {}, "ORDER BY tenant_id");
}

Status set_log_mode(Transaction& tx, uint64_t tenant_id, const std::string& log_mode) {
  SEABED_TRY(long long found,
             execute(tx, "UPDATE tenants SET log_mode = ? WHERE tenant_id = ? AND log_mode <> ?",
                     {log_mode, num(tenant_id), log_mode}));
  if (found == 1) return ok();
  Error error{Code::kConflict,
              "tenant " + std::to_string(tenant_id),
              "is in " + log_mode + " mode already",
              "",
              0,
              log_mode == "ARCHIVELOG" ? 9091 : 9092};
  return fail(std::move(error));
}

Status set_tenant_role(Transaction& tx, uint64_t tenant_id, const std::string& expected,
                       const std::string& role) {
  SEABED_TRY(long long found, execute(tx, "UPDATE tenants SET role = ? WHERE tenant_id = ? AND role = ?",
                                      {role, num(tenant_id), expected}));
  if (found == 1) return ok();
  return fail(Code::kConflict, "tenant " + std::to_string(tenant_id), "its role is not " + expected);
}

Status set_tenant_incarnation(Transaction& tx, uint64_t tenant_id, uint64_t incarnation) {
  SEABED_TRY(long long found, execute(tx, "UPDATE tenants SET incarnation = ? WHERE tenant_id = ?",
                                      {num(incarnation), num(tenant_id)}));
  if (found == 1) return ok();
  return fail(Code::kNotFound, "tenant " + std::to_string(tenant_id), "is unknown");
}

TenantMode mode_of(const TenantRow& row) {
  return row.mode == "oracle" ? TenantMode::kOracle : TenantMode::kMysql;
}

Status put_log_stream(Transaction& tx, const LogStreamRow& row) {
  return replace_row(tx, "log_streams", row,
                     Where().eq("tenant_id", num(row.tenant_id)).eq("ls_id", num(row.ls_id)));
}

Result<std::vector<LogStreamRow>> list_log_streams(Transaction& tx, uint64_t tenant_id) {
  return select_rows<LogStreamRow>(tx, "log_streams", Where().eq("tenant_id", num(tenant_id)),
                                   "ORDER BY ls_id");
}

}  // namespace seabed::catalog
