#pragma once
// The facade: one method a verb, used by the agent and, where no agent runs, by the CLI in process. Everything an
// operator decides goes into the catalog first; archivers and jobs follow it.

#include <memory>
#include <string>
#include <vector>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/destinations.h"
#include "core/catalog/holes.h"
#include "core/catalog/parameters.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "core/engine/archive/archiver.h"
#include "core/engine/backup/backup_job.h"
#include "core/engine/job/background.h"
#include "core/engine/job/context.h"

namespace seabed {

struct ArchiveDestRequest {
  std::string uri;                 // LOCATION
  std::string binding = "Optional";            // Optional, Mandatory
  std::string piece_switch_interval = "1d";    // "1d" … "7d"; units s, m, h, d
};

/// What `archive status` tells of a tenant. `live` comes from its archiver; without one, from the catalog.
struct ArchiveView {
  catalog::TenantRow tenant;
  std::optional<catalog::DestinationRow> destination;
  ArchiveStatus live;              // status "NONE": there was never a round
  bool archiving_here = false;     // this process has the archiver
  std::vector<catalog::HoleRow> open_holes;
};

struct BackupView {
  catalog::BackupJobRow job;
  std::optional<catalog::SetTaskRow> task;
  std::optional<catalog::BackupSetRow> set;
  ProgressView progress;
  bool running_here = false;
};

/// Thread-safe.
class Engine {
 public:
  /// Registers the configured tenants and streams in the catalog. `context` outlives the engine.
  static Result<std::unique_ptr<Engine>> create(EngineContext& context);
  virtual ~Engine() = default;
  /// For what has functions of its own over the context (restores, cleanup, keys, standbys).
  virtual EngineContext& context() = 0;
  /// Runs until stop(); started work is the agent's: a CLI without one runs it in its own thread.
  virtual Background& background() = 0;
  /// start() was called: work that is submitted runs here.
  virtual bool started() const { return false; }

  // ---- the agent's life ----
  /// Archivers of every tenant, jobs left unfinished, bridging incrementals.
  virtual Status start() = 0;
  /// Stops at the next safe point; unfinished jobs are resumed by the next start.
  virtual void stop() = 0;
  /// The archiver of one tenant only, for a job without an agent.
  virtual Status start_archiver(uint64_t tenant_id) = 0;

  // ---- tenants ----
  virtual Result<std::vector<catalog::TenantRow>> tenants() = 0;
  /// kNotFound names the known ones.
  virtual Result<catalog::TenantRow> tenant(const std::string& name) = 0;
  virtual Result<std::vector<catalog::LogStreamRow>> log_streams(uint64_t tenant_id) = 0;

  // ---- log archive (reference: statements, sections 3 and 4) ----
  virtual Result<catalog::DestinationRow> set_archive_dest(const std::string& tenant, const ArchiveDestRequest&) = 0;
  virtual Status clear_archive_dest(const std::string& tenant) = 0;
  /// ARCHIVELOG / NOARCHIVELOG.
  virtual Status set_archivelog(const std::string& tenant, bool on) = 0;
  /// "ENABLE", "DEFER".
  virtual Status set_archive_state(const std::string& tenant, const std::string& state) = 0;
  virtual Result<ArchiveView> archive_status(const std::string& tenant) = 0;
  virtual Status flush_archive(const std::string& tenant) = 0;

  // ---- parameters ----
  virtual Status set_parameter(const std::string& tenant, const std::string& name, const std::string& value) = 0;
  virtual Result<std::vector<catalog::ParameterRow>> parameters(const std::string& tenant) = 0;

  // ---- backup ----
  virtual Result<catalog::DestinationRow> set_data_dest(const std::string& tenant, const std::string& uri) = 0;
  virtual Status clear_data_dest(const std::string& tenant) = 0;
  virtual Result<std::vector<catalog::DestinationRow>> destinations(const std::string& tenant) = 0;
  /// Submits and, once start() was called, runs it in the background.
  virtual Result<uint64_t> start_backup(const BackupRequest& request) = 0;
  /// Runs a submitted job in this thread (without an agent).
  virtual Status run_backup_here(uint64_t job_id, const ProgressFn& progress, const CancelToken& cancel) = 0;
  virtual Result<BackupView> backup_job(uint64_t job_id) = 0;
  virtual Result<std::vector<BackupView>> backup_jobs(const std::string& tenant) = 0;
  virtual Result<std::vector<catalog::BackupSetRow>> backup_sets(const std::string& tenant) = 0;
  /// Every running job of the tenant; 9049 when there is none, 9041 when it was cancelled already. Returns their ids.
  virtual Result<std::vector<uint64_t>> cancel_backup(const std::string& tenant) = 0;

  // ---- looking ----
  /// The tenant's databases and the machine around them; none of a standby, whose directories are Seabed's own.
  virtual Result<std::vector<PreflightFinding>> preflight(const std::string& tenant) = 0;
  /// The same, the clock, and its destinations, which are written to.
  virtual Result<std::vector<PreflightFinding>> doctor(const std::string& tenant) = 0;
  /// catalog::select: the views only, as far as `scope` may see.
  virtual Result<catalog::Table> select(const std::string& sql, const catalog::SelectScope& scope = {}) = 0;
};

}  // namespace seabed
