#pragma once
// Which moment a drill restores: the latest, one of the window by chance, or one that was asked for. Pure.

#include <string>
#include <vector>

#include "core/engine/restore/restore_job.h"

namespace seabed::drill {

/// The moment at `at` nanoseconds into the ranges laid end to end; `at` is taken modulo their length. Ranges
/// rise and do not overlap; at least one.
Scn moment_in(const std::vector<WindowRange>& ranges, uint64_t at);

/// "latest", digits (an SCN), else a time of the tenant's zone. "random" is drawn from the window first.
RestoreTargetPoint target_point(const std::string& moment);

}  // namespace seabed::drill
