#pragma once
// A standby archives its log and is backed up like a primary, from what is staged (docs/decisions/0090).

#include "core/catalog/tenants.h"
#include "core/engine/engine.h"

namespace seabed::standby {

/// ok() for a primary. With `ob_error`: kUnsupported for a quick restore, kConflict while its restore is not
/// complete.
Status check_ready(EngineContext& context, const catalog::TenantRow& tenant, int ob_error);
/// Known to find_tenant_config() from now on. kConflict: it is no standby.
Result<const TenantConfig*> add_config(EngineContext& context, uint64_t tenant_id);
/// Standbys that have log to archive, a round to end or a backup to go on with.
Result<std::vector<uint64_t>> archiving(EngineContext& context);
/// Before activation, which begins another incarnation: NOARCHIVELOG, and the round is STOP when it returns.
/// Waits as long as a round may take to stop on a medium that fails. kConflict while a backup runs.
Status end_round(Engine& engine, const catalog::TenantRow& tenant);

}  // namespace seabed::standby
