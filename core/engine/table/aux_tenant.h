#pragma once
// The auxiliary tenant: a quick restore in a scratch directory, dropped at the end and after a crash.

#include "core/engine/table/table_job.h"
#include "core/engine/table/table_work.h"

namespace seabed::table {

inline constexpr char kAuxPrefix[] = "AUX_RECOVER$";
/// "AUX_RECOVER$<microseconds>".
std::string aux_name(const EngineContext& context);

struct AuxRestore {
  RestoreOutcome outcome;
  uint64_t medium_bytes = 0;
};
/// Into `aux.directory`; goes on where an earlier attempt stopped.
Result<AuxRestore> restore_aux(EngineContext& context, const TableRequest& request, const AuxTenant& aux,
                               const ProgressFn& progress, const CancelToken& cancel);
/// Its lease is given back, and its restore's row ends if a crash left it open. kConflict when the directory
/// is not that of an auxiliary tenant. Gone already: fine.
Status drop_aux(EngineContext& context, const std::string& directory);
/// _auto_drop_recovering_auxiliary_tenant: false keeps what a table restore staged, after its end and after a
/// crash, for the operator to look at.
Result<bool> drops_aux(EngineContext& context);

}  // namespace seabed::table
