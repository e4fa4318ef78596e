#include "core/engine/restore/choose_pieces.h"

namespace seabed::restore {
namespace {

bool of(const PieceSpan& p, uint64_t dest, uint64_t round) {
  return (dest == 0 || p.key.dest == dest) && (round == 0 || p.key.round == round);
}

}  // namespace

PieceRun run_from(const std::vector<PieceSpan>& pieces, uint64_t dest, uint64_t round, Scn start) {
  PieceRun run;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const PieceSpan& p = pieces[i];
    if (!of(p, dest, round)) continue;
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

PieceRun cut_run(const std::vector<PieceSpan>& pieces, PieceRun run, Scn target) {
  while (run.pieces.size() > 1 && pieces[run.pieces[run.pieces.size() - 2]].end >= target)
    run.pieces.pop_back();
  if (!run.pieces.empty()) run.end = pieces[run.pieces.back()].end;
  return run;
}

}  // namespace seabed::restore
