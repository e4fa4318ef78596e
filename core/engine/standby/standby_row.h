#pragma once
// A standby as the catalog and its directory tell it.

#include "core/catalog/standbys.h"
#include "core/catalog/tenants.h"
#include "core/engine/restore/restore_state.h"
#include "core/engine/standby/follow_transition.h"
#include "core/engine/standby/pull.h"

namespace seabed::standby {

struct Standby {
  catalog::TenantRow tenant;
  catalog::LogSourceRow source;
  restore::RestoreState state;  // of the directory
  std::vector<catalog::LogRestoreStatusRow> streams;
  std::string comment;  // of the first stream that has one
};

/// SYNC_STATUS and the source's row are of that moment; the state is the directory's own.
Result<Standby> read_standby(EngineContext& context, uint64_t tenant_id);
/// kNotFound: no tenant of that name; kConflict: it is no standby.
Result<Standby> find_standby(EngineContext& context, const std::string& name);
/// The source's row; with a state also every stream's status, and an earlier error is forgotten.
Status write_source(EngineContext& context, const catalog::LogSourceRow& row,
                    std::optional<FollowState> state);
/// After a step: streams at the new cut, and whether it goes on.
Status write_status(EngineContext& context, uint64_t tenant_id, FollowState next, const PullResult& pulled);
Status write_error(EngineContext& context, uint64_t tenant_id, FollowState next, const Error& error);

}  // namespace seabed::standby
