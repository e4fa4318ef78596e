#pragma once
// Drills in the background: those that were asked for, and those that come again ([drill] every).

#include "core/engine/drill/drill.h"
#include "core/engine/engine.h"
#include "tools/agent/reload.h"

namespace seabed {

inline std::string drill_key(const std::string& tenant) { return "drill/" + tenant; }

/// kConflict while one of the tenant runs.
Result<catalog::DrillRow> start_drill(Engine& engine, const std::string& tenant, const DrillRequest& request);

/// The agent's: ends what a killed agent left, then looks every so often which tenant is due.
Status start_drill_schedule(Engine& engine, const LiveConfig& live);

}  // namespace seabed
