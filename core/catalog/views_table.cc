// Views of table restores and their imports (reference: views, section 7).
#include "core/catalog/view_text.h"

namespace seabed::catalog {
namespace {

/// OceanBase's word in these views.
const View::Column kResult{"RESULT", "CASE x.result WHEN 'FAILED' THEN 'FAIL' ELSE x.result END"};

Columns remaps() {
  return {{"REMAP_DB_LIST", ""}, {"REMAP_TABLE_LIST", ""}, {"REMAP_TABLEGROUP_LIST", ""},
          {"REMAP_TABLESPACE_LIST", ""}};
}

Columns job_begin() {
  return {{"JOB_ID", ""}, {"INITIATOR_TENANT_ID", ""}, {"INITIATOR_JOB_ID", ""},
          us_text("START_TIMESTAMP", "x.start_us"), us_text("FINISH_TIMESTAMP", "x.finish_us")};
}

Columns recover_columns() {
  return joined({job_begin(),
                 {{"STATUS", ""}, {"AUX_TENANT_NAME", ""}, {"TARGET_TENANT_NAME", ""}, {"IMPORT_ALL", ""},
                  {"DB_LIST", ""}, {"TABLE_LIST", ""}, {"RESTORE_SCN", ""},
                  scn_text("RESTORE_SCN_DISPLAY", "x.restore_scn"), {"RESTORE_OPTION", ""}, {"BACKUP_DEST", ""},
                  {"BACKUP_SET_LIST", ""}, {"BACKUP_PIECE_LIST", ""}, {"BACKUP_PASSWD", ""},
                  {"EXTERNAL_KMS_INFO", ""}},
                 remaps(),
                 {kResult, {"COMMENT", ""}, {"DESCRIPTION", ""}}});
}

Columns import_columns() {
  return joined({job_begin(),
                 {{"SRC_TENANT_NAME", ""}, {"SRC_TENANT_ID", ""}, {"STATUS", ""}, {"IMPORT_ALL", ""}, {"DB_LIST", ""},
                  {"TABLE_LIST", ""}},
                 remaps(),
                 {{"TOTAL_TABLE_COUNT", ""}, {"FINISHED_TABLE_COUNT", ""}, {"FAILED_TABLE_COUNT", ""}, kResult,
                  {"COMMENT", ""}, {"DESCRIPTION", ""}}});
}

Columns task_columns() {
  return {{"TASK_ID", ""}, {"JOB_ID", ""}, {"SRC_TENANT_ID", ""}, {"SRC_TABLESPACE", ""}, {"SRC_TABLEGROUP", ""},
          {"SRC_DATABASE", ""}, {"SRC_TABLE", ""}, {"SRC_PARTITION", ""}, {"TARGET_TABLESPACE", ""},
          {"TARGET_TABLEGROUP", ""}, {"TARGET_DATABASE", ""}, {"TARGET_TABLE", ""}, {"TABLE_COLUMN", ""},
          {"STATUS", ""}, us_text("START_TIMESTAMP", "x.start_us"), us_text("COMPLETION_TIMESTAMP", "x.completion_us"),
          {"CUMULATIVE_TS", ""}, {"TOTAL_INDEX_COUNT", ""}, {"IMPORTED_INDEX_COUNT", ""}, {"FAILED_INDEX_COUNT", ""},
          {"TOTAL_CONSTRAINT_COUNT", ""}, {"IMPORTED_CONSTRAINT_COUNT", ""}, {"FAILED_CONSTRAINT_COUNT", ""},
          {"TOTAL_REF_CONSTRAINT_COUNT", ""}, {"IMPORTED_REF_CONSTRAINT_COUNT", ""},
          {"FAILED_REF_CONSTRAINT_COUNT", ""}, kResult, {"COMMENT", ""}};
}

}  // namespace

std::vector<Pair> table_pairs() {
  const std::string recover = WITH_TENANT("recover_table_jobs") " WHERE x.status ";
  const std::string import = WITH_TENANT("import_table_jobs") " WHERE x.status ";
  const std::string task = WITH_TENANT("import_table_tasks") " WHERE x.status ";
  return {{"OB_RECOVER_TABLE_JOBS", recover_columns(), recover + "NOT IN ('COMPLETED', 'FAILED')"},
          {"OB_RECOVER_TABLE_JOB_HISTORY", recover_columns(), recover + "IN ('COMPLETED', 'FAILED')"},
          {"OB_IMPORT_TABLE_JOBS", import_columns(), import + "<> 'IMPORT_FINISH'"},
          {"OB_IMPORT_TABLE_JOB_HISTORY", import_columns(), import + "= 'IMPORT_FINISH'"},
          {"OB_IMPORT_TABLE_TASKS", task_columns(), task + "<> 'FINISH'"},
          {"OB_IMPORT_TABLE_TASK_HISTORY", task_columns(), task + "= 'FINISH'"}};
}

}  // namespace seabed::catalog
