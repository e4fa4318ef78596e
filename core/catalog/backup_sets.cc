#include "core/catalog/backup_sets.h"

#include <algorithm>

#include "core/catalog/sql.h"

namespace seabed::catalog {

template <class V>
void fields(V& v, BackupSetRow& r) {
  v("tenant_id", r.tenant_id), v("backup_set_id", r.backup_set_id), v("dest_id", r.dest_id);
  v("incarnation", r.incarnation), v("backup_type", r.backup_type);
  v("prev_full_backup_set_id", r.prev_full_backup_set_id),
      v("prev_inc_backup_set_id", r.prev_inc_backup_set_id);
  v("start_us", r.start_us), v("end_us", r.end_us), v("status", r.status), v("file_status", r.file_status);
  v("plus_archivelog", r.plus_archivelog), v("start_replay_scn", r.start_replay_scn);
  v("min_restore_scn", r.min_restore_scn), v("consistent_scn", r.consistent_scn),
      v("input_bytes", r.input_bytes);
  v("output_bytes", r.output_bytes), v("extra_meta_bytes", r.extra_meta_bytes),
      v("tablet_count", r.tablet_count);
  v("finish_tablet_count", r.finish_tablet_count), v("macro_block_count", r.macro_block_count);
  v("finish_macro_block_count", r.finish_macro_block_count), v("file_count", r.file_count);
  v("meta_turn_id", r.meta_turn_id), v("data_turn_id", r.data_turn_id), v("minor_turn_id", r.minor_turn_id);
  v("major_turn_id", r.major_turn_id), v("result", r.result), v("comment", r.comment);
  v("encryption_mode", r.encryption_mode), v("passwd", r.passwd), v("tenant_compatible", r.tenant_compatible);
  v("cluster_version", r.cluster_version), v("backup_compatible", r.backup_compatible), v("path", r.path);
  v("description", r.description), v("archive_dest_id", r.archive_dest_id);
  v("archive_round_id", r.archive_round_id);
}

namespace {

Where key_of(uint64_t tenant_id, uint64_t set_id) {
  return Where().eq("tenant_id", num(tenant_id)).eq("backup_set_id", num(set_id));
}
std::string set_name(uint64_t set_id) { return "backup set " + std::to_string(set_id); }

}  // namespace

Result<uint64_t> next_backup_set_id(Transaction& tx, uint64_t tenant_id, uint64_t at_least) {
  std::string name = "set/" + std::to_string(tenant_id);
  SEABED_TRY(uint64_t id, next_id(tx, name, 1));
  if (id > at_least) return id;
  return next_id(tx, name, 1, at_least + 1 - id);  // the medium knows sets that this catalog does not
}

Status insert_backup_set(Transaction& tx, const BackupSetRow& row) {
  BackupSetRow set = row;
  if (!set.start_us) set.start_us = now_us();
  return insert_row(tx, "backup_sets", set);
}

Status put_backup_set(Transaction& tx, const BackupSetRow& row) {
  return replace_row(tx, "backup_sets", row, key_of(row.tenant_id, row.backup_set_id));
}

Status update_backup_set(Transaction& tx, const BackupSetRow& row, const std::string& expected) {
  return update_guarded(tx, "backup_sets", row,
                        key_of(row.tenant_id, row.backup_set_id).eq("status", expected),
                        set_name(row.backup_set_id), expected);
}

Status set_backup_set_file_status(Transaction& tx, uint64_t tenant_id, uint64_t set_id,
                                  const std::string& expected, const std::string& file_status) {
  SEABED_TRY(long long found, execute(tx,
                                      "UPDATE backup_sets SET file_status = ? WHERE tenant_id = ? AND "
                                      "backup_set_id = ? AND file_status = ?",
                                      {file_status, num(tenant_id), num(set_id), expected}));
  if (found == 1) return ok();
  return fail(Code::kConflict, set_name(set_id), "its files are not " + expected);
}

Result<std::optional<BackupSetRow>> find_backup_set(Transaction& tx, uint64_t tenant_id, uint64_t set_id) {
  return select_one<BackupSetRow>(tx, "backup_sets", key_of(tenant_id, set_id));
}

Result<std::vector<BackupSetRow>> list_backup_sets(Transaction& tx, uint64_t tenant_id, uint64_t dest_id) {
  Where where = Where().eq("tenant_id", num(tenant_id));
  if (dest_id) where.eq("dest_id", num(dest_id));
  return select_rows<BackupSetRow>(tx, "backup_sets", where, "ORDER BY backup_set_id");
}

}  // namespace seabed::catalog
