#include "core/engine/archive/piece_transition.h"

#include <algorithm>

namespace seabed::archive {

std::optional<PieceState> next_piece_state(PieceState from, PieceEvent event) {
  if (from.status == PieceStatus::kFrozen) return std::nullopt;
  if (event != PieceEvent::kAllEntered) return PieceState{PieceStatus::kFrozen, PieceFileStatus::kAvailable};
  if (from.files == PieceFileStatus::kAvailable) return std::nullopt;
  return PieceState{from.status, PieceFileStatus::kAvailable};
}

uint64_t RoundPlan::piece_of(Scn scn) const {
  return base_piece_id + (scn <= start_scn ? 0 : (scn - start_scn) / std::max<uint64_t>(interval_ns, 1));
}
Scn RoundPlan::piece_start(uint64_t piece_id) const { return start_scn + (piece_id - base_piece_id) * interval_ns; }
Scn RoundPlan::piece_end(uint64_t piece_id) const { return piece_start(piece_id + 1); }

}  // namespace seabed::archive
