#pragma once
// What the catalog need not keep: it must not grow for as long as the agent lives.

#include "core/engine/job/context.h"

namespace seabed::clean {

/// So many of the newest cluster events stay.
inline constexpr size_t kEventsKept = 10'000;

/// Positions and progress of what is deleted or ended, and old events. Jobs, sets and pieces stay: views show them.
Status trim_catalog(EngineContext& context);

}  // namespace seabed::clean
