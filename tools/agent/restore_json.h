#pragma once
// What a restore tells, as JSON: the same from an agent and from a restore without one.

#include "core/engine/restore/tenant_restore.h"
#include "tools/cli/error_json.h"

namespace seabed {

Json outcome_json(const RestoreOutcome& outcome, bool preview);
/// A job's rows, its rate and what it has left; with the outcome of a finished one.
Json restore_json(const TenantRestoreView& view, uint64_t now_us);

}  // namespace seabed
