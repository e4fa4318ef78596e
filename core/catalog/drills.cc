#include "core/catalog/drills.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, DrillRow& r) {
  v("tenant_id", r.tenant_id), v("drill_id", r.drill_id), v("status", r.status), v("moment", r.moment);
  v("method", r.method), v("scheduled", r.scheduled), v("start_us", r.start_us), v("end_us", r.end_us);
  v("target_scn", r.target_scn), v("done", r.done), v("total", r.total), v("phase_us", r.phase_us);
  v("row_count", r.rows), v("result", r.result), v("report", r.report), v("comment", r.comment);
}

Result<uint64_t> insert_drill(Transaction& tx, const DrillRow& row) {
  DrillRow drill = row;
  SEABED_TRY(drill.drill_id, next_id(tx, "job", 1));
  if (!drill.start_us) drill.start_us = drill.phase_us = now_us();
  SEABED_CHECK(insert_row(tx, "drills", drill));
  return drill.drill_id;
}

Status update_drill(Transaction& tx, const DrillRow& row) {
  SEABED_TRY(const auto found, update_rows(tx, "drills", row, Where().eq("drill_id", num(row.drill_id))));
  if (found == 1) return ok();
  return fail(Code::kNotFound, "drill " + std::to_string(row.drill_id), "is not in the catalog");
}

Result<std::optional<DrillRow>> find_drill(Transaction& tx, uint64_t drill_id) {
  return select_one<DrillRow>(tx, "drills", Where().eq("drill_id", num(drill_id)));
}

Result<std::vector<DrillRow>> list_drills(Transaction& tx, uint64_t tenant_id, size_t limit) {
  const Where of = tenant_id ? Where().eq("tenant_id", num(tenant_id)) : Where();
  return select_rows<DrillRow>(tx, "drills", of, "ORDER BY drill_id DESC LIMIT " + std::to_string(limit));
}

Result<std::vector<DrillRow>> unfinished_drills(Transaction& tx) {
  return select_rows<DrillRow>(tx, "drills", Where().eq("end_us", num(0)), "ORDER BY drill_id");
}

}  // namespace seabed::catalog
