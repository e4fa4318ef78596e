#include "core/engine/clean/readers.h"

#include <spdlog/fmt/fmt.h>

#include "core/media/paths.h"
#include "core/media/reader_lease.h"

namespace seabed::clean {
namespace {

std::string words(const ReaderLeaseFacts& lease) {
  return fmt::format("{} {} of cluster {}", lease.purpose.empty() ? "a reader" : lease.purpose,
                     lease.tenant_name.empty() ? lease.id : lease.tenant_name,
                     lease.cluster_name.empty() ? std::to_string(lease.cluster_id) : lease.cluster_name);
}

struct Needs {
  bool everything = false;
  std::set<uint64_t> sets;
  std::set<paths::PieceKey> pieces;
};

Needs needs_of(const ReaderLeaseFacts& lease) {
  Needs needs;
  needs.everything = lease.directories.empty();
  for (const auto& directory : lease.directories) {
    const auto set = paths::parse_set_dir(directory);
    const auto piece = paths::parse_piece_dir(directory);
    if (set)
      needs.sets.insert(set->id);
    else if (piece)
      needs.pieces.insert(*piece);
    else
      needs.everything = true;
  }
  return needs;
}

Result<std::vector<ReaderLeaseFacts>> leases_in_force(EngineContext& context, ObjectStore& store,
                                                      const IoContext& io) {
  SEABED_TRY(auto leases, list_reader_leases(store, io));
  const Scn now = context.clock->read().now;
  std::erase_if(leases, [&](const auto& lease) { return !in_force(lease, now); });
  return leases;
}

}  // namespace

Result<std::vector<std::string>> protect_readers(EngineContext& context, const CleanPlace& place,
                                                 const IoContext& io, Stock* stock) {
  SEABED_TRY(const auto leases, leases_in_force(context, *place.store, io));
  std::vector<std::string> out;
  for (const auto& lease : leases) {
    const Needs needs = needs_of(lease);
    stock->used_sets.insert(needs.sets.begin(), needs.sets.end());
    for (const auto& piece : needs.pieces) stock->used_pieces.insert({piece.dest, piece.piece});
    if (needs.everything) {
      for (const auto& set : stock->sets)
        if (set.dest_id == place.row.dest_id) stock->used_sets.insert(set.backup_set_id);
      for (const auto& piece : stock->pieces)
        if (piece.dest_id == place.row.dest_id) stock->used_pieces.insert({piece.dest_id, piece.piece_id});
    }
    out.push_back(words(lease));
  }
  return out;
}

Result<std::optional<std::string>> reader_of(EngineContext& context, const CleanPlace& place, bool set,
                                             uint64_t round, uint64_t id, const IoContext& io) {
  SEABED_TRY(const auto leases, leases_in_force(context, *place.store, io));
  for (const auto& lease : leases) {
    const Needs needs = needs_of(lease);
    if (needs.everything ||
        (set ? needs.sets.contains(id) : needs.pieces.contains({place.row.dest_id, round, id})))
      return std::optional(words(lease));
  }
  return std::optional<std::string>();
}

}  // namespace seabed::clean
