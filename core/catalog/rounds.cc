#include "core/catalog/rounds.h"

#include <algorithm>

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, RoundRow& r) {
  v("tenant_id", r.tenant_id), v("dest_id", r.dest_id), v("round_id", r.round_id),
      v("incarnation", r.incarnation);
  v("dest_no", r.dest_no), v("status", r.status), v("start_scn", r.start_scn),
      v("checkpoint_scn", r.checkpoint_scn);
  v("max_scn", r.max_scn), v("compatible", r.compatible), v("base_piece_id", r.base_piece_id);
  v("used_piece_id", r.used_piece_id), v("piece_switch_interval_us", r.piece_switch_interval_us);
  v("input_bytes", r.input_bytes), v("output_bytes", r.output_bytes);
  v("deleted_input_bytes", r.deleted_input_bytes), v("deleted_output_bytes", r.deleted_output_bytes);
  v("comment", r.comment), v("path", r.path);
}

template <class V>
void fields(V& v, PieceRow& r) {
  v("tenant_id", r.tenant_id), v("dest_id", r.dest_id), v("round_id", r.round_id), v("piece_id", r.piece_id);
  v("incarnation", r.incarnation), v("dest_no", r.dest_no), v("create_us", r.create_us),
      v("status", r.status);
  v("file_status", r.file_status), v("start_scn", r.start_scn), v("checkpoint_scn", r.checkpoint_scn);
  v("max_scn", r.max_scn), v("end_scn", r.end_scn), v("compatible", r.compatible);
  v("input_bytes", r.input_bytes), v("output_bytes", r.output_bytes), v("path", r.path);
}

namespace {

Where round_key(uint64_t tenant_id, uint64_t dest_id, uint64_t round_id) {
  return Where().eq("tenant_id", num(tenant_id)).eq("dest_id", num(dest_id)).eq("round_id", num(round_id));
}

std::string round_name(uint64_t dest_id, uint64_t round_id) {
  return "round d" + std::to_string(dest_id) + "r" + std::to_string(round_id);
}

}  // namespace

Status insert_round(Transaction& tx, const RoundRow& row) { return insert_row(tx, "rounds", row); }

Status update_round(Transaction& tx, const RoundRow& row, const std::string& expected) {
  SEABED_TRY(auto stored, find_round(tx, row.tenant_id, row.dest_id, row.round_id));
  if (stored && stored->checkpoint_scn > row.checkpoint_scn)
    return fail(Code::kInternal, round_name(row.dest_id, row.round_id),
                "its checkpoint would go back from " + std::to_string(stored->checkpoint_scn) + " to " +
                    std::to_string(row.checkpoint_scn));
  // What cleanup counted meanwhile stays: the archiver's copy of the row does not know it.
  RoundRow kept = row;
  if (stored) {
    kept.deleted_input_bytes = std::max(row.deleted_input_bytes, stored->deleted_input_bytes);
    kept.deleted_output_bytes = std::max(row.deleted_output_bytes, stored->deleted_output_bytes);
  }
  return update_guarded(tx, "rounds", kept,
                        round_key(row.tenant_id, row.dest_id, row.round_id).eq("status", expected),
                        round_name(row.dest_id, row.round_id), expected);
}

Result<std::optional<RoundRow>> find_round(Transaction& tx, uint64_t tenant_id, uint64_t dest_id,
                                           uint64_t round_id) {
  return select_one<RoundRow>(tx, "rounds", round_key(tenant_id, dest_id, round_id));
}

Status put_round(Transaction& tx, const RoundRow& row) {
  return replace_row(tx, "rounds", row, round_key(row.tenant_id, row.dest_id, row.round_id));
}

Result<std::optional<RoundRow>> round_to_close(Transaction& tx, uint64_t tenant_id) {
  SEABED_TRY(auto newest, newest_round(tx, tenant_id));
  if (!newest) return std::optional<RoundRow>();
  Where where = Where().eq("tenant_id", num(tenant_id)).eq("status", "STOPPING");
  where.cmp("round_id", "<", num(newest->round_id));
  return select_one<RoundRow>(tx, "rounds", where, "ORDER BY round_id, dest_id LIMIT 1");
}

Result<std::optional<RoundRow>> newest_round(Transaction& tx, uint64_t tenant_id) {
  return select_one<RoundRow>(tx, "rounds", Where().eq("tenant_id", num(tenant_id)),
                              "ORDER BY round_id DESC, dest_id DESC LIMIT 1");
}

Result<std::vector<RoundRow>> list_rounds(Transaction& tx, uint64_t tenant_id) {
  return select_rows<RoundRow>(tx, "rounds", Where().eq("tenant_id", num(tenant_id)),
                               "ORDER BY round_id, dest_id");
}

Status insert_piece(Transaction& tx, const PieceRow& row) {
  PieceRow piece = row;
  if (!piece.create_us) piece.create_us = now_us();
  return insert_row(tx, "pieces", piece);
}

Status update_piece(Transaction& tx, const PieceRow& row, const std::string& expected) {
  Where where = round_key(row.tenant_id, row.dest_id, row.round_id);
  where.eq("piece_id", num(row.piece_id)).eq("status", expected);
  return update_guarded(
      tx, "pieces", row, where,
      "piece " + std::to_string(row.piece_id) + " of " + round_name(row.dest_id, row.round_id), expected);
}

Status put_piece(Transaction& tx, const PieceRow& row) {
  PieceRow piece = row;
  if (!piece.create_us) piece.create_us = now_us();
  return replace_row(tx, "pieces", piece,
                     round_key(row.tenant_id, row.dest_id, row.round_id).eq("piece_id", num(row.piece_id)));
}

Result<std::optional<PieceRow>> find_piece(Transaction& tx, uint64_t tenant_id, uint64_t dest_id,
                                           uint64_t round_id, uint64_t piece_id) {
  return select_one<PieceRow>(tx, "pieces",
                              round_key(tenant_id, dest_id, round_id).eq("piece_id", num(piece_id)));
}

Result<std::vector<PieceRow>> list_pieces(Transaction& tx, uint64_t tenant_id, uint64_t dest_id) {
  Where where = Where().eq("tenant_id", num(tenant_id));
  if (dest_id) where.eq("dest_id", num(dest_id));
  return select_rows<PieceRow>(tx, "pieces", where, "ORDER BY dest_id, piece_id");
}

}  // namespace seabed::catalog
