// Whether the log that a set needs is there.
#include <algorithm>

#include "core/engine/clean/clean_rules.h"

namespace seabed::clean {
namespace {

bool belongs(const catalog::PieceRow& piece, const catalog::BackupSetRow& set) {
  const bool readable =
      piece.file_status == "AVAILABLE" || (piece.status == "ACTIVE" && piece.file_status == "INCOMPLETE");
  return readable && (set.archive_dest_id == 0 || piece.dest_id == set.archive_dest_id) &&
         (set.archive_round_id == 0 || piece.round_id == set.archive_round_id);
}

/// The end of the touching pieces that begin with `first`.
uint64_t reach(const std::vector<catalog::PieceRow>& rising, size_t first) {
  uint64_t end = rising[first].checkpoint_scn;
  const catalog::PieceRow* last = &rising[first];
  for (size_t i = first + 1; i < rising.size(); ++i) {
    const auto& next = rising[i];
    const bool touches = next.dest_id == last->dest_id && next.round_id == last->round_id &&
                         next.start_scn == last->end_scn && last->checkpoint_scn >= last->end_scn;
    if (!touches) break;
    end = std::max(end, next.checkpoint_scn), last = &next;
  }
  return end;
}

/// At or before the set's own point, and not in its files.
bool hides(const catalog::HoleRow& hole, const catalog::BackupSetRow& set) {
  const bool its_log = (set.archive_dest_id == 0 || hole.dest_id == set.archive_dest_id) &&
                       (set.archive_round_id == 0 || hole.round_id == set.archive_round_id);
  const bool closed = hole.status == "CLOSED" && hole.closed_by_set <= set.backup_set_id;
  return its_log && !closed && hole.scn_lo <= set.min_restore_scn;
}

}  // namespace

bool is_usable(const catalog::BackupSetRow& set) {
  return set.status == "SUCCESS" && set.file_status == "AVAILABLE";
}

bool is_restorable(const catalog::BackupSetRow& set, const Stock& stock) {
  if (!is_usable(set)) return false;
  if (std::any_of(stock.holes.begin(), stock.holes.end(), [&](const auto& hole) { return hides(hole, set); }))
    return false;
  if (set.plus_archivelog == "ON") return true;
  std::vector<catalog::PieceRow> rising;
  for (const auto& piece : stock.pieces)
    if (belongs(piece, set)) rising.push_back(piece);
  std::sort(rising.begin(), rising.end(), [](const auto& a, const auto& b) {
    return std::tie(a.dest_id, a.round_id, a.piece_id) < std::tie(b.dest_id, b.round_id, b.piece_id);
  });
  for (size_t i = 0; i < rising.size(); ++i)
    if (rising[i].start_scn <= set.start_replay_scn && reach(rising, i) >= set.min_restore_scn) return true;
  return false;
}

}  // namespace seabed::clean
