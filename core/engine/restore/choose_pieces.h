#pragma once
// Which pieces of the archive a restore reads (reference: state-machines.md section 5). Pure.

#include "core/engine/restore/choice_facts.h"

namespace seabed::restore {

/// A run of pieces that touch: the log is there from the first one's start to `end`.
struct PieceRun {
  std::vector<size_t> pieces;  // indexes, rising; empty: nothing covers the start
  Scn end = 0;
};

/// The longest run of one round in the archives that covers `start`; dest and round 0: any. `pieces` rise by key.
PieceRun run_from(const std::vector<PieceSpan>& pieces, uint64_t dest, uint64_t round, Scn start);
/// The log that a base is replayed with: of the archives if they lead to its min_restore, else its own (then to
/// min_restore and no further). Empty: neither does.
PieceRun run_for(const std::vector<PieceSpan>& pieces, const BaseFacts& base);
/// The front of a run that holds every group with scn_hi <= target.
PieceRun cut_run(const std::vector<PieceSpan>& pieces, PieceRun run, Scn target);

}  // namespace seabed::restore
