// Version 2 of the catalog: policies, cleanup jobs and their tasks. Never edited once released.
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> clean_tables_v2() {
  return {
      "CREATE TABLE delete_policies (tenant_id BIGINT NOT NULL DEFAULT 0, policy_name TEXT NOT NULL "
      "DEFAULT '', recovery_window TEXT NOT NULL DEFAULT '', PRIMARY KEY (tenant_id, policy_name))",
      "CREATE TABLE delete_jobs (tenant_id BIGINT NOT NULL DEFAULT 0, job_id BIGINT NOT NULL DEFAULT 0, "
      "incarnation BIGINT NOT NULL DEFAULT 0, initiator_tenant_id BIGINT NOT NULL DEFAULT 0, "
      "initiator_job_id BIGINT NOT NULL DEFAULT 0, executor_tenant_id TEXT NOT NULL DEFAULT '', type "
      "TEXT NOT NULL DEFAULT '', parameter TEXT NOT NULL DEFAULT '', job_level TEXT NOT NULL DEFAULT '', "
      "start_us BIGINT NOT NULL DEFAULT 0, end_us BIGINT NOT NULL DEFAULT 0, status TEXT NOT NULL "
      "DEFAULT '', task_count BIGINT NOT NULL DEFAULT 0, success_task_count BIGINT NOT NULL DEFAULT 0, "
      "result BIGINT NOT NULL DEFAULT 0, comment TEXT NOT NULL DEFAULT '', description TEXT NOT NULL "
      "DEFAULT '', ids TEXT NOT NULL DEFAULT '', PRIMARY KEY (job_id))",
      "CREATE TABLE clock_marks (boot_id TEXT NOT NULL DEFAULT '', boot_ns BIGINT NOT NULL DEFAULT 0, "
      "wall_ns BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (boot_id))",
      "CREATE TABLE delete_tasks (tenant_id BIGINT NOT NULL DEFAULT 0, task_id BIGINT NOT NULL DEFAULT "
      "0, incarnation BIGINT NOT NULL DEFAULT 0, job_id BIGINT NOT NULL DEFAULT 0, task_type TEXT NOT "
      "NULL DEFAULT '', id BIGINT NOT NULL DEFAULT 0, round_id BIGINT NOT NULL DEFAULT 0, dest_id BIGINT "
      "NOT NULL DEFAULT 0, start_us BIGINT NOT NULL DEFAULT 0, end_us BIGINT NOT NULL DEFAULT 0, status "
      "TEXT NOT NULL DEFAULT '', total_ls_count BIGINT NOT NULL DEFAULT 0, finish_ls_count BIGINT NOT "
      "NULL DEFAULT 0, total_bytes BIGINT NOT NULL DEFAULT 0, delete_bytes BIGINT NOT NULL DEFAULT 0, "
      "total_files_count BIGINT NOT NULL DEFAULT 0, delete_files_count BIGINT NOT NULL DEFAULT 0, result "
      "BIGINT NOT NULL DEFAULT 0, comment TEXT NOT NULL DEFAULT '', path TEXT NOT NULL DEFAULT '', "
      "PRIMARY KEY (task_id))",
  };
}

}  // namespace seabed::catalog
