#pragma once
// Internal to core/engine/*.cc: the facade's state.

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "core/engine/engine.h"
#include "core/engine/job_runner.h"

namespace seabed {

class EngineImpl : public Engine {
 public:
  explicit EngineImpl(EngineContext& context) : context_(context), runner_(context) {}
  ~EngineImpl() override { stop(); }
  Status register_tenants();
  EngineContext& context() override { return context_; }
  Background& background() override { return background_; }
  bool started() const override { return started_; }

  Status start() override;
  void stop() override;
  Status start_archiver(uint64_t tenant_id) override;

  Result<std::vector<catalog::TenantRow>> tenants() override;
  Result<catalog::TenantRow> tenant(const std::string& name) override;
  Result<std::vector<catalog::LogStreamRow>> log_streams(uint64_t tenant_id) override;

  Result<catalog::DestinationRow> set_archive_dest(const std::string& tenant,
                                                   const ArchiveDestRequest&) override;
  Status clear_archive_dest(const std::string& tenant) override;
  Status set_archivelog(const std::string& tenant, bool on) override;
  Status set_archive_state(const std::string& tenant, const std::string& state) override;
  Result<ArchiveView> archive_status(const std::string& tenant) override;
  Status flush_archive(const std::string& tenant) override;

  Status set_parameter(const std::string& tenant, const std::string& name, const std::string& value) override;
  Result<std::vector<catalog::ParameterRow>> parameters(const std::string& tenant) override;

  Result<catalog::DestinationRow> set_data_dest(const std::string& tenant, const std::string& uri) override;
  Status clear_data_dest(const std::string& tenant) override;
  Result<std::vector<catalog::DestinationRow>> destinations(const std::string& tenant) override;
  Result<uint64_t> start_backup(const BackupRequest& request) override;
  Status run_backup_here(uint64_t job_id, const ProgressFn& progress, const CancelToken& cancel) override;
  Result<BackupView> backup_job(uint64_t job_id) override;
  Result<std::vector<BackupView>> backup_jobs(const std::string& tenant) override;
  Result<std::vector<catalog::BackupSetRow>> backup_sets(const std::string& tenant) override;
  Result<std::vector<uint64_t>> cancel_backup(const std::string& tenant) override;

  Result<std::vector<PreflightFinding>> preflight(const std::string& tenant) override;
  Result<std::vector<PreflightFinding>> doctor(const std::string& tenant) override;
  Result<catalog::Table> select(const std::string& sql, const catalog::SelectScope& scope) override;

 private:
  /// Its archiver runs, and its backups have a lane.
  Status add_standby(uint64_t tenant_id);
  Status check_new_lag(const catalog::TenantRow& row, const std::string& value);
  /// nullptr: not in this process.
  TenantArchiver* archiver(uint64_t tenant_id);
  void wake(uint64_t tenant_id);
  Result<const TenantConfig*> config_of(uint64_t tenant_id);
  Result<BackupView> view_of(const catalog::BackupJobRow& job);
  Result<ArchiveStatus> status_from_catalog(uint64_t tenant_id);

  EngineContext& context_;
  std::mutex mutex_;  // of the maps
  std::atomic<bool> started_ = false;
  std::map<uint64_t, std::unique_ptr<TenantArchiver>> archivers_;
  JobRunner runner_;
  Background background_;
};

}  // namespace seabed
