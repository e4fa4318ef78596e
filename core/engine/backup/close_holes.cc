// A hole in the log is closed by the set that has what it left out (rocksdb-attach.md, section 2): from then on the archive
// asks for no bridging backup for it, and cleanup may count on the set.

#include <utility>

#include "core/base/log.h"
#include "core/engine/backup/backup_run.h"
#include "core/engine/restore/hole_cover.h"

namespace seabed::backup {

/// Judged by the set's own words on the medium, as a restore will judge it.
Result<std::vector<catalog::HoleRow>> BackupRun::covered_holes() const {
  SEABED_TRY(auto holes, context_.catalog->get<std::vector<catalog::HoleRow>>(
                             [&](Transaction& tx) { return catalog::list_holes(tx, job_.tenant_id); }));
  std::erase_if(holes, [](const auto& hole) { return hole.status == "CLOSED"; });
  if (holes.empty()) return holes;
  meta::LsMetaInfos base;
  SEABED_CHECK(reader_->medium().read_message(paths::ls_meta_infos(set_id_), FileType::kLsMetaInfos, &base));
  std::erase_if(holes, [&](const catalog::HoleRow& hole) {
    meta::HoleRecord record;
    record.set_ls_id(hole.ls_id);
    record.set_scn_lo(hole.scn_lo);
    record.set_lsn(hole.lsn.bytes);
    record.set_detail(hole.detail.bytes);
    return hole.scn_lo > min_restore_scn() || !restore::covers_hole(context_, base, record);
  });
  return holes;
}

Status BackupRun::close_holes(Transaction& tx, const std::vector<catalog::HoleRow>& covered) const {
  for (catalog::HoleRow hole : covered) {
    const std::string before = std::exchange(hole.status, "CLOSED");
    hole.closed_by_set = set_.backup_set_id;
    hole.closed_scn = min_restore_scn();
    SEABED_CHECK(catalog::update_hole(tx, hole, before));
    log::info("backup set {}: closes the hole in the log of stream {} ({})", set_.backup_set_id, hole.ls_id, hole.reason);
  }
  return ok();
}

}  // namespace seabed::backup
