#include "core/engine/table/aux_tenant.h"

#include <filesystem>
#include <mutex>

#include "core/base/log.h"
#include "core/catalog/cluster_parameters.h"
#include "core/catalog/restore_jobs.h"
#include "core/engine/job/counting_storage.h"
#include "core/engine/quick/quick_lease.h"
#include "core/engine/restore/restore_state.h"

namespace seabed::table {
namespace {

/// Of a restore that a crash or a cancel cut off: nobody goes on with it any more.
Status end_row(EngineContext& context, const std::string& directory) {
  SEABED_TRY(const auto state, restore::read_state(directory));
  if (!context.catalog || !state || state->job_id == 0) return ok();
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto row, catalog::find_restore_job(tx, state->job_id));
    if (!row || row->over() || row->directory != directory) return ok();
    const std::string expected = row->status;
    row->status = "RESTORE_FAIL", row->comment = "dropped with its table restore";
    row->finish_us = context.clock->read().now / 1000;
    return catalog::update_restore_job(tx, *row, expected);
  });
}

}  // namespace

std::string aux_name(const EngineContext& context) {
  return kAuxPrefix + std::to_string(context.clock->read().now / 1000);
}

Result<AuxRestore> restore_aux(EngineContext& context, const TableRequest& request, const AuxTenant& aux,
                               const ProgressFn& progress, const CancelToken& cancel) {
  SEABED_TRY(const auto state, restore::read_state(aux.directory));
  if (state && state->state == restore::State::kSuccess) {  // of an earlier run that ended after it
    AuxRestore whole;
    whole.outcome.plan.target = state->target;
    whole.outcome.plan.sets = state->sets, whole.outcome.plan.pieces = state->pieces;
    return whole;
  }
  RestoreRequest restore;
  restore.source = request.source;
  restore.until = request.until;
  restore.directory = aux.directory;
  restore.tenant_name = aux.name;
  restore.concurrency = request.concurrency;
  restore.quick = true;
  CountingStorage storage(*context.storage);
  EngineContext own = context;
  own.storage = &storage;
  AuxRestore out;
  SEABED_TRY(out.outcome, run_restore(own, restore, progress, cancel));
  out.medium_bytes = storage.read_bytes();
  return out;
}

Status drop_aux(EngineContext& context, const std::string& directory) {
  const std::string name = std::filesystem::path(directory).filename();
  if (!name.starts_with(kAuxPrefix))
    return fail(Code::kConflict, directory, "is no directory of an auxiliary tenant");
  if (auto s = end_row(context, directory); !s)
    log::warn("table restore: the row of {} stays open: {}", name, s.error().message());
  quick::release_quick_lease(context, directory);  // cleanup of the source need not wait for it
  std::error_code ec;
  std::filesystem::remove_all(directory, ec);  // never follows links
  return ec ? fail_errno(directory, "cannot be removed", ec.value()) : ok();
}

Result<bool> drops_aux(EngineContext& context) {
  if (!context.catalog) return true;
  SEABED_TRY(const std::string text, context.catalog->get<std::string>([](Transaction& tx) {
    return catalog::cluster_parameter_text(tx, "_auto_drop_recovering_auxiliary_tenant");
  }));
  return text != "False";
}

}  // namespace seabed::table
