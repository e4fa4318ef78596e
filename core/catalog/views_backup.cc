// Views of data backup (reference: views, section 4).
#include "core/catalog/view_text.h"

namespace seabed::catalog {
namespace {

/// Of one that is not over: until now.
#define SQL_END "(CASE WHEN x.end_us > 0 THEN x.end_us ELSE now_us() END)"
constexpr char kRate[] = "CASE WHEN " SQL_END " > x.start_us THEN "
                         "round(x.output_bytes * 1000000.0 / (" SQL_END " - x.start_us), 4) ELSE 0.0 END";

Columns job_columns() {
  return {{"JOB_ID", ""}, {"INCARNATION", ""}, {"BACKUP_SET_ID", ""}, {"INITIATOR_TENANT_ID", ""},
          {"INITIATOR_JOB_ID", ""}, {"EXECUTOR_TENANT_ID", ""}, {"PLUS_ARCHIVELOG", ""}, {"BACKUP_TYPE", ""},
          {"JOB_LEVEL", ""}, {"ENCRYPTION_MODE", ""}, {"PASSWD", ""}, us_text("START_TIMESTAMP", "x.start_us"),
          us_text("END_TIMESTAMP", "x.end_us"), {"STATUS", ""}, {"RESULT", ""}, {"COMMENT", ""}, {"DESCRIPTION", ""},
          {"PATH", ""}};
}

Columns counts() {
  return {{"EXTRA_META_BYTES", ""}, {"TABLET_COUNT", ""}, {"FINISH_TABLET_COUNT", ""}, {"MACRO_BLOCK_COUNT", ""},
          {"FINISH_MACRO_BLOCK_COUNT", ""}, {"FILE_COUNT", ""}, {"META_TURN_ID", ""}, {"DATA_TURN_ID", ""},
          {"MINOR_TURN_ID", ""}, {"MAJOR_TURN_ID", ""}};
}

Columns task_columns() {
  return joined({{{"TASK_ID", ""}, {"JOB_ID", ""}, {"INCARNATION", ""}, {"BACKUP_SET_ID", ""},
                  us_text("START_TIMESTAMP", "x.start_us"), us_text("END_TIMESTAMP", "x.end_us"), {"STATUS", ""},
                  {"START_SCN", ""}, {"END_SCN", ""}, {"USER_LS_START_SCN", ""}, {"ENCRYPTION_MODE", ""},
                  {"PASSWD", ""}, {"INPUT_BYTES", ""}, {"OUTPUT_BYTES", ""}, {"OUTPUT_RATE_BYTES", kRate}},
                 counts(),
                 {{"RESULT", ""}, {"COMMENT", ""}, {"PATH", ""}}});
}

Columns live_columns() {
  return {percent("DATA_PROGRESS", "x.finish_macro_block_count", "x.macro_block_count"), {"LOG_FILE_COUNT", ""},
          {"FINISH_LOG_FILE_COUNT", ""}, percent("LOG_PROGRESS", "x.finish_log_file_count", "x.log_file_count")};
}

Columns set_columns() {
  return joined({{{"BACKUP_SET_ID", ""}, {"DEST_ID", ""}, {"INCARNATION", ""}, {"BACKUP_TYPE", ""},
                  {"PREV_FULL_BACKUP_SET_ID", ""}, {"PREV_INC_BACKUP_SET_ID", ""},
                  us_text("START_TIMESTAMP", "x.start_us"), us_text("END_TIMESTAMP", "x.end_us"), {"STATUS", ""},
                  {"FILE_STATUS", ""},
                  {"ELAPSED_SECONDES", "CASE WHEN x.end_us > x.start_us THEN (x.end_us - x.start_us + 500000) / 1000000 "
                                       "ELSE 0 END"},
                  {"PLUS_ARCHIVELOG", ""}, {"START_REPLAY_SCN", ""},
                  scn_text("START_REPLAY_SCN_DISPLAY", "x.start_replay_scn"), {"MIN_RESTORE_SCN", ""},
                  scn_text("MIN_RESTORE_SCN_DISPLAY", "x.min_restore_scn"), {"INPUT_BYTES", ""}, {"OUTPUT_BYTES", ""},
                  {"OUTPUT_RATE_BYTES", kRate}},
                 counts(),
                 {{"RESULT", ""}, {"COMMENT", ""}, {"ENCRYPTION_MODE", ""}, {"PASSWD", ""}, {"TENANT_COMPATIBLE", ""},
                  {"CLUSTER_VERSION", ""}, {"BACKUP_COMPATIBLE", ""}, {"CONSISTENT_SCN", ""}, {"PATH", ""}}});
}

Columns storage_columns() {
  return {{"PATH", "uri_part(x.path, 'location')"}, {"ENDPOINT", "uri_part(x.path, 'host')"}, {"DEST_ID", ""},
          {"DEST_TYPE", "x.kind"}, {"AUTHORIZATION", "uri_part(x.path, 'authorization')"},
          {"EXTENSION", "uri_part(x.path, 'extension')"}, {"CHECK_FILE_NAME", "x.check_file"},
          us_text("LAST_CHECK_TIMESTAMP", "x.last_check_us")};
}

constexpr char kFinished[] = "IN ('COMPLETED', 'FAILED', 'CANCELED')";
std::string jobs(const std::string& which) { return WITH_TENANT("backup_jobs") " WHERE x.status " + which; }
std::string tasks(const std::string& which) { return WITH_TENANT("set_tasks") " WHERE x.status " + which; }

}  // namespace

std::vector<Pair> backup_pairs() {
  const std::string live = std::string("NOT ") + kFinished;
  return {{"OB_BACKUP_PARAMETER", {{"NAME", "'data_backup_dest'"}, {"VALUE", "x.path"}},
           "destinations x WHERE x.kind = 'data' AND x.is_current = 1"},
          {"OB_BACKUP_JOBS", job_columns(), jobs(live)},
          {"OB_BACKUP_JOB_HISTORY", job_columns(), jobs(kFinished)},
          {"OB_BACKUP_TASKS", joined({task_columns(), live_columns()}), tasks(live)},
          {"OB_BACKUP_TASK_HISTORY", task_columns(), tasks(kFinished)},
          {"OB_BACKUP_SET_FILES", set_columns(), WITH_TENANT("backup_sets")},
          {"OB_BACKUP_STORAGE_INFO", storage_columns(), WITH_TENANT("destinations") " WHERE x.is_current = 1"},
          {"OB_BACKUP_STORAGE_INFO_HISTORY", storage_columns(), WITH_TENANT("destinations")}};
}

}  // namespace seabed::catalog
