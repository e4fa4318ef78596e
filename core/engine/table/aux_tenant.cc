#include "core/engine/table/aux_tenant.h"

#include <filesystem>
#include <mutex>

#include "core/engine/job/counting_storage.h"
#include "core/engine/quick/quick_lease.h"

namespace seabed::table {

std::string aux_name(const EngineContext& context) {
  return kAuxPrefix + std::to_string(context.clock->read().now / 1000);
}

Result<AuxRestore> restore_aux(EngineContext& context, const TableRequest& request, const AuxTenant& aux,
                               const ProgressFn& progress, const CancelToken& cancel) {
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
  quick::release_quick_lease(context, directory);  // cleanup of the source need not wait for it
  std::error_code ec;
  std::filesystem::remove_all(directory, ec);  // never follows links
  return ec ? fail_errno(directory, "cannot be removed", ec.value()) : ok();
}

}  // namespace seabed::table
