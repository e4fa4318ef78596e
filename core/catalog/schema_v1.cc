// Version 1 of the catalog. Never edited once released: later versions add statements of their own
// (schema.cc).
#include "core/catalog/schema.h"

namespace seabed::catalog {

const std::vector<std::string>& schema_v1() {
  static const std::vector<std::string> statements = {
      "CREATE TABLE sequences (name TEXT NOT NULL PRIMARY KEY, last_value BIGINT NOT NULL)",
      "CREATE TABLE tenants (tenant_id BIGINT NOT NULL, name TEXT NOT NULL, mode TEXT NOT NULL, "
      "time_zone TEXT NOT NULL, role TEXT NOT NULL, log_mode TEXT NOT NULL, incarnation BIGINT NOT "
      "NULL, status TEXT NOT NULL, created_us BIGINT NOT NULL, UNIQUE (name), PRIMARY KEY "
      "(tenant_id))",
      "CREATE TABLE log_streams (tenant_id BIGINT NOT NULL, ls_id BIGINT NOT NULL, engine TEXT NOT "
      "NULL, directory TEXT NOT NULL, status TEXT NOT NULL, incarnation BIGINT NOT NULL, "
      "create_scn BIGINT NOT NULL, PRIMARY KEY (tenant_id, ls_id))",
      "CREATE TABLE destinations (dest_id BIGINT NOT NULL, tenant_id BIGINT NOT NULL, kind TEXT "
      "NOT NULL, dest_identity TEXT NOT NULL, path TEXT NOT NULL, sealed_uri TEXT NOT NULL, "
      "binding TEXT NOT NULL, piece_switch_interval_us BIGINT NOT NULL, state TEXT NOT NULL, "
      "is_current BIGINT NOT NULL, created_us BIGINT NOT NULL, check_file TEXT NOT NULL, "
      "last_check_us BIGINT NOT NULL, PRIMARY KEY (dest_id))",
      "CREATE TABLE parameters (tenant_id BIGINT NOT NULL, name TEXT NOT NULL, value TEXT NOT "
      "NULL, PRIMARY KEY (tenant_id, name))",
      "CREATE TABLE rounds (tenant_id BIGINT NOT NULL, dest_id BIGINT NOT NULL, round_id BIGINT "
      "NOT NULL, incarnation BIGINT NOT NULL, dest_no BIGINT NOT NULL, status TEXT NOT NULL, "
      "start_scn BIGINT NOT NULL, checkpoint_scn BIGINT NOT NULL, max_scn BIGINT NOT NULL, "
      "compatible BIGINT NOT NULL, base_piece_id BIGINT NOT NULL, used_piece_id BIGINT NOT NULL, "
      "piece_switch_interval_us BIGINT NOT NULL, input_bytes BIGINT NOT NULL, output_bytes BIGINT "
      "NOT NULL, deleted_input_bytes BIGINT NOT NULL, deleted_output_bytes BIGINT NOT NULL, "
      "comment TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (tenant_id, dest_id, round_id))",
      "CREATE TABLE pieces (tenant_id BIGINT NOT NULL, dest_id BIGINT NOT NULL, round_id BIGINT "
      "NOT NULL, piece_id BIGINT NOT NULL, incarnation BIGINT NOT NULL, dest_no BIGINT NOT NULL, "
      "create_us BIGINT NOT NULL, status TEXT NOT NULL, file_status TEXT NOT NULL, start_scn "
      "BIGINT NOT NULL, checkpoint_scn BIGINT NOT NULL, max_scn BIGINT NOT NULL, end_scn BIGINT "
      "NOT NULL, compatible BIGINT NOT NULL, input_bytes BIGINT NOT NULL, output_bytes BIGINT NOT "
      "NULL, path TEXT NOT NULL, PRIMARY KEY (tenant_id, dest_id, round_id, piece_id))",
      "CREATE TABLE ls_progress (tenant_id BIGINT NOT NULL, dest_id BIGINT NOT NULL, round_id "
      "BIGINT NOT NULL, piece_id BIGINT NOT NULL, ls_id BIGINT NOT NULL, incarnation BIGINT NOT "
      "NULL, status TEXT NOT NULL, start_scn BIGINT NOT NULL, checkpoint_scn BIGINT NOT NULL, "
      "max_scn BIGINT NOT NULL, min_lsn TEXT NOT NULL, max_lsn TEXT NOT NULL, file_id BIGINT NOT "
      "NULL, file_offset BIGINT NOT NULL, file_hash TEXT NOT NULL, epoch BIGINT NOT NULL, "
      "input_bytes BIGINT NOT NULL, output_bytes BIGINT NOT NULL, log_groups BIGINT NOT NULL, "
      "resume TEXT NOT NULL, PRIMARY KEY (tenant_id, dest_id, round_id, piece_id, ls_id))",
      "CREATE TABLE stamps (tenant_id BIGINT NOT NULL, dest_id BIGINT NOT NULL, round_id BIGINT "
      "NOT NULL, ls_id BIGINT NOT NULL, piece_id BIGINT NOT NULL, file_id BIGINT NOT NULL, "
      "file_offset BIGINT NOT NULL, lsn TEXT NOT NULL, scn_lo BIGINT NOT NULL, scn_hi BIGINT NOT "
      "NULL, PRIMARY KEY (tenant_id, dest_id, round_id, ls_id, lsn))",
      "CREATE TABLE backup_jobs (tenant_id BIGINT NOT NULL, job_id BIGINT NOT NULL, incarnation "
      "BIGINT NOT NULL, backup_set_id BIGINT NOT NULL, initiator_tenant_id BIGINT NOT NULL, "
      "initiator_job_id BIGINT NOT NULL, executor_tenant_id TEXT NOT NULL, plus_archivelog TEXT "
      "NOT NULL, backup_type TEXT NOT NULL, job_level TEXT NOT NULL, encryption_mode TEXT NOT "
      "NULL, passwd TEXT NOT NULL, start_us BIGINT NOT NULL, end_us BIGINT NOT NULL, status TEXT "
      "NOT NULL, result BIGINT NOT NULL, comment TEXT NOT NULL, description TEXT NOT NULL, path "
      "TEXT NOT NULL, dest_id BIGINT NOT NULL, bridge BIGINT NOT NULL, PRIMARY KEY (job_id))",
      "CREATE TABLE set_tasks (tenant_id BIGINT NOT NULL, task_id BIGINT NOT NULL, job_id BIGINT "
      "NOT NULL, incarnation BIGINT NOT NULL, backup_set_id BIGINT NOT NULL, start_us BIGINT NOT "
      "NULL, end_us BIGINT NOT NULL, status TEXT NOT NULL, start_scn BIGINT NOT NULL, end_scn "
      "BIGINT NOT NULL, user_ls_start_scn BIGINT NOT NULL, encryption_mode TEXT NOT NULL, passwd "
      "TEXT NOT NULL, input_bytes BIGINT NOT NULL, output_bytes BIGINT NOT NULL, extra_meta_bytes "
      "BIGINT NOT NULL, tablet_count BIGINT NOT NULL, finish_tablet_count BIGINT NOT NULL, "
      "macro_block_count BIGINT NOT NULL, finish_macro_block_count BIGINT NOT NULL, file_count "
      "BIGINT NOT NULL, meta_turn_id BIGINT NOT NULL, data_turn_id BIGINT NOT NULL, minor_turn_id "
      "BIGINT NOT NULL, major_turn_id BIGINT NOT NULL, log_file_count BIGINT NOT NULL, "
      "finish_log_file_count BIGINT NOT NULL, result BIGINT NOT NULL, comment TEXT NOT NULL, path "
      "TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (task_id))",
      "CREATE TABLE ls_tasks (tenant_id BIGINT NOT NULL, task_id BIGINT NOT NULL, ls_id BIGINT NOT "
      "NULL, data_type TEXT NOT NULL, turn BIGINT NOT NULL, retry BIGINT NOT NULL, trace_id BIGINT "
      "NOT NULL, status TEXT NOT NULL, result BIGINT NOT NULL, input_bytes BIGINT NOT NULL, "
      "output_bytes BIGINT NOT NULL, macro_block_count BIGINT NOT NULL, finish_macro_block_count "
      "BIGINT NOT NULL, file_count BIGINT NOT NULL, start_us BIGINT NOT NULL, end_us BIGINT NOT "
      "NULL, comment TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (task_id, ls_id, data_type))",
      "CREATE TABLE backup_sets (tenant_id BIGINT NOT NULL, backup_set_id BIGINT NOT NULL, dest_id "
      "BIGINT NOT NULL, incarnation BIGINT NOT NULL, backup_type TEXT NOT NULL, "
      "prev_full_backup_set_id BIGINT NOT NULL, prev_inc_backup_set_id BIGINT NOT NULL, start_us "
      "BIGINT NOT NULL, end_us BIGINT NOT NULL, status TEXT NOT NULL, file_status TEXT NOT NULL, "
      "plus_archivelog TEXT NOT NULL, start_replay_scn BIGINT NOT NULL, min_restore_scn BIGINT NOT "
      "NULL, consistent_scn BIGINT NOT NULL, input_bytes BIGINT NOT NULL, output_bytes BIGINT NOT "
      "NULL, extra_meta_bytes BIGINT NOT NULL, tablet_count BIGINT NOT NULL, finish_tablet_count "
      "BIGINT NOT NULL, macro_block_count BIGINT NOT NULL, finish_macro_block_count BIGINT NOT "
      "NULL, file_count BIGINT NOT NULL, meta_turn_id BIGINT NOT NULL, data_turn_id BIGINT NOT "
      "NULL, minor_turn_id BIGINT NOT NULL, major_turn_id BIGINT NOT NULL, result BIGINT NOT NULL, "
      "comment TEXT NOT NULL, encryption_mode TEXT NOT NULL, passwd TEXT NOT NULL, "
      "tenant_compatible TEXT NOT NULL, cluster_version TEXT NOT NULL, backup_compatible BIGINT "
      "NOT NULL, path TEXT NOT NULL, description TEXT NOT NULL, archive_dest_id BIGINT NOT NULL, "
      "archive_round_id BIGINT NOT NULL, PRIMARY KEY (tenant_id, backup_set_id))",
      "CREATE TABLE restore_jobs (tenant_id BIGINT NOT NULL, job_id BIGINT NOT NULL, "
      "restore_tenant_name TEXT NOT NULL, restore_tenant_id BIGINT NOT NULL, backup_tenant_name "
      "TEXT NOT NULL, backup_cluster_name TEXT NOT NULL, backup_tenant_id BIGINT NOT NULL, "
      "backup_dest TEXT NOT NULL, restore_option TEXT NOT NULL, restore_scn BIGINT NOT NULL, "
      "restore_scn_display TEXT NOT NULL, status TEXT NOT NULL, start_us BIGINT NOT NULL, "
      "finish_us BIGINT NOT NULL, backup_set_list TEXT NOT NULL, backup_piece_list TEXT NOT NULL, "
      "ls_count BIGINT NOT NULL, finish_ls_count BIGINT NOT NULL, tablet_count BIGINT NOT NULL, "
      "finish_tablet_count BIGINT NOT NULL, total_bytes BIGINT NOT NULL, finish_bytes BIGINT NOT "
      "NULL, recover_scn BIGINT NOT NULL, description TEXT NOT NULL, comment TEXT NOT NULL, "
      "restore_type TEXT NOT NULL, directory TEXT NOT NULL, PRIMARY KEY (job_id))",
      "CREATE TABLE holes (tenant_id BIGINT NOT NULL, dest_id BIGINT NOT NULL, round_id BIGINT NOT "
      "NULL, piece_id BIGINT NOT NULL, ls_id BIGINT NOT NULL, scn_lo BIGINT NOT NULL, scn_hi "
      "BIGINT NOT NULL, lsn TEXT NOT NULL, incarnation BIGINT NOT NULL, reason TEXT NOT NULL, "
      "detail TEXT NOT NULL, status TEXT NOT NULL, closed_by_set BIGINT NOT NULL, closed_scn "
      "BIGINT NOT NULL, PRIMARY KEY (tenant_id, dest_id, round_id, ls_id, scn_lo, lsn))",
      "CREATE TABLE leases (dest_id BIGINT NOT NULL, ls_id BIGINT NOT NULL, epoch BIGINT NOT NULL, "
      "owner TEXT NOT NULL, expires_scn BIGINT NOT NULL, PRIMARY KEY (dest_id, ls_id))",
      "CREATE INDEX destinations_by_identity ON destinations (dest_identity)",
      "CREATE INDEX backup_jobs_by_tenant ON backup_jobs (tenant_id, status)",
      "CREATE INDEX set_tasks_by_job ON set_tasks (job_id)",
  };
  return statements;
}

}  // namespace seabed::catalog
