#pragma once
// Which sets a restore reads (reference: state-machines.md section 5). Pure.

#include <optional>

#include "core/engine/restore/choice_facts.h"

namespace seabed::restore {

/// The sets that `base` (an index into `sets`, rising by id in each source) needs, oldest first, itself last.
/// Empty when a member is not there: its full set, or an incremental in between.
std::vector<size_t> chain_of(const std::vector<BaseFacts>& sets, size_t base);

/// The documented walk over the sets of one source: a full set begins a chain, an incremental joins when both
/// of its parents are in it, the first set with min_restore_scn > target ends the walk. Returns the chain,
/// restore set last.
std::vector<size_t> choose_sets(const std::vector<BaseFacts>& sets, size_t source, Scn target);

}  // namespace seabed::restore
