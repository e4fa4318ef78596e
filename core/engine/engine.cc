#include "core/engine/engine.h"

#include "core/base/log.h"
#include "core/engine/backup/parent_job.h"
#include "core/engine/bridge.h"
#include "core/engine/clean/hourly.h"
#include "core/engine/engine_impl.h"
#include "core/engine/job/standby_tenants.h"
#include "core/engine/probe_destinations.h"
#include "core/engine/quick/data_mode.h"
#include "core/engine/quick/hydrate.h"
#include "core/engine/rebuild/rebuild.h"
#include "core/engine/restore/tenant_restore.h"
#include "core/engine/set_destination.h"
#include "core/engine/standby/standby.h"
#include "core/engine/standby/standby_archive.h"

namespace seabed {

Result<std::unique_ptr<Engine>> Engine::create(EngineContext& context) {
  if (!context.standbys) context.standbys = std::make_shared<StandbyTenants>();
  auto engine = std::make_unique<EngineImpl>(context);
  SEABED_CHECK(engine->register_tenants());
  return engine;
}

Status EngineImpl::register_tenants() {
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    for (TenantConfig& tenant : context_.tenants) {
      SEABED_TRY(auto row, catalog::ensure_tenant(tx, tenant.name,
                                                  tenant.mode == TenantMode::kOracle ? "oracle" : "mysql",
                                                  tenant.time_zone));
      tenant.tenant_id = row.tenant_id;
      SEABED_TRY(auto known, catalog::list_log_streams(tx, row.tenant_id));
      for (const LogStreamConfig& ls : tenant.streams) {
        catalog::LogStreamRow stream{.tenant_id = row.tenant_id, .ls_id = ls.ls_id};
        for (const auto& old : known)
          if (old.ls_id == ls.ls_id) stream = old;
        stream.engine = ls.engine, stream.directory = ls.stream.directory;
        if (!stream.create_scn) stream.create_scn = context_.clock->read().now;
        SEABED_CHECK(catalog::put_log_stream(tx, stream));
      }
    }
    return ok();
  });
}

Status EngineImpl::start() {
  for (const TenantConfig& tenant : context_.tenants) {
    SEABED_CHECK(start_archiver(tenant.tenant_id));
    runner_.add_tenant(tenant.tenant_id, *archiver(tenant.tenant_id));
  }
  started_ = true;
  SEABED_TRY(const auto standbys, standby::archiving(context_));
  for (const uint64_t id : standbys)
    if (const Status added = add_standby(id); !added)  // its files may be on another host
      log::warn("tenant {}: its archive does not go on: {}", id, added.error().message());
  for (const TenantConfig& tenant : context_.tenants)
    SEABED_CHECK(background_.submit("catalog/" + tenant.name, [this, id = tenant.tenant_id](const CancelToken& cancel) -> Status {
      SEABED_CHECK(bring_forward(context_, id, MediaKind::kData, cancel));
      return ok();
    }));
  quick::note_data_mode(context_);  // hydrated by a process without a catalog
  SEABED_CHECK(quick::resume_hydrations(context_, background_));
  SEABED_CHECK(background_.every("quick/leases", std::chrono::seconds(5), [] { return std::chrono::hours(1); },
                                 [this](const CancelToken& cancel) { return quick::renew_quick_leases(context_, cancel); }));
  SEABED_CHECK(settle_parents_at_start(context_));
  SEABED_CHECK(clean::start_hourly(context_, background_));
  SEABED_CHECK(start_probes(context_, background_));
  SEABED_TRY(auto jobs, context_.catalog->get<std::vector<catalog::BackupJobRow>>(
                            [](auto& tx) { return catalog::unfinished_backup_jobs(tx); }));
  for (const auto& job : jobs) {
    log::info("backup job {} of tenant {} goes on from {}", job.job_id, job.tenant_id, job.status);
    if (!runner_.submit(job.tenant_id, job.job_id))
      log::warn("backup job {}: tenant {} is not in the configuration any more", job.job_id, job.tenant_id);
  }
  SEABED_CHECK(resume_restores(*this));
  return resume_standbys(*this);
}

void EngineImpl::stop() {
  background_.stop();
  runner_.stop();
  std::map<uint64_t, std::unique_ptr<TenantArchiver>> archivers;
  {
    std::lock_guard lock(mutex_);
    archivers.swap(archivers_);
  }
  for (auto& [id, archiver] : archivers) archiver->stop();
}

Status EngineImpl::start_archiver(uint64_t tenant_id) {
  if (archiver(tenant_id)) return ok();
  SEABED_TRY(const TenantConfig* config, config_of(tenant_id));
  ArchiveTuning tuning;
  tuning.bridge_pause = context_.limits.bridge_min_interval;
  SEABED_TRY(auto made, TenantArchiver::create(context_, *config, tuning));
  made->set_bridge([this, archiver = made.get()](uint64_t id, const CancelToken& cancel) {
    return bridge_hole(context_, runner_, *archiver, id, cancel);
  });
  made->start();
  std::lock_guard lock(mutex_);
  archivers_[tenant_id] = std::move(made);
  return ok();
}

TenantArchiver* EngineImpl::archiver(uint64_t tenant_id) {
  std::lock_guard lock(mutex_);
  auto found = archivers_.find(tenant_id);
  return found == archivers_.end() ? nullptr : found->second.get();
}

void EngineImpl::wake(uint64_t tenant_id) {
  if (TenantArchiver* one = archiver(tenant_id)) one->wake();
}

Result<const TenantConfig*> EngineImpl::config_of(uint64_t tenant_id) {
  if (const TenantConfig* known = find_tenant_config(context_, tenant_id)) return known;
  if (auto standby = standby::add_config(context_, tenant_id)) return *standby;
  return fail(Code::kNotFound, "tenant " + std::to_string(tenant_id), "is not in the configuration",
              "add its [[tenant]] table");
}

Status EngineImpl::add_standby(uint64_t tenant_id) {
  SEABED_TRY(const TenantConfig* config, config_of(tenant_id));
  SEABED_CHECK(start_archiver(tenant_id));
  runner_.add_tenant(tenant_id, *archiver(tenant_id));
  const std::string key = "catalog/" + config->name;
  if (background_.running(key)) return ok();
  return background_.submit(key, [this, tenant_id](const CancelToken& cancel) -> Status {
    SEABED_CHECK(bring_forward(context_, tenant_id, MediaKind::kData, cancel));
    return ok();
  });
}

Result<std::vector<catalog::TenantRow>> EngineImpl::tenants() {
  return context_.catalog->get<std::vector<catalog::TenantRow>>(
      [](auto& tx) { return catalog::list_tenants(tx); });
}

Result<catalog::TenantRow> EngineImpl::tenant(const std::string& name) {
  SEABED_TRY(auto rows, tenants());
  std::string names;
  for (const auto& row : rows) {
    if (row.name == name) return row;
    names += (names.empty() ? "" : ", ") + row.name;
  }
  return fail(Code::kNotFound, "tenant " + name, "is unknown",
              names.empty() ? "add a [[tenant]] to the configuration" : "known are: " + names);
}

Result<std::vector<catalog::LogStreamRow>> EngineImpl::log_streams(uint64_t tenant_id) {
  return context_.catalog->get<std::vector<catalog::LogStreamRow>>(
      [&](auto& tx) { return catalog::list_log_streams(tx, tenant_id); });
}

Status EngineImpl::check_new_lag(const catalog::TenantRow& row, const std::string& value) {
  SEABED_TRY(const auto dest, context_.catalog->get<std::optional<catalog::DestinationRow>>([&](auto& tx) {
    return catalog::current_destination(tx, row.tenant_id, catalog::DestinationKind::kArchive);
  }));
  if (!dest)
    return fail(Code::kConflict, "tenant " + row.name, "log_archive_dest is unset",
                "`seabed archive set-dest` comes first");
  SEABED_TRY(const catalog::ParameterSpec* spec, catalog::parameter_spec("archive_lag_target"));
  SEABED_TRY(const uint64_t lag_us, catalog::parse_parameter(*spec, value));
  SEABED_TRY(const Uri uri, parse_uri(dest->uri));
  SEABED_TRY(const auto store, context_.storage->open(uri));
  return check_lag_target(*store, lag_us);
}

Status EngineImpl::set_parameter(const std::string& name, const std::string& parameter,
                                 const std::string& value) {
  SEABED_TRY(auto row, tenant(name));
  if (parameter == "archive_lag_target") SEABED_CHECK(check_new_lag(row, value));
  SEABED_CHECK(context_.catalog->transact(
      [&](Transaction& tx) { return catalog::set_parameter(tx, row.tenant_id, parameter, value); }));
  wake(row.tenant_id);
  return ok();
}

Result<std::vector<catalog::ParameterRow>> EngineImpl::parameters(const std::string& name) {
  SEABED_TRY(auto row, tenant(name));
  return context_.catalog->get<std::vector<catalog::ParameterRow>>(
      [&](auto& tx) { return catalog::list_parameters(tx, row.tenant_id); });
}

Result<catalog::Table> EngineImpl::select(const std::string& sql, const catalog::SelectScope& scope) {
  return context_.catalog->get<catalog::Table>([&](auto& tx) { return catalog::select(tx, sql, scope); });
}

}  // namespace seabed
