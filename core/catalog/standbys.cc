#include "core/catalog/standbys.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

/// As stored: the source is sealed.
struct StoredSource : LogSourceRow {
  std::string sealed_source;
};

std::string seal_context(uint64_t tenant_id) { return "log-source/" + std::to_string(tenant_id); }

Result<LogSourceRow> unseal(Transaction& tx, const StoredSource& stored) {
  LogSourceRow row = stored;
  if (!stored.sealed_source.empty()) {
    SEABED_TRY(row.source, tx.impl().secrets.open_text(stored.sealed_source, seal_context(row.tenant_id)));
  }
  return row;
}

}  // namespace

template <class V>
void fields(V& v, StoredSource& r) {
  v("tenant_id", r.tenant_id), v("id", r.id), v("type", r.type), v("value", r.value);
  v("recovery_until_scn", r.recovery_until_scn), v("directory", r.directory),
      v("sealed_source", r.sealed_source);
  v("following", r.following), v("data_mode", r.data_mode);
}

template <class V>
void fields(V& v, LogRestoreStatusRow& r) {
  v("tenant_id", r.tenant_id), v("ls_id", r.ls_id), v("sync_lsn", r.sync_lsn), v("sync_scn", r.sync_scn);
  v("sync_status", r.sync_status), v("err_code", r.err_code), v("comment", r.comment);
}

Status put_log_source(Transaction& tx, const LogSourceRow& row) {
  StoredSource stored{row, {}};
  if (!row.source.empty()) {
    SEABED_TRY(stored.sealed_source, tx.impl().secrets.seal(row.source, seal_context(row.tenant_id)));
  }
  return replace_row(tx, "log_restore_sources", stored, Where().eq("tenant_id", num(row.tenant_id)));
}

Result<std::optional<LogSourceRow>> find_log_source(Transaction& tx, uint64_t tenant_id) {
  SEABED_TRY(const auto stored,
             select_one<StoredSource>(tx, "log_restore_sources", Where().eq("tenant_id", num(tenant_id))));
  if (!stored) return std::optional<LogSourceRow>();
  SEABED_TRY(LogSourceRow row, unseal(tx, *stored));
  return std::optional<LogSourceRow>(std::move(row));
}

Result<std::vector<LogSourceRow>> list_log_sources(Transaction& tx) {
  SEABED_TRY(const auto all, select_rows<StoredSource>(tx, "log_restore_sources", {}, "ORDER BY tenant_id"));
  std::vector<LogSourceRow> rows;
  for (const StoredSource& stored : all) {
    SEABED_TRY(LogSourceRow row, unseal(tx, stored));
    rows.push_back(std::move(row));
  }
  return rows;
}

Status drop_log_source(Transaction& tx, uint64_t tenant_id) {
  SEABED_CHECK(execute(tx, "DELETE FROM log_restore_sources WHERE tenant_id = ?", {num(tenant_id)}));
  SEABED_CHECK(execute(tx, "DELETE FROM log_restore_status WHERE tenant_id = ?", {num(tenant_id)}));
  return ok();
}

Status put_log_restore_status(Transaction& tx, uint64_t tenant_id,
                              const std::vector<LogRestoreStatusRow>& rows) {
  SEABED_CHECK(execute(tx, "DELETE FROM log_restore_status WHERE tenant_id = ?", {num(tenant_id)}));
  for (const LogRestoreStatusRow& row : rows) SEABED_CHECK(insert_row(tx, "log_restore_status", row));
  return ok();
}

Result<std::vector<LogRestoreStatusRow>> list_log_restore_status(Transaction& tx, uint64_t tenant_id) {
  return select_rows<LogRestoreStatusRow>(tx, "log_restore_status", Where().eq("tenant_id", num(tenant_id)),
                                          "ORDER BY ls_id");
}

}  // namespace seabed::catalog
