#pragma once
// Tombstones: tombstones/<set or piece>, written at the destination before the first object of a set or piece
// goes, and never removed (docs/format/cleanup-objects.md). The name alone says what is gone: readers take no
// such set or piece even while its objects are still there, and a catalog rebuilt from the media never brings
// it back.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/scn.h"
#include "core/media/paths.h"
#include "core/storage/object_store.h"

namespace seabed {

/// Exactly one of `set` (at a data destination) and `piece` (at an archive destination) is there.
struct Tombstone {
  std::optional<paths::SetId> set;
  std::optional<paths::PieceKey> piece;
  uint64_t cluster_id = 0;
  std::string cluster_name;
  uint64_t tenant_id = 0;
  std::string tenant_name;
  uint64_t incarnation = 1;
  uint64_t dest_id = 0;
  Scn deleted_scn = 0;                 // when the deletion began
  std::string delete_mode = "delete";  // delete, tagging
  uint64_t job_id = 0;                 // of the deleting catalog
};

// ---- pure ----
/// The whole object. kInvalidArgument unless exactly one of set and piece is there.
Result<std::string> encode_tombstone(const Tombstone& tombstone);
/// `key` names the object in errors, and must be the one of what it names: kCorruption.
Result<Tombstone> decode_tombstone(std::string_view bytes, const std::string& key);

// ---- on a medium ----
/// Durable when it returns. One that is there already counts and stays as it is: a success.
Status write_tombstone(ObjectStore& store, const Tombstone& tombstone, const IoContext& ctx);

/// What must not be read, by the names alone (one listing): damage to a tombstone's body brings nothing back.
struct DeletedNames {
  std::set<uint64_t> sets;
  std::set<paths::PieceKey> pieces;
};
Result<DeletedNames> deleted_names(ObjectStore& store, const IoContext& ctx);

/// Every one, bodies included, by rising name. One whose body cannot be read comes with what its name says
/// and deleted_scn 0.
Result<std::vector<Tombstone>> list_tombstones(ObjectStore& store, const IoContext& ctx);

}  // namespace seabed
