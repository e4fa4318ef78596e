#include "core/engine/clean/manual_rules.h"

#include <algorithm>

namespace seabed::clean {
namespace {

constexpr int kSetNotAllowed = 9045, kBadSet = 9046, kPieceNotAllowed = 9069, kUnreachable = 9070;
constexpr char kDropPolicy[] = "drop the policy (`seabed clean policy-drop`), or let it clean";

tl::unexpected<Error> refuse(int number, const std::string& object, std::string reason,
                             std::string next_step = {}, Code code = Code::kConflict) {
  return fail(Error{code, object, std::move(reason), std::move(next_step), 0, number});
}
std::string set_name(uint64_t id) { return "backup set " + std::to_string(id); }
std::string piece_name(uint64_t id) { return "piece " + std::to_string(id); }

const catalog::BackupSetRow* set_of(const Stock& stock, uint64_t id) {
  for (const auto& set : stock.sets)
    if (set.backup_set_id == id) return &set;
  return nullptr;
}

/// 0: none.
uint64_t newest_restorable_full(const Stock& stock) {
  uint64_t newest = 0;
  for (const auto& set : stock.sets)
    if (set.dest_id == stock.data_dest && set.backup_type == "D" && is_restorable(set, stock))
      newest = std::max(newest, set.backup_set_id);
  return newest;
}

bool is_rubbish(const catalog::BackupSetRow& set) {
  return set.status == "FAILED" || set.file_status == "DELETING";
}

Status check_set(const ManualFacts& facts, const catalog::BackupSetRow& set, uint64_t newest_full) {
  const std::string name = set_name(set.backup_set_id);
  if (set.status == "DOING")
    return refuse(kSetNotAllowed, name, "is being written", "wait, or cancel the backup");
  if (set.file_status == "DELETED") return refuse(kSetNotAllowed, name, "is deleted already");
  if (facts.stock.used_sets.contains(set.backup_set_id))
    return refuse(kSetNotAllowed, name, "is used by a running job or a reader", "wait for its end");
  if (set.dest_id != facts.stock.data_dest) return ok();
  if (facts.has_policy)
    return refuse(kSetNotAllowed, name, "is on the current destination, which a policy cleans", kDropPolicy);
  if (!is_rubbish(set) && set.backup_set_id >= newest_full)
    return refuse(kSetNotAllowed, name,
                  newest_full
                      ? "is not older than the newest restorable full set, " + std::to_string(newest_full)
                      : "may be all there is: no full set of the current destination is restorable",
                  "make a full backup first");
  return ok();
}

Status check_no_child_stays(const Stock& stock, const std::set<uint64_t>& ids) {
  for (const auto& child : stock.sets) {
    if (ids.contains(child.backup_set_id) ||
        (child.file_status != "AVAILABLE" && child.file_status != "COPYING"))
      continue;
    for (uint64_t parent : {child.prev_full_backup_set_id, child.prev_inc_backup_set_id})
      if (child.status != "FAILED" && child.backup_type != "D" && ids.contains(parent))
        return refuse(kSetNotAllowed, set_name(parent),
                      "is needed by set " + std::to_string(child.backup_set_id),
                      "delete both in one request");
  }
  return ok();
}

const catalog::PieceRow* piece_of(const Stock& stock, uint64_t id, bool& several) {
  const catalog::PieceRow* found = nullptr;
  for (const auto& piece : stock.pieces)
    if (piece.piece_id == id) several |= found != nullptr, found = &piece;
  return found;
}

/// Where the oldest usable full set of the current data destination begins to replay; 0: there is none.
uint64_t oldest_full_replay(const Stock& stock) {
  const catalog::BackupSetRow* oldest = nullptr;
  for (const auto& set : stock.sets)
    if (stock.data_dest && set.dest_id == stock.data_dest && set.backup_type == "D" && is_usable(set) &&
        (!oldest || set.backup_set_id < oldest->backup_set_id))
      oldest = &set;
  return oldest ? oldest->start_replay_scn : 0;
}

Status check_piece(const ManualFacts& facts, const catalog::PieceRow& piece, uint64_t oldest_replay) {
  const std::string name = piece_name(piece.piece_id);
  if (piece.status == "ACTIVE") return refuse(kPieceNotAllowed, name, "is being written");
  if (piece.file_status == "DELETED") return refuse(kPieceNotAllowed, name, "is deleted already");
  if (facts.stock.used_pieces.contains({piece.dest_id, piece.piece_id}))
    return refuse(kPieceNotAllowed, name, "is used by a running job or a reader", "wait for its end");
  if (piece.dest_id == facts.stock.archive_dest && facts.has_policy)
    return refuse(kPieceNotAllowed, name, "is on the current destination, which a policy cleans",
                  kDropPolicy);
  if (oldest_replay == 0)
    return refuse(kPieceNotAllowed, name,
                  "may be needed: there is no full set on a current data destination");
  if (piece.end_scn >= oldest_replay)
    return refuse(kPieceNotAllowed, name, "is needed by the oldest full set", "delete that set first");
  return ok();
}

}  // namespace

Status check_delete_sets(const ManualFacts& facts, const std::set<uint64_t>& ids) {
  if (ids.empty()) return fail(Code::kInvalidArgument, "backup sets", "none is named");
  const uint64_t newest_full = newest_restorable_full(facts.stock);
  uint64_t dest = 0;
  for (uint64_t id : ids) {
    const auto* set = set_of(facts.stock, id);
    if (!set)
      return refuse(kBadSet, set_name(id), "does not exist", "see `seabed backup list`", Code::kNotFound);
    if (dest && dest != set->dest_id)
      return refuse(kSetNotAllowed, set_name(id), "is on another destination than the others",
                    "one request a destination");
    dest = set->dest_id;
    SEABED_CHECK(check_set(facts, *set, newest_full));
  }
  SEABED_CHECK(check_no_child_stays(facts.stock, ids));
  if (facts.unreachable_dests.contains(dest))
    return refuse(kUnreachable, "destination " + std::to_string(dest), "cannot be reached",
                  "look at `seabed doctor`", Code::kUnavailable);
  return ok();
}

Status check_delete_pieces(const ManualFacts& facts, const std::set<uint64_t>& ids) {
  if (ids.empty()) return fail(Code::kInvalidArgument, "pieces", "none is named");
  const uint64_t oldest_replay = oldest_full_replay(facts.stock);
  uint64_t dest = 0;
  for (uint64_t id : ids) {
    bool several = false;
    const auto* piece = piece_of(facts.stock, id, several);
    if (!piece)
      return refuse(kPieceNotAllowed, piece_name(id), "does not exist", "see CDB_OB_ARCHIVELOG_PIECE_FILES",
                    Code::kNotFound);
    if (several || (dest && dest != piece->dest_id))
      return refuse(kPieceNotAllowed, piece_name(id),
                    "is of another destination than the others, or of several", "one request a destination");
    dest = piece->dest_id;
    SEABED_CHECK(check_piece(facts, *piece, oldest_replay));
  }
  if (*ids.rbegin() - *ids.begin() + 1 != ids.size())
    return refuse(kPieceNotAllowed, piece_name(*ids.rbegin()), "does not follow the others without a gap");
  for (const auto& piece : facts.stock.pieces)
    if (piece.dest_id == dest && piece.piece_id < *ids.begin() && piece.file_status != "DELETED")
      return refuse(kPieceNotAllowed, piece_name(*ids.begin()),
                    "has an older one before it, piece " + std::to_string(piece.piece_id),
                    "delete from the oldest on");
  return ok();
}

}  // namespace seabed::clean
