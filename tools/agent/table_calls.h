#pragma once

#include "core/engine/engine.h"

namespace seabed {

/// At the agent's start: drops auxiliary tenants that a crash left, goes on with unfinished table restores.
Status resume_tables(Engine& engine);

}  // namespace seabed
