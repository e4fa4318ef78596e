// Views of cleanup (reference: views, section 5).
#include "core/catalog/view_text.h"

namespace seabed::catalog {
namespace {

Columns job_columns() {
  return {{"JOB_ID", ""}, {"INCARNATION", ""}, {"INITIATOR_TENANT_ID", ""}, {"INITIATOR_JOB_ID", ""},
          {"EXECUTOR_TENANT_ID", ""}, {"TYPE", ""}, {"PARAMETER", ""}, {"JOB_LEVEL", ""},
          us_text("START_TIMESTAMP", "x.start_us"), us_text("END_TIMESTAMP", "x.end_us"), {"STATUS", ""},
          {"TASK_COUNT", ""}, {"SUCCESS_TASK_COUNT", ""}, {"RESULT", ""}, {"COMMENT", ""}};
}

Columns task_columns() {
  return {{"TASK_ID", ""}, {"INCARNATION", ""}, {"JOB_ID", ""}, {"TASK_TYPE", ""}, {"ID", ""}, {"ROUND_ID", ""},
          {"DEST_ID", ""}, us_text("START_TIMESTAMP", "x.start_us"), us_text("END_TIMESTAMP", "x.end_us"),
          {"STATUS", ""}, {"TOTAL_LS_COUNT", ""}, {"FINISH_LS_COUNT", ""}, {"TOTAL_BYTES", ""}, {"DELETE_BYTES", ""},
          {"TOTAL_FILES_COUNT", ""}, {"DELETE_FILES_COUNT", ""}, {"RESULT", ""}, {"COMMENT", ""}, {"PATH", ""}};
}

constexpr char kFinished[] = "IN ('COMPLETED', 'FAILED', 'CANCELED')";
std::string jobs(const std::string& which) { return WITH_TENANT("delete_jobs") " WHERE x.status " + which; }
std::string tasks(const std::string& which) { return WITH_TENANT("delete_tasks") " WHERE x.status " + which; }

}  // namespace

std::vector<Pair> clean_pairs() {
  const std::string live = std::string("NOT ") + kFinished;
  return {{"OB_BACKUP_DELETE_POLICY", {{"POLICY_NAME", ""}, {"RECOVERY_WINDOW", ""}}, "delete_policies x WHERE x.tenant_id > 0"},
          {"OB_BACKUP_DELETE_JOBS", job_columns(), jobs(live)},
          {"OB_BACKUP_DELETE_JOB_HISTORY", job_columns(), jobs(kFinished)},
          {"OB_BACKUP_DELETE_TASKS", task_columns(), tasks(live)},
          {"OB_BACKUP_DELETE_TASK_HISTORY", task_columns(), tasks(kFinished)}};
}

}  // namespace seabed::catalog
