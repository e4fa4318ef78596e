#pragma once
// Restores started where a catalog is (rows of OB_RESTORE_PROGRESS and _HISTORY). A restore does not need one.

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct RestoreJobRow {
  uint64_t tenant_id = 0, job_id = 0;
  std::string restore_tenant_name;
  uint64_t restore_tenant_id = 0;
  std::string backup_tenant_name, backup_cluster_name;
  uint64_t backup_tenant_id = 0;
  std::string backup_dest;               // redacted
  std::string restore_option;
  uint64_t restore_scn = 0;
  std::string restore_scn_display;
  std::string status = "RESTORE_PRE";    // reference: views section 9; RESTORE_SUCCESS and RESTORE_FAIL are final
  uint64_t start_us = 0, finish_us = 0;
  std::string backup_set_list, backup_piece_list;
  uint64_t ls_count = 0, finish_ls_count = 0, tablet_count = 0, finish_tablet_count = 0;
  uint64_t total_bytes = 0, finish_bytes = 0, recover_scn = 0;
  std::string description, comment, restore_type = "FULL";
  std::string directory;
};

/// Gives and returns job_id.
Result<uint64_t> insert_restore_job(Transaction& tx, const RestoreJobRow& row);
Status update_restore_job(Transaction& tx, const RestoreJobRow& row, const std::string& expected);
Result<std::optional<RestoreJobRow>> find_restore_job(Transaction& tx, uint64_t job_id);
/// Newest first.
Result<std::vector<RestoreJobRow>> list_restore_jobs(Transaction& tx, size_t limit = 1000);

}  // namespace seabed::catalog
