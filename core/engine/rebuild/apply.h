#pragma once
// A plan into the catalog. Inside one transaction: all of it or nothing, so that a kill leaves nothing half done.

#include "core/engine/rebuild/plan.h"

namespace seabed::rebuild {

/// Of the tenant `tenant_id`. Writes an event of the kind `event` when there was something to write.
Status apply_plan(Transaction& tx, uint64_t tenant_id, const Plan& plan, const std::string& event);

}  // namespace seabed::rebuild
