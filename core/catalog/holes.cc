#include "core/catalog/holes.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, HoleRow& r) {
  v("tenant_id", r.tenant_id), v("dest_id", r.dest_id), v("round_id", r.round_id), v("piece_id", r.piece_id);
  v("ls_id", r.ls_id), v("scn_lo", r.scn_lo), v("scn_hi", r.scn_hi), v("lsn", r.lsn);
  v("incarnation", r.incarnation), v("reason", r.reason), v("detail", r.detail), v("status", r.status);
  v("closed_by_set", r.closed_by_set), v("closed_scn", r.closed_scn);
}

namespace {

Where key_of(const HoleRow& row) {
  Where where = Where().eq("tenant_id", num(row.tenant_id)).eq("dest_id", num(row.dest_id));
  where.eq("round_id", num(row.round_id)).eq("ls_id", num(row.ls_id)).eq("scn_lo", num(row.scn_lo));
  return where.eq("lsn", to_hex(row.lsn.bytes));
}

}  // namespace

Status put_hole(Transaction& tx, const HoleRow& row) {
  SEABED_TRY(auto known, select_one<HoleRow>(tx, "holes", key_of(row)));
  return known ? ok() : insert_row(tx, "holes", row);
}

Status update_hole(Transaction& tx, const HoleRow& row, const std::string& expected) {
  return update_guarded(
      tx, "holes", row, key_of(row).eq("status", expected),
      "hole of log stream " + std::to_string(row.ls_id) + " at " + std::to_string(row.scn_lo), expected);
}

Result<std::vector<HoleRow>> list_holes(Transaction& tx, uint64_t tenant_id, const std::string& status) {
  Where where;
  if (tenant_id) where.eq("tenant_id", num(tenant_id));
  if (!status.empty()) where.eq("status", status);
  return select_rows<HoleRow>(tx, "holes", where, "ORDER BY scn_lo, ls_id");
}

}  // namespace seabed::catalog
