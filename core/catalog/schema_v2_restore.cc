// Version 2 of the catalog: standbys, table restores and their imports. Never edited once released.
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> restore_tables_v2() {
  return {
      "CREATE TABLE log_restore_sources (tenant_id BIGINT NOT NULL DEFAULT 0, id BIGINT NOT NULL DEFAULT "
      "0, type TEXT NOT NULL DEFAULT '', value TEXT NOT NULL DEFAULT '', recovery_until_scn BIGINT NOT "
      "NULL DEFAULT 0, directory TEXT NOT NULL DEFAULT '', sealed_source TEXT NOT NULL DEFAULT '', following BIGINT "
      "NOT NULL DEFAULT 0, PRIMARY KEY (tenant_id, id))",
      "CREATE TABLE restore_requests (job_id BIGINT NOT NULL PRIMARY KEY, sealed_request TEXT NOT NULL DEFAULT '')",
      "ALTER TABLE restore_jobs ADD COLUMN recover_start_scn BIGINT NOT NULL DEFAULT 0",
      "CREATE TABLE log_restore_status (tenant_id BIGINT NOT NULL DEFAULT 0, ls_id BIGINT NOT NULL "
      "DEFAULT 0, sync_lsn TEXT NOT NULL DEFAULT '', sync_scn BIGINT NOT NULL DEFAULT 0, sync_status "
      "TEXT NOT NULL DEFAULT '', err_code BIGINT NOT NULL DEFAULT 0, comment TEXT NOT NULL DEFAULT '', "
      "PRIMARY KEY (tenant_id, ls_id))",
      "CREATE TABLE recover_table_jobs (tenant_id BIGINT NOT NULL DEFAULT 0, job_id BIGINT NOT NULL "
      "DEFAULT 0, initiator_tenant_id BIGINT NOT NULL DEFAULT 0, initiator_job_id BIGINT NOT NULL "
      "DEFAULT 0, start_us BIGINT NOT NULL DEFAULT 0, finish_us BIGINT NOT NULL DEFAULT 0, status TEXT "
      "NOT NULL DEFAULT '', aux_tenant_name TEXT NOT NULL DEFAULT '', target_tenant_name TEXT NOT NULL "
      "DEFAULT '', import_all BIGINT NOT NULL DEFAULT 0, db_list TEXT NOT NULL DEFAULT '', table_list "
      "TEXT NOT NULL DEFAULT '', restore_scn BIGINT NOT NULL DEFAULT 0, restore_option TEXT NOT NULL "
      "DEFAULT '', backup_dest TEXT NOT NULL DEFAULT '', backup_set_list TEXT NOT NULL DEFAULT '', "
      "backup_piece_list TEXT NOT NULL DEFAULT '', backup_passwd TEXT NOT NULL DEFAULT '', "
      "external_kms_info TEXT NOT NULL DEFAULT '', remap_db_list TEXT NOT NULL DEFAULT '', "
      "remap_table_list TEXT NOT NULL DEFAULT '', remap_tablegroup_list TEXT NOT NULL DEFAULT '', "
      "remap_tablespace_list TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '', comment TEXT NOT "
      "NULL DEFAULT '', description TEXT NOT NULL DEFAULT '', PRIMARY KEY (job_id))",
      "CREATE TABLE import_table_jobs (tenant_id BIGINT NOT NULL DEFAULT 0, job_id BIGINT NOT NULL "
      "DEFAULT 0, initiator_tenant_id BIGINT NOT NULL DEFAULT 0, initiator_job_id BIGINT NOT NULL "
      "DEFAULT 0, start_us BIGINT NOT NULL DEFAULT 0, finish_us BIGINT NOT NULL DEFAULT 0, "
      "src_tenant_name TEXT NOT NULL DEFAULT '', src_tenant_id BIGINT NOT NULL DEFAULT 0, status TEXT "
      "NOT NULL DEFAULT '', import_all BIGINT NOT NULL DEFAULT 0, db_list TEXT NOT NULL DEFAULT '', "
      "table_list TEXT NOT NULL DEFAULT '', remap_db_list TEXT NOT NULL DEFAULT '', remap_table_list "
      "TEXT NOT NULL DEFAULT '', remap_tablegroup_list TEXT NOT NULL DEFAULT '', remap_tablespace_list "
      "TEXT NOT NULL DEFAULT '', total_table_count BIGINT NOT NULL DEFAULT 0, finished_table_count "
      "BIGINT NOT NULL DEFAULT 0, failed_table_count BIGINT NOT NULL DEFAULT 0, result TEXT NOT NULL "
      "DEFAULT '', comment TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '', PRIMARY KEY "
      "(job_id))",
      "CREATE TABLE import_table_tasks (tenant_id BIGINT NOT NULL DEFAULT 0, task_id BIGINT NOT NULL "
      "DEFAULT 0, job_id BIGINT NOT NULL DEFAULT 0, src_tenant_id BIGINT NOT NULL DEFAULT 0, "
      "src_tablespace TEXT NOT NULL DEFAULT '', src_tablegroup TEXT NOT NULL DEFAULT '', src_database "
      "TEXT NOT NULL DEFAULT '', src_table TEXT NOT NULL DEFAULT '', src_partition TEXT NOT NULL DEFAULT "
      "'', target_tablespace TEXT NOT NULL DEFAULT '', target_tablegroup TEXT NOT NULL DEFAULT '', "
      "target_database TEXT NOT NULL DEFAULT '', target_table TEXT NOT NULL DEFAULT '', table_column "
      "BIGINT NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT '', start_us BIGINT NOT NULL DEFAULT 0, "
      "completion_us BIGINT NOT NULL DEFAULT 0, cumulative_ts BIGINT NOT NULL DEFAULT 0, "
      "total_index_count BIGINT NOT NULL DEFAULT 0, imported_index_count BIGINT NOT NULL DEFAULT 0, "
      "failed_index_count BIGINT NOT NULL DEFAULT 0, total_constraint_count BIGINT NOT NULL DEFAULT 0, "
      "imported_constraint_count BIGINT NOT NULL DEFAULT 0, failed_constraint_count BIGINT NOT NULL "
      "DEFAULT 0, total_ref_constraint_count BIGINT NOT NULL DEFAULT 0, imported_ref_constraint_count "
      "BIGINT NOT NULL DEFAULT 0, failed_ref_constraint_count BIGINT NOT NULL DEFAULT 0, result TEXT NOT "
      "NULL DEFAULT '', comment TEXT NOT NULL DEFAULT '', PRIMARY KEY (task_id))",
  };
}

}  // namespace seabed::catalog
