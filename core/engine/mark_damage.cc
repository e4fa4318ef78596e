#include "core/engine/mark_damage.h"

#include <spdlog/fmt/fmt.h>

#include "core/catalog/backup_sets.h"
#include "core/catalog/delete_jobs.h"
#include "core/catalog/destinations.h"
#include "core/catalog/events.h"
#include "core/catalog/rounds.h"

namespace seabed {
namespace {

constexpr char kMark[] = "verify: ";  // begins the comment of a set that a verify marked
constexpr char kMissing[] = "is not at its destination";
using Changes = std::vector<std::string>;

class Marker {
 public:
  Marker(Transaction& tx, uint64_t tenant_id, const VerifiedDestination& verified, Changes* changes)
      : tx_(tx), tenant_id_(tenant_id), verified_(verified), changes_(changes) {}

  Status run() {
    SEABED_TRY(const auto row, catalog::find_destination(tx_, verified_.dest_id));
    if (!row || row->tenant_id != tenant_id_ || verified_.tenant_id != tenant_id_ || row->identity != verified_.identity)
      return fail(Code::kConflict, verified_.identity, "is no destination of this tenant that the catalog knows",
                  "verify the destinations of `seabed archive status` and `seabed backup list`, not copies of them");
    return verified_.data ? mark_sets() : mark_pieces();
  }

 private:
  Status mark_sets() {
    SEABED_TRY(const auto sets, catalog::list_backup_sets(tx_, tenant_id_, verified_.dest_id));
    for (catalog::BackupSetRow set : sets) {
      if (set.status != "SUCCESS") continue;
      const uint64_t id = set.backup_set_id;
      const std::string was = set.file_status;
      const auto damaged = verified_.damaged_sets.find(id);
      const bool missing = !verified_.sets_there.contains(id) && set.end_us != 0 && set.end_us < verified_.begun_us;
      if (was == "AVAILABLE" && (missing || damaged != verified_.damaged_sets.end()))
        set.file_status = "BROKEN", set.comment = (kMark + (missing ? kMissing : damaged->second)).substr(0, 1000);
      else if (was == "BROKEN" && is_sound(verified_.whole_sets.contains(id)) && set.comment.starts_with(kMark))
        set.file_status = "AVAILABLE", set.comment.clear();
      if (set.file_status == was) continue;
      SEABED_CHECK(catalog::update_backup_set(tx_, set, "SUCCESS"));
      SEABED_CHECK(note(fmt::format("backup set {}", id), set.file_status, set.comment));
    }
    return ok();
  }

  Status mark_pieces() {
    SEABED_TRY(const auto pieces, catalog::list_pieces(tx_, tenant_id_, verified_.dest_id));
    for (const catalog::PieceRow& piece : pieces) {
      if (piece.status != "FROZEN") continue;
      const VerifiedDestination::Piece id{piece.round_id, piece.piece_id};
      const auto damaged = verified_.damaged_pieces.find(id);
      // Frozen before the look: a piece ends when its time does, or with its round.
      const bool missing = !verified_.pieces_there.contains(id) && piece.end_scn / 1000 < verified_.begun_us;
      const bool lost = missing || damaged != verified_.damaged_pieces.end();
      // One that a rebuild found BROKEN has no checkpoint: its facts are not known.
      const bool found = is_sound(verified_.whole_pieces.contains(id)) && piece.checkpoint_scn > piece.start_scn;
      const char* to = piece.file_status == "AVAILABLE" && lost ? "BROKEN"
                       : piece.file_status == "BROKEN" && found ? "AVAILABLE" : nullptr;
      if (!to) continue;
      SEABED_CHECK(catalog::set_piece_file_status(tx_, tenant_id_, piece.dest_id, piece.round_id, piece.piece_id, to));
      SEABED_CHECK(note(fmt::format("piece {} of round {}", piece.piece_id, piece.round_id), to,
                        !lost ? "" : missing ? kMissing : damaged->second));
    }
    return ok();
  }

  bool is_sound(bool whole) const { return whole && !verified_.quick; }

  Status note(const std::string& what, const std::string& to, const std::string& why) {
    changes_->push_back(fmt::format("{}: {}{}{}", what, to, why.empty() ? "" : ": ", why));
    catalog::EventRow event{.module = verified_.data ? "backup" : "archive", .event = "verify_" + to};
    event.facts = {{"tenant_id", std::to_string(tenant_id_)}, {"dest_id", std::to_string(verified_.dest_id)},
                   {"object", what}};
    event.extra_info = why.substr(0, 500);
    return catalog::record_event(tx_, event);
  }

  Transaction& tx_;
  const uint64_t tenant_id_;
  const VerifiedDestination& verified_;
  Changes* changes_;
};

}  // namespace

Result<std::vector<std::string>> mark_damage(EngineContext& context, uint64_t tenant_id,
                                             const std::vector<VerifiedDestination>& verified) {
  Changes changes;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    changes.clear();
    for (const auto& one : verified) SEABED_CHECK(Marker(tx, tenant_id, one, &changes).run());
    return ok();
  }));
  return changes;
}

}  // namespace seabed
