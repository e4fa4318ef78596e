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
  SEABED_TRY(const auto tenant, find_tenant(tx, tenant_id));
  Error error{Code::kConflict,
              "tenant " + (tenant ? tenant->name : std::to_string(tenant_id)),
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

Result<uint64_t> insert_tenant(Transaction& tx, const TenantRow& given) {
  SEABED_TRY(const auto known, find_tenant_by_name(tx, given.name));
  if (known)
    return fail(Error{Code::kAlreadyExists, "tenant " + given.name, "exists already", "give the restored tenant another name",
                      0, 9014});
  TenantRow row = given;
  row.created_us = now_us();
  SEABED_TRY(row.tenant_id, next_id(tx, "tenant", 1002, 2));
  SEABED_CHECK(insert_row(tx, "tenants", row));
  return row.tenant_id;
}

Status set_tenant_status(Transaction& tx, uint64_t tenant_id, const std::string& status) {
  SEABED_TRY(long long found,
             execute(tx, "UPDATE tenants SET status = ? WHERE tenant_id = ?", {status, num(tenant_id)}));
  if (found == 1) return ok();
  return fail(Code::kNotFound, "tenant " + std::to_string(tenant_id), "is unknown");
}

Status drop_tenant(Transaction& tx, uint64_t tenant_id) {
  SEABED_CHECK(execute(tx, "DELETE FROM log_streams WHERE tenant_id = ?", {num(tenant_id)}));
  SEABED_CHECK(execute(tx, "DELETE FROM tenants WHERE tenant_id = ?", {num(tenant_id)}));
  return ok();
}

Status set_tenant_incarnation(Transaction& tx, uint64_t tenant_id, uint64_t incarnation) {
  SEABED_TRY(long long found, execute(tx, "UPDATE tenants SET incarnation = ? WHERE tenant_id = ?",
                                      {num(incarnation), num(tenant_id)}));
  if (found == 1) return ok();
  return fail(Code::kNotFound, "tenant " + std::to_string(tenant_id), "is unknown");
}

namespace {

Status move_tenant(Transaction& tx, uint64_t from, uint64_t to) {
  SEABED_TRY(uint64_t used, query_number(tx, "SELECT count(*) FROM destinations WHERE tenant_id = ?", {num(from)}));
  if (used)
    return fail(Code::kConflict, "tenant " + std::to_string(from), "has destinations: its id cannot change",
                "rebuild into an empty catalog");
  for (const char* table : {"tenants", "log_streams", "parameters"})
    SEABED_CHECK(execute(tx, std::string("UPDATE ") + table + " SET tenant_id = ? WHERE tenant_id = ?",
                         {num(to), num(from)}));
  return ok();
}

}  // namespace

Status renumber_tenant(Transaction& tx, uint64_t from, uint64_t to) {
  SEABED_CHECK(reserve_ids(tx, "tenant", to));
  SEABED_TRY(auto other, find_tenant(tx, to));
  if (other) {
    SEABED_TRY(uint64_t free, next_id(tx, "tenant", 1002, 2));
    SEABED_CHECK(move_tenant(tx, to, free));
  }
  return move_tenant(tx, from, to);
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
