#include "core/catalog/ls_progress.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, LsProgressRow& r) {
  v("tenant_id", r.tenant_id), v("dest_id", r.dest_id), v("round_id", r.round_id), v("piece_id", r.piece_id);
  v("ls_id", r.ls_id), v("incarnation", r.incarnation), v("status", r.status), v("start_scn", r.start_scn);
  v("checkpoint_scn", r.checkpoint_scn), v("max_scn", r.max_scn), v("min_lsn", r.min_lsn),
      v("max_lsn", r.max_lsn);
  v("file_id", r.file_id), v("file_offset", r.file_offset), v("file_hash", r.file_hash), v("epoch", r.epoch);
  v("input_bytes", r.input_bytes), v("output_bytes", r.output_bytes), v("log_groups", r.groups);
  v("resume", r.resume);
}

template <class V>
void fields(V& v, StampRow& r) {
  v("tenant_id", r.tenant_id), v("dest_id", r.dest_id), v("round_id", r.round_id), v("ls_id", r.ls_id);
  v("piece_id", r.piece_id), v("file_id", r.file_id), v("file_offset", r.file_offset), v("lsn", r.lsn);
  v("scn_lo", r.scn_lo), v("scn_hi", r.scn_hi);
}

namespace {

Where stream_key(uint64_t tenant_id, uint64_t dest_id, uint64_t round_id, uint64_t ls_id) {
  Where where = Where().eq("tenant_id", num(tenant_id)).eq("dest_id", num(dest_id));
  return where.eq("round_id", num(round_id)).eq("ls_id", num(ls_id));
}

}  // namespace

Status put_ls_progress(Transaction& tx, const LsProgressRow& row) {
  Where key = stream_key(row.tenant_id, row.dest_id, row.round_id, row.ls_id);
  SEABED_TRY(auto newest, select_one<LsProgressRow>(tx, "ls_progress", key, "ORDER BY epoch DESC LIMIT 1"));
  if (newest && newest->epoch > row.epoch)
    return fail(Code::kFenced, "log stream " + std::to_string(row.ls_id),
                "a writer with epoch " + std::to_string(newest->epoch) + " took over from epoch " +
                    std::to_string(row.epoch));
  return replace_row(tx, "ls_progress", row, key.eq("piece_id", num(row.piece_id)));
}

Result<std::vector<LsProgressRow>> list_ls_progress(Transaction& tx, uint64_t tenant_id, uint64_t dest_id,
                                                    uint64_t round_id) {
  Where where =
      Where().eq("tenant_id", num(tenant_id)).eq("dest_id", num(dest_id)).eq("round_id", num(round_id));
  return select_rows<LsProgressRow>(tx, "ls_progress", where, "ORDER BY piece_id, ls_id");
}

Status put_stamp(Transaction& tx, const StampRow& row) {
  Where key = stream_key(row.tenant_id, row.dest_id, row.round_id, row.ls_id);
  return replace_row(tx, "stamps", row, key.eq("lsn", to_hex(row.lsn.bytes)));
}

Result<std::optional<StampRow>> find_stamp(Transaction& tx, uint64_t tenant_id, uint64_t dest_id,
                                           uint64_t round_id, uint64_t ls_id, const Lsn& lsn) {
  Where where = stream_key(tenant_id, dest_id, round_id, ls_id).cmp("lsn", "<=", to_hex(lsn.bytes));
  return select_one<StampRow>(tx, "stamps", where, "ORDER BY lsn DESC LIMIT 1");
}

Status trim_progress(Transaction& tx) {
  const std::string deleted =
      "EXISTS (SELECT 1 FROM pieces p WHERE p.tenant_id = x.tenant_id AND p.dest_id = x.dest_id AND p.round_id = "
      "x.round_id AND p.piece_id = x.piece_id AND p.file_status = 'DELETED')";
  SEABED_CHECK(execute(tx, "DELETE FROM stamps AS x WHERE NOT EXISTS (SELECT 1 FROM rounds r WHERE r.tenant_id = x.tenant_id "
                           "AND r.dest_id = x.dest_id AND r.round_id = x.round_id AND r.status <> 'STOP') OR " + deleted));
  SEABED_CHECK(execute(tx, "DELETE FROM ls_progress AS x WHERE " + deleted +
                               " AND x.piece_id < (SELECT max(y.piece_id) FROM ls_progress y WHERE y.tenant_id = x.tenant_id "
                               "AND y.dest_id = x.dest_id AND y.round_id = x.round_id AND y.ls_id = x.ls_id)"));
  return ok();
}

}  // namespace seabed::catalog
