#pragma once
// Where the archived log breaks, and why: for the window, and for a target behind a break.

#include "core/engine/restore/media_facts.h"

namespace seabed::restore {

/// What no range covers: the gaps that pieces tell of, and each end of a range that nothing explains. Rising.
Result<std::vector<WindowGap>> gaps_of(const Media& media, const std::vector<WindowRange>& ranges);

/// "; the archived log of round 1 breaks behind …: why" for the newest break before the target; empty: none is known.
std::string break_before(const Media& media, Scn target);

}  // namespace seabed::restore
