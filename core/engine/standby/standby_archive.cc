#include "core/engine/standby/standby_archive.h"

#include <thread>

#include "core/catalog/standbys.h"
#include "core/engine/job/standby_tenants.h"
#include "core/engine/restore/restore_state.h"

namespace seabed::standby {
namespace {

constexpr std::chrono::seconds kPatience{90};  // ArchiveTuning::stop_patience, and a request on top
constexpr std::chrono::milliseconds kLook{20};

struct Rows {
  catalog::TenantRow tenant;
  std::optional<catalog::LogSourceRow> source;
  std::vector<catalog::LogStreamRow> streams;
};

Result<Rows> read_rows(EngineContext& context, uint64_t tenant_id) {
  return context.catalog->get<Rows>([&](Transaction& tx) -> Result<Rows> {
    Rows out;
    SEABED_TRY(const auto tenant, catalog::find_tenant(tx, tenant_id));
    if (!tenant || tenant->role != "STANDBY")
      return fail(Code::kConflict, "tenant " + std::to_string(tenant_id), "is no standby");
    out.tenant = *tenant;
    SEABED_TRY(out.source, catalog::find_log_source(tx, tenant_id));
    SEABED_TRY(out.streams, catalog::list_log_streams(tx, tenant_id));
    return out;
  });
}

tl::unexpected<Error> refused(Code code, const catalog::TenantRow& tenant, std::string reason,
                              std::string next_step, int ob_error) {
  return fail(Error{code, "tenant " + tenant.name, std::move(reason), std::move(next_step), 0, ob_error});
}

Status check_no_backup(Catalog& catalog, const catalog::TenantRow& tenant) {
  SEABED_TRY(const auto jobs, catalog.get<std::vector<catalog::BackupJobRow>>([&](Transaction& tx) {
    return catalog::unfinished_backup_jobs(tx, tenant.tenant_id);
  }));
  if (jobs.empty()) return ok();
  return refused(Code::kConflict, tenant,
                 "its backup job " + std::to_string(jobs[0].job_id) + " is " + jobs[0].status,
                 "wait for it, or cancel it", 9036);
}

}  // namespace

Status check_ready(EngineContext& context, const catalog::TenantRow& tenant, int ob_error) {
  if (tenant.role != "STANDBY") return ok();
  SEABED_TRY(const Rows rows, read_rows(context, tenant.tenant_id));
  std::optional<restore::RestoreState> state;
  if (rows.source) {
    SEABED_TRY(state, restore::read_state(rows.source->directory));
  }
  if (!state)
    return refused(Code::kUnsupported, tenant, "is a standby whose files are not on this host",
                   "restore it again", ob_error);
  if (state->remote)
    return refused(Code::kUnsupported, tenant,
                   "is a standby by quick restore: its data files are on " + state->data_destination,
                   "hydrate it first: `seabed tenant hydrate`", ob_error);
  if (state->state != restore::State::kSuccess || state->activated)
    return refused(Code::kConflict, tenant, "is a standby whose restore or activation is not complete",
                   "finish that first", ob_error);
  return ok();
}

Result<const TenantConfig*> add_config(EngineContext& context, uint64_t tenant_id) {
  if (const TenantConfig* known = find_tenant_config(context, tenant_id)) return known;
  SEABED_TRY(const Rows rows, read_rows(context, tenant_id));
  if (!rows.source || !context.standbys)
    return fail(Code::kConflict, "tenant " + rows.tenant.name,
                "is a standby whose files are not on this host");
  TenantConfig config;
  config.name = rows.tenant.name;
  config.tenant_id = tenant_id;
  config.mode = catalog::mode_of(rows.tenant);
  config.time_zone = rows.tenant.time_zone;
  for (const auto& row : rows.streams) {
    if (row.ls_id == 1) continue;
    LogStreamConfig stream;
    stream.ls_id = row.ls_id;
    stream.engine = row.engine;
    stream.stream.tenant = config.name;
    stream.stream.ls_id = row.ls_id;
    stream.stream.directory = row.directory;
    stream.stream.pin_directory =
        rows.source->directory + "/" + restore::kPinFolder + "/" + std::to_string(row.ls_id);
    stream.stream.pinned_limit_bytes = context.limits.pinned_bytes;
    config.streams.push_back(std::move(stream));
  }
  return &context.standbys->add(std::move(config));
}

Result<std::vector<uint64_t>> archiving(EngineContext& context) {
  return context.catalog->get<std::vector<uint64_t>>([&](Transaction& tx) -> Result<std::vector<uint64_t>> {
    std::vector<uint64_t> out;
    SEABED_TRY(const auto tenants, catalog::list_tenants(tx));
    for (const auto& tenant : tenants) {
      if (tenant.role != "STANDBY") continue;
      SEABED_TRY(const auto round, catalog::newest_round(tx, tenant.tenant_id));
      SEABED_TRY(const auto jobs, catalog::unfinished_backup_jobs(tx, tenant.tenant_id));
      if (tenant.log_mode == "ARCHIVELOG" || (round && round->status != "STOP") || !jobs.empty())
        out.push_back(tenant.tenant_id);
    }
    return out;
  });
}

Status end_round(Engine& engine, const catalog::TenantRow& tenant) {
  EngineContext& context = engine.context();
  SEABED_CHECK(check_no_backup(*context.catalog, tenant));
  const auto until = std::chrono::steady_clock::now() + kPatience;
  const auto round_of = [&] {
    return context.catalog->get<std::optional<catalog::RoundRow>>(
        [&](Transaction& tx) { return catalog::newest_round(tx, tenant.tenant_id); });
  };
  SEABED_TRY(auto round, round_of());
  const bool open = round && round->status != "STOP";
  if (open) SEABED_CHECK(engine.start_archiver(tenant.tenant_id));
  bool told = tenant.log_mode != "ARCHIVELOG";
  while (!told || (round && round->status != "STOP")) {
    if (!told) {
      const Status done = engine.set_archivelog(tenant.name, false);
      if (!done && done.error().ob_error != 9037) return done;  // 9037: being prepared, in a moment it is not
      told = done.has_value();
    }
    if (std::chrono::steady_clock::now() >= until)
      return refused(Code::kTimeout, tenant, "its archive round is still " + round->status,
                     "look at `seabed archive status`, then activate again", 0);
    std::this_thread::sleep_for(kLook);
    SEABED_TRY(round, round_of());
  }
  context.at_state("activate/ROUND_ENDED");
  return ok();
}

}  // namespace seabed::standby
