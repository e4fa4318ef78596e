#pragma once
// The life of a restored tenant until it is a primary: RECOVER STANDBY, its log source, ACTIVATE STANDBY, RUN
// UPGRADE JOB (reference: statements.md sections 9 and 10).

#include "core/catalog/standbys.h"
#include "core/engine/engine.h"
#include "core/engine/quick/discard.h"
#include "core/engine/restore/request_text.h"
#include "core/engine/restore/restore_job.h"

namespace seabed {

struct StandbyView {
  catalog::TenantRow tenant;
  catalog::LogSourceRow source;
  std::vector<catalog::LogRestoreStatusRow> streams;
  Scn synced = 0;
  std::string synced_display;
  Scn bound_ns = kScnMax;
};

/// One precondition of ACTIVATE STANDBY.
struct ActivationCheck {
  bool good = false;
  std::string what, next_step;
  bool newer_streams = false;  // the one that `without_newer_streams` passes over
};

/// UNTIL (an SCN, a time in the tenant's zone, or kUnlimitedScn as an SCN): kept, and followed by the agent.
/// Each call moves the point. kConflict: behind what is applied; not a standby. kNotFound: no log source is
/// set.
Status recover_standby(Engine& engine, const std::string& tenant, const RestoreTargetPoint& until);
/// Without an agent: applies what there is now, up to the point, and stops.
Status recover_standby_here(EngineContext& context, const std::string& tenant, const ProgressFn& progress,
                            const CancelToken& cancel);
/// Of the step that the agent applies now; nullopt: it follows nothing.
std::optional<ProgressView> standby_progress(Engine& engine, uint64_t tenant_id);
/// It stops where it is.
Status cancel_recovery(Engine& engine, const std::string& tenant);
/// "LOCATION=uri" or the URI alone; empty: none any more. Read and compared with the tenant that it was
/// restored from.
Status set_log_source(Engine& engine, const std::string& tenant, const std::string& value,
                      const KeyAccess& keys);
Result<std::vector<ActivationCheck>> check_activation(EngineContext& context, const std::string& tenant);
/// kConflict names the first precondition that does not hold. `without_newer_streams`: although the source had databases
/// that the standby lacks.
Status activate_standby(Engine& engine, const std::string& tenant, bool without_newer_streams = false);
/// Takes a standby away for good: it stops following, its round ends, its files go, and then its rows; its name is free. One
/// whose files are gone already: its rows. What it archived and backed up stays on its media. `dry_run`: the same checks.
/// kConflict: a primary, or its backup runs.
Result<quick::Discarded> discard_standby(Engine& engine, const std::string& tenant, bool dry_run);
/// The standby of the catalog that lies there; empty: none.
Result<std::string> standby_in(EngineContext& context, const std::string& directory);
/// Newest state of every standby, or of one.
Result<std::vector<StandbyView>> standbys(EngineContext& context, const std::string& tenant);
/// Standbys that follow, in the background of the agent.
Status resume_standbys(Engine& engine);

struct UpgradeOutcome {
  std::string tenant, from, to;  // versions of RocksDB; equal: nothing was left to do
  std::vector<std::string> notes;
};
/// RUN UPGRADE JOB "UPGRADE_ALL": each restored and activated tenant's databases are opened and closed once
/// by this host's library, in a child process; an event says so. kConflict: a standby, or a database that is
/// open.
using OpenDatabaseFn = std::function<Status(const std::string& engine, const std::string& directory)>;
Result<std::vector<UpgradeOutcome>> run_upgrade(EngineContext& context,
                                                const std::vector<std::string>& tenants,
                                                const OpenDatabaseFn& open);

}  // namespace seabed
