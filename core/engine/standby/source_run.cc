#include "core/engine/standby/source_run.h"

#include <spdlog/fmt/fmt.h>

namespace seabed::standby {
namespace {

bool holds(const PieceFacts& p, const std::optional<paths::PieceKey>& from, Scn scn) {
  if (from) return p.key == *from;
  return !p.problem && !p.empty && p.descriptor.start_scn() <= scn && p.descriptor.checkpoint_scn() >= scn;
}

bool touches(const PieceFacts& before, const PieceFacts& next) {
  return next.key.dest == before.key.dest && next.key.round == before.key.round &&
         next.key.piece == before.key.piece + 1 &&
         next.descriptor.start_scn() <= before.descriptor.checkpoint_scn();
}

}  // namespace

Result<SourceRun> source_run(std::vector<PieceFacts> pieces, const std::optional<paths::PieceKey>& from,
                             Scn scn) {
  SourceRun run;
  size_t i = 0;
  while (i < pieces.size() && !holds(pieces[i], from, scn)) ++i;
  if (i == pieces.size())
    return fail(Code::kGap, from ? paths::piece_dir(*from) : "SCN " + std::to_string(scn),
                "the archive does not hold the log from where the standby stands",
                "restore the tenant again from a newer backup");
  for (; i < pieces.size(); ++i) {
    PieceFacts& p = pieces[i];
    if (p.problem && run.pieces.empty()) return fail(*p.problem);
    if (p.problem) {
      run.stopped = p.problem->message();
      break;
    }
    if (p.empty) break;
    if (!run.pieces.empty() && !touches(run.pieces.back(), p)) {
      run.stopped = fmt::format("{} does not follow {}: the archive was interrupted or stopped between them",
                                paths::piece_dir(p.key), paths::piece_dir(run.pieces.back().key));
      break;
    }
    run.end = p.descriptor.checkpoint_scn();
    run.pieces.push_back(std::move(p));
  }
  return run;
}

}  // namespace seabed::standby
