#pragma once
// What can be restored to, and which base serves a target. Pure.

#include <optional>

#include "core/engine/restore/choose_pieces.h"
#include "core/engine/restore/choose_sets.h"
#include "core/engine/restore/restore_job.h"

namespace seabed::restore {

/// [min_restore, end of the contiguous log, or just before the first hole that the base does not contain];
/// nullopt when its chain is broken, or the log does not reach from its start to its min_restore.
std::optional<WindowRange> range_of(const std::vector<BaseFacts>& sets, const std::vector<PieceSpan>& pieces,
                                    size_t base);

/// The union over all bases, rising; base_set names the oldest base of a range.
std::vector<WindowRange> window_of(const std::vector<BaseFacts>& sets, const std::vector<PieceSpan>& pieces);

struct Choice {
  std::vector<size_t> sets;  // the chain, restore set last
  std::vector<size_t> pieces;
};
/// The newest base whose own range holds the target; nullopt: the target is impossible.
std::optional<Choice> choose(const std::vector<BaseFacts>& sets, const std::vector<PieceSpan>& pieces,
                             Scn target);

/// Without UNTIL: the end of the log that the bases can reach, holes or not (a hole there is refused, never
/// skipped over in silence). nullopt: no base is restorable.
std::optional<Scn> latest(const std::vector<BaseFacts>& sets, const std::vector<PieceSpan>& pieces);

/// The nearest possible targets on both sides of an impossible one.
struct Nearest {
  std::optional<Scn> before, after;
};
Nearest nearest(const std::vector<WindowRange>& window, Scn target);

}  // namespace seabed::restore
