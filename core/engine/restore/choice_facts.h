#pragma once
// What choosing a base and its log needs to know of the media, and nothing else: so that the rules are pure.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/scn.h"
#include "core/media/paths.h"

namespace seabed::restore {

/// A hole that a base does not contain: targets at or behind scn_lo are not what the database was.
struct HoleSpan {
  uint64_t ls_id = 0;
  Scn scn_lo = 0;
  std::string reason;
};

/// One usable set.
struct BaseFacts {
  size_t source = 0;  // which data destination; chains stay in one
  uint64_t set_id = 0;
  bool full = true;
  uint64_t prev_full = 0, prev_inc = 0;  // 0: none
  Scn start_replay = 0, min_restore = 0;
  uint64_t archive_dest = 0, archive_round = 0;  // whose log it needs; 0: any
  std::vector<HoleSpan> uncovered;               // rising by scn_lo
  Scn ended = 0;                                 // when the backup was over; 0: not known
  bool own_log = false;                          // PLUS ARCHIVELOG: its complement_log leads to min_restore
};

/// One piece with a checkpoint and without a problem. Holds the groups with scn_hi in (start, end].
struct PieceSpan {
  paths::PieceKey key;
  Scn start = 0, end = 0;  // end: its checkpoint
  // In the complement_log of this set of that source, of use to this set alone; of_set 0: in an archive.
  size_t of_source = 0;
  uint64_t of_set = 0;
};

}  // namespace seabed::restore
