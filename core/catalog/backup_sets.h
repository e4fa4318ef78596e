#pragma once
// Backup sets: rows as OB_BACKUP_SET_FILES shows them. The truth is on the media.

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct BackupSetRow {
  uint64_t tenant_id = 0, backup_set_id = 0, dest_id = 0, incarnation = 1;
  std::string backup_type = "D";          // D full, I incremental
  uint64_t prev_full_backup_set_id = 0, prev_inc_backup_set_id = 0;
  uint64_t start_us = 0, end_us = 0;
  std::string status = "DOING";           // DOING, SUCCESS, FAILED
  std::string file_status = "COPYING";    // COPYING, AVAILABLE, DELETING, DELETED, EXPIRED, BROKEN
  std::string plus_archivelog = "OFF";
  uint64_t start_replay_scn = 0, min_restore_scn = 0, consistent_scn = 0;
  uint64_t input_bytes = 0, output_bytes = 0, extra_meta_bytes = 0;
  uint64_t tablet_count = 0, finish_tablet_count = 0, macro_block_count = 0, finish_macro_block_count = 0;
  uint64_t file_count = 0;
  uint64_t meta_turn_id = 0, data_turn_id = 0, minor_turn_id = 0, major_turn_id = 0;
  int64_t result = 0;
  std::string comment, encryption_mode = "NONE", passwd, tenant_compatible, cluster_version;
  uint64_t backup_compatible = 3;
  std::string path, description;
  uint64_t archive_dest_id = 0, archive_round_id = 0;   // whose log it needs
};

/// From 1 per tenant, over full and incremental, never reused. `at_least`: larger than what the medium has.
Result<uint64_t> next_backup_set_id(Transaction& tx, uint64_t tenant_id, uint64_t at_least = 0);
Status insert_backup_set(Transaction& tx, const BackupSetRow& row);
/// Insert or replace, whatever its status: what a medium says of a set (core/engine/rebuild).
Status put_backup_set(Transaction& tx, const BackupSetRow& row);
/// The whole row, if it is in status `expected`; else kConflict.
Status update_backup_set(Transaction& tx, const BackupSetRow& row, const std::string& expected);
Status set_backup_set_file_status(Transaction& tx, uint64_t tenant_id, uint64_t set_id, const std::string& expected,
                                  const std::string& file_status);
Result<std::optional<BackupSetRow>> find_backup_set(Transaction& tx, uint64_t tenant_id, uint64_t set_id);
/// By rising id; dest_id 0: every destination.
Result<std::vector<BackupSetRow>> list_backup_sets(Transaction& tx, uint64_t tenant_id, uint64_t dest_id = 0);

}  // namespace seabed::catalog
