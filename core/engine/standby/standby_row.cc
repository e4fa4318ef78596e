#include "core/engine/standby/standby_row.h"

#include "core/base/bytes.h"
#include "core/engine/restore/newer_streams.h"

namespace seabed::standby {

Result<Standby> read_standby(EngineContext& context, uint64_t tenant_id) {
  Standby out;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto tenant, catalog::find_tenant(tx, tenant_id));
    SEABED_TRY(auto source, catalog::find_log_source(tx, tenant_id));
    if (!tenant || !source)
      return fail(Code::kNotFound, "tenant " + std::to_string(tenant_id), "is no restored tenant");
    out.tenant = *tenant;
    out.source = std::move(*source);
    SEABED_TRY(out.streams, catalog::list_log_restore_status(tx, tenant_id));
    return ok();
  }));
  for (const auto& row : out.streams)
    if (out.comment.empty()) out.comment = row.comment;
  SEABED_TRY(auto state, restore::read_state(out.source.directory));
  if (!state)
    return fail(Code::kNotFound, out.source.directory, "holds tenant " + out.tenant.name + " no more",
                "`seabed tenant discard --tenant " + out.tenant.name + "` takes its name back, then restore it again");
  out.state = std::move(*state);
  return out;
}

Result<Standby> find_standby(EngineContext& context, const std::string& name) {
  SEABED_TRY(const auto tenant, context.catalog->get<std::optional<catalog::TenantRow>>(
                                    [&](Transaction& tx) { return catalog::find_tenant_by_name(tx, name); }));
  if (!tenant) return fail(Code::kNotFound, "tenant " + name, "is unknown", "see `seabed tenant list`");
  if (tenant->role != "STANDBY")
    return fail(Code::kConflict, "tenant " + name, "is no standby but " + tenant->role,
                tenant->role == "RESTORE" ? "wait until it is restored" : "only a restored tenant is one");
  return read_standby(context, tenant->tenant_id);
}

Status write_source(EngineContext& context, const catalog::LogSourceRow& row,
                    std::optional<FollowState> state) {
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::put_log_source(tx, row));
    if (!state) return ok();
    SEABED_TRY(auto streams, catalog::list_log_restore_status(tx, row.tenant_id));
    for (auto& s : streams) {
      if (s.err_code != 0) s.comment.clear();  // one without an error is of the standby, not of a step
      s.sync_status = sync_status(*state), s.err_code = 0;
    }
    return catalog::put_log_restore_status(tx, row.tenant_id, streams);
  });
}

Status write_status(EngineContext& context, uint64_t tenant_id, FollowState next, const PullResult& pulled) {
  std::vector<catalog::LogRestoreStatusRow> rows;
  for (const restore::StreamResult& s : pulled.streams) {
    catalog::LogRestoreStatusRow row{
        .tenant_id = tenant_id, .ls_id = s.outcome.ls_id, .sync_scn = pulled.synced};
    row.sync_lsn = to_hex(s.synced.bytes);
    row.sync_status = sync_status(next);
    row.comment = restore::newer_streams_text(pulled.newer_streams);
    if (pulled.stopped) row.err_code = 9048, row.comment = pulled.stopped->message();
    rows.push_back(std::move(row));
  }
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto before, catalog::list_log_restore_status(tx, tenant_id));
    for (const auto& old : before)  // a step may have had no log of a stream
      for (auto& row : rows)
        if (row.ls_id == old.ls_id && row.sync_lsn.empty()) row.sync_lsn = old.sync_lsn;
    SEABED_CHECK(catalog::put_log_restore_status(tx, tenant_id, rows));
    if (is_active(next)) return ok();
    SEABED_TRY(auto source, catalog::find_log_source(tx, tenant_id));
    if (!source) return ok();
    source->following = false;
    return catalog::put_log_source(tx, *source);
  });
}

Status write_error(EngineContext& context, uint64_t tenant_id, FollowState next, const Error& error) {
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto rows, catalog::list_log_restore_status(tx, tenant_id));
    for (auto& row : rows) {
      row.sync_status = trouble_status(error);
      row.err_code = error.ob_error              ? error.ob_error
                     : next == FollowState::kGap ? 9048
                                                 : 4000 + static_cast<int>(error.code);
      row.comment = error.message();
    }
    SEABED_CHECK(catalog::put_log_restore_status(tx, tenant_id, rows));
    if (is_active(next)) return ok();
    SEABED_TRY(auto source, catalog::find_log_source(tx, tenant_id));
    if (!source) return ok();
    source->following = false;
    return catalog::put_log_source(tx, *source);
  });
}

}  // namespace seabed::standby
