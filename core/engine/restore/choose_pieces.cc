#include "core/engine/restore/choose_pieces.h"

namespace seabed::restore {
namespace {

bool of(const PieceSpan& p, uint64_t dest, uint64_t round) {
  return (dest == 0 || p.key.dest == dest) && (round == 0 || p.key.round == round);
}

PieceRun run_in(const std::vector<PieceSpan>& pieces, uint64_t dest, uint64_t round, Scn start, size_t of_source,
                uint64_t of_set) {
  PieceRun run;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const PieceSpan& p = pieces[i];
    if (p.of_set != of_set || (of_set != 0 && p.of_source != of_source) || !of(p, dest, round)) continue;
    if (run.pieces.empty()) {
      if (p.start > start || p.end <= start) continue;
      dest = p.key.dest, round = p.key.round;  // a run stays in the round that it begins in
    } else {
      const PieceSpan& before = pieces[run.pieces.back()];
      // A number that is missing means a piece that is missing, whatever the times say.
      if (p.key.piece != before.key.piece + 1 || p.start > before.end) break;
    }
    run.pieces.push_back(i);
    run.end = p.end;
  }
  return run;
}

}  // namespace

PieceRun run_from(const std::vector<PieceSpan>& pieces, uint64_t dest, uint64_t round, Scn start) {
  return run_in(pieces, dest, round, start, 0, 0);
}

PieceRun run_for(const std::vector<PieceSpan>& pieces, const BaseFacts& b) {
  PieceRun run = run_from(pieces, b.archive_dest, b.archive_round, b.start_replay);
  if (!run.pieces.empty() && run.end >= b.min_restore) return run;
  if (!b.own_log) return {};
  run = run_in(pieces, b.archive_dest, b.archive_round, b.start_replay, b.source, b.set_id);
  if (run.pieces.empty() || run.end < b.min_restore) return {};
  run.end = b.min_restore;   // behind it the set holds no whole log
  return run;
}

PieceRun cut_run(const std::vector<PieceSpan>& pieces, PieceRun run, Scn target) {
  while (run.pieces.size() > 1 && pieces[run.pieces[run.pieces.size() - 2]].end >= target)
    run.pieces.pop_back();
  if (!run.pieces.empty()) run.end = pieces[run.pieces.back()].end;
  return run;
}

}  // namespace seabed::restore
