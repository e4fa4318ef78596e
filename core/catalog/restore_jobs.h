#pragma once
// Restores started where a catalog is (rows of OB_RESTORE_PROGRESS and _HISTORY). A restore does not need one.

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

/// A job of the agent has two rows: the parent's (tenant 1, states of the sys row) and the new tenant's own. A restore
/// without an agent has one, of tenant 0.
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
  uint64_t recover_start_scn = 0;        // where the log to be replayed begins

  bool is_parent() const { return tenant_id == 1; }
  bool over() const { return status == "RESTORE_SUCCESS" || status == "RESTORE_FAIL"; }
};

/// Gives and returns job_id.
Result<uint64_t> insert_restore_job(Transaction& tx, const RestoreJobRow& row);
Status update_restore_job(Transaction& tx, const RestoreJobRow& row, const std::string& expected);
Result<std::optional<RestoreJobRow>> find_restore_job(Transaction& tx, uint64_t job_id);
/// The row of `of_tenant` (1: the parent) for the tenant that is restored.
Result<std::optional<RestoreJobRow>> find_restore_row(Transaction& tx, uint64_t of_tenant, uint64_t restore_tenant_id);
/// The parent that is not over for that name.
Result<std::optional<RestoreJobRow>> running_restore(Transaction& tx, const std::string& restore_tenant_name);
/// Parents that are not over, oldest first.
Result<std::vector<RestoreJobRow>> unfinished_restores(Transaction& tx);

/// What an unfinished job was asked for, with its secrets: sealed under the host's key (secret_box.h), dropped with the
/// job. Never print it.
Status put_restore_request(Transaction& tx, uint64_t job_id, const std::string& request);
Result<std::string> restore_request(Transaction& tx, uint64_t job_id);
Status drop_restore_request(Transaction& tx, uint64_t job_id);

/// Newest first.
Result<std::vector<RestoreJobRow>> list_restore_jobs(Transaction& tx, size_t limit = 1000);

}  // namespace seabed::catalog
