#pragma once
// A piece's two statuses (reference: state machines, section 2), pure, and the arithmetic of piece numbers.

#include <cstdint>
#include <optional>

#include "core/base/scn.h"

namespace seabed::archive {

enum class PieceStatus { kActive, kFrozen };
enum class PieceFileStatus { kIncomplete, kAvailable };
struct PieceState {
  PieceStatus status = PieceStatus::kActive;
  PieceFileStatus files = PieceFileStatus::kIncomplete;
  auto operator<=>(const PieceState&) const = default;
};
enum class PieceEvent {
  kAllEntered,   // every stream wrote its part, or the checkpoint is in or behind the piece
  kAllPassed,    // every stream has passed the nominal end
  kRoundEnds,
};
/// nullopt: nothing changes. A piece is available before, or when, it is frozen.
std::optional<PieceState> next_piece_state(PieceState from, PieceEvent event);

/// Which piece a stamp belongs to: base + (scn − start) / interval.
struct RoundPlan {
  uint64_t round_id = 0;
  Scn start_scn = 0;
  uint64_t base_piece_id = 1;
  uint64_t interval_ns = 86'400ull * 1'000'000'000;
  uint64_t piece_of(Scn scn) const;
  Scn piece_start(uint64_t piece_id) const;
  Scn piece_end(uint64_t piece_id) const;   // nominal, excluded
};

}  // namespace seabed::archive
