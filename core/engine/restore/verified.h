#pragma once
// What a verify says of single sets and pieces, for whoever keeps book of them (core/engine/mark_damage.h).

#include <map>
#include <set>
#include <utility>

#include "core/engine/restore/restore_job.h"

namespace seabed {

/// One destination as it was looked at. What could not be judged (written by a newer version) is in `there` alone.
struct VerifiedDestination {
  using Piece = std::pair<uint64_t, uint64_t>;  // round, piece
  std::string identity;                         // Uri::identity()
  uint64_t tenant_id = 0, dest_id = 0;
  bool data = false, quick = false;
  uint64_t begun_us = 0;  // by this machine's clock: what is younger was not looked at
  std::set<uint64_t> sets_there, whole_sets;    // ended ones
  std::map<uint64_t, std::string> damaged_sets;  // with the first finding
  std::set<Piece> pieces_there, whole_pieces;   // frozen ones
  std::map<Piece, std::string> damaged_pieces;
};

/// verify_media, and its verdict on each destination that was given.
Result<VerifyReport> verify_media_by_part(EngineContext& context, const RestoreSource& source, bool quick,
                                          const ProgressFn& progress, const CancelToken& cancel,
                                          std::vector<VerifiedDestination>* verified);

}  // namespace seabed
