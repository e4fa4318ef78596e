#pragma once
// What cleanup deletes and what it keeps, and why (reference: state-machines.md section 7). Pure: nothing is
// read, nothing is deleted here. A set's backup time, which the reference leaves open, is the latest of its
// times (end, min_restore_scn): so the clean point alone restores every moment from the window's start on.

#include <optional>
#include <set>

#include "core/catalog/backup_sets.h"
#include "core/catalog/holes.h"
#include "core/catalog/rounds.h"

namespace seabed::clean {

inline constexpr char kDefaultPolicy[] = "default", kLogOnlyPolicy[] = "log_only";

/// What exists. Of one tenant, everything the catalog has: deleted rows and old destinations included.
struct Stock {
  std::vector<catalog::BackupSetRow> sets;
  std::vector<catalog::PieceRow> pieces;
  std::vector<catalog::HoleRow> holes;
  uint64_t data_dest = 0, archive_dest = 0;  // the current ones; 0: none
  std::set<uint64_t> used_sets;  // a running job or a reader needs them: never deleted, nor what they need
  std::set<std::pair<uint64_t, uint64_t>> used_pieces;  // (dest_id, piece_id)
};

struct CleanFacts {
  Stock stock;
  std::string policy;      // kDefaultPolicy, kLogOnlyPolicy; empty: none
  uint64_t window_us = 0;  // 0: nothing ever expires
  uint64_t now_us = 0;
};

struct CleanItem {
  enum class Kind { kSet, kPiece } kind = Kind::kSet;
  uint64_t id = 0, dest_id = 0, round_id = 0;  // round_id: of a piece
  uint64_t bytes = 0;                          // output bytes
  bool remove = false;
  std::string reason;  // in words, for the operator
  std::string path;
};

struct CleanDecision {
  uint64_t expired_point_us = 0;        // 0: nothing expires
  std::optional<uint64_t> clean_point;  // a set's id
  std::string summary;
  std::string blocked;  // why nothing may be deleted now, whatever the rules say; empty: it may
  std::vector<CleanItem> items;  // sets, then pieces, each by rising id; nothing that is DELETED
};

/// In the order of deletion the removed pieces rise by id.
CleanDecision decide_cleanup(const CleanFacts& facts);

// ---- shared with manual_rules.cc ----
bool is_usable(const catalog::BackupSetRow& set);  // SUCCESS and AVAILABLE
/// Usable, and its own log or touching pieces of its round lead from start_replay_scn to min_restore_scn, past no hole
/// that an older set or itself did not close: a restore refuses such a set, so it protects nothing.
bool is_restorable(const catalog::BackupSetRow& set, const Stock& stock);

}  // namespace seabed::clean
