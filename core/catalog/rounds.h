#pragma once
// Archive rounds and pieces: rows as OB_ARCHIVELOG and OB_ARCHIVELOG_PIECE_FILES show them.

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct RoundRow {
  uint64_t tenant_id = 0, dest_id = 0, round_id = 0, incarnation = 1, dest_no = 0;
  std::string status = "PREPARE";    // PREPARE, BEGINNING, DOING, INTERRUPTED, STOPPING, STOP, SUSPENDING, SUSPEND
  uint64_t start_scn = 0, checkpoint_scn = 0, max_scn = 0;
  uint64_t compatible = 1;
  uint64_t base_piece_id = 0, used_piece_id = 0;
  uint64_t piece_switch_interval_us = 0;
  uint64_t input_bytes = 0, output_bytes = 0, deleted_input_bytes = 0, deleted_output_bytes = 0;
  std::string comment, path;
};

/// kAlreadyExists when (tenant, dest, round) is there.
Status insert_round(Transaction& tx, const RoundRow& row);
/// Writes the whole row over the one with its key, if that is in status `expected`; else kConflict. The checkpoint
/// never goes back (kInternal).
Status update_round(Transaction& tx, const RoundRow& row, const std::string& expected);
Result<std::optional<RoundRow>> find_round(Transaction& tx, uint64_t tenant_id, uint64_t dest_id, uint64_t round_id);
/// Insert or replace, whatever its status: what a medium says of a round (core/engine/rebuild).
Status put_round(Transaction& tx, const RoundRow& row);
/// The oldest STOPPING round that a newer one follows: a rebuild found it without an end. nullopt: none.
Result<std::optional<RoundRow>> round_to_close(Transaction& tx, uint64_t tenant_id);
/// Of the largest round id of the tenant; nullopt: none ever.
Result<std::optional<RoundRow>> newest_round(Transaction& tx, uint64_t tenant_id);
Result<std::vector<RoundRow>> list_rounds(Transaction& tx, uint64_t tenant_id);

struct PieceRow {
  uint64_t tenant_id = 0, dest_id = 0, round_id = 0, piece_id = 0, incarnation = 1, dest_no = 0;
  uint64_t create_us = 0;
  std::string status = "ACTIVE";           // ACTIVE, FROZEN
  std::string file_status = "INCOMPLETE";  // INCOMPLETE, AVAILABLE, DELETING, DELETED, EXPIRED, BROKEN
  uint64_t start_scn = 0, checkpoint_scn = 0, max_scn = 0, end_scn = 0;
  uint64_t compatible = 1;
  uint64_t input_bytes = 0, output_bytes = 0;
  std::string path;
};

Status insert_piece(Transaction& tx, const PieceRow& row);
/// Guarded by the status (ACTIVE, FROZEN), as update_round.
Status update_piece(Transaction& tx, const PieceRow& row, const std::string& expected);
/// Insert or replace, as put_round.
Status put_piece(Transaction& tx, const PieceRow& row);
Result<std::optional<PieceRow>> find_piece(Transaction& tx, uint64_t tenant_id, uint64_t dest_id, uint64_t round_id,
                                           uint64_t piece_id);
/// By rising piece id; dest_id 0: every destination of the tenant.
Result<std::vector<PieceRow>> list_pieces(Transaction& tx, uint64_t tenant_id, uint64_t dest_id = 0);

}  // namespace seabed::catalog
