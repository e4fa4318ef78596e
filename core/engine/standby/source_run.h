#pragma once
// Which pieces of the source's archive a standby reads on from. Pure.

#include <optional>
#include <string>
#include <vector>

#include "core/base/scn.h"
#include "core/media/archive_reader.h"

namespace seabed::standby {

struct SourceRun {
  std::vector<PieceFacts> pieces;  // they touch; of one destination and round
  Scn end = 0;                     // checkpoint of the last one: the log is there up to it
  std::string stopped;             // why nothing more can follow, in words; empty: more may come
};

/// `from`: the piece that the standby stands in (nullopt: the one that holds `scn`). kGap when it is not
/// there any more.
Result<SourceRun> source_run(std::vector<PieceFacts> pieces, const std::optional<paths::PieceKey>& from,
                             Scn scn);

}  // namespace seabed::standby
