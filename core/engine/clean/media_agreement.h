#pragma once
// Cleanup waits until catalog and media agree: what one of them has and the other does not know is told, and
// nothing is deleted. Pure, but for the listing.

#include <map>

#include "core/engine/clean/clean_rules.h"
#include "core/media/tombstone.h"
#include "core/storage/object_store.h"

namespace seabed::clean {

/// The placeholders and tombstones of a destination.
struct MediaNames {
  struct Set {
    bool full = true, started = false, success = false, failed = false;
  };
  struct Piece {
    bool started = false, ended = false;
  };
  std::map<uint64_t, Set> sets;
  std::map<paths::PieceKey, Piece> pieces;
  DeletedNames deleted;
};
Result<MediaNames> list_media(ObjectStore& store, const IoContext& io);

/// In words; empty: they agree. What is being written, or was deleted, may be on one side only.
std::vector<std::string> differences_of(const Stock& stock, uint64_t dest_id, bool data,
                                        const MediaNames& media);

}  // namespace seabed::clean
