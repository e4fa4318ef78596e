// OceanBase's views over the tables (reference: views). Each is written once as CDB_; the DBA_ form, without TENANT_ID,
// is derived. A catalog holds one cluster: a session that stands for one tenant filters the CDB_ form.
#include "core/catalog/schema.h"

namespace seabed::catalog {
namespace {

struct ViewText {
  const char* name;      // without CDB_ / DBA_
  const char* columns;   // after TENANT_ID
  const char* from;
};

// `t` is the tenant of the row everywhere.
#define SCN_DISPLAY(column) "scn_display(" column ", t.mode, t.time_zone)"
#define US_DISPLAY(column) "scn_display(" column " * 1000, 'mysql', t.time_zone)"
#define BYTES_DISPLAY(column) "round(" column " / 1048576.0, 2) || 'MB'"

constexpr ViewText kTexts[] = {
    {"OB_ARCHIVE_DEST",
     "0 AS DEST_NO, n.name AS NAME, CASE n.name WHEN 'binding' THEN x.binding "
     "WHEN 'dest_id' THEN cast(x.dest_id AS TEXT) WHEN 'path' THEN x.path WHEN 'piece_switch_interval' THEN "
     "CASE WHEN x.piece_switch_interval_us % 86400000000 = 0 THEN (x.piece_switch_interval_us / 86400000000) || 'd' "
     "ELSE (x.piece_switch_interval_us / 1000000) || 's' END ELSE x.state END AS VALUE",
     "destinations x JOIN tenants t ON t.tenant_id = x.tenant_id CROSS JOIN (SELECT 'binding' AS name UNION ALL "
     "SELECT 'dest_id' UNION ALL SELECT 'path' UNION ALL SELECT 'piece_switch_interval' UNION ALL SELECT 'state') n "
     "WHERE x.kind = 'archive' AND x.is_current = 1"},
    {"OB_ARCHIVELOG",
     "x.dest_id AS DEST_ID, x.round_id AS ROUND_ID, x.incarnation AS INCARNATION, x.dest_no AS DEST_NO, "
     "x.status AS STATUS, x.start_scn AS START_SCN, " SCN_DISPLAY("x.start_scn") " AS START_SCN_DISPLAY, "
     "x.checkpoint_scn AS CHECKPOINT_SCN, " SCN_DISPLAY("x.checkpoint_scn") " AS CHECKPOINT_SCN_DISPLAY, "
     "x.compatible AS COMPATIBLE, x.base_piece_id AS BASE_PIECE_ID, x.used_piece_id AS USED_PIECE_ID, "
     "x.piece_switch_interval_us AS PIECE_SWITCH_INTERVAL, 1 AS UNIT_SIZE, 'none' AS COMPRESSION, "
     "x.input_bytes AS INPUT_BYTES, " BYTES_DISPLAY("x.input_bytes") " AS INPUT_BYTES_DISPLAY, "
     "x.output_bytes AS OUTPUT_BYTES, " BYTES_DISPLAY("x.output_bytes") " AS OUTPUT_BYTES_DISPLAY, "
     "0.00 AS COMPRESSION_RATIO, x.deleted_input_bytes AS DELETED_INPUT_BYTES, "
     BYTES_DISPLAY("x.deleted_input_bytes") " AS DELETED_INPUT_BYTES_DISPLAY, "
     "x.deleted_output_bytes AS DELETED_OUTPUT_BYTES, "
     BYTES_DISPLAY("x.deleted_output_bytes") " AS DELETED_OUTPUT_BYTES_DISPLAY, x.comment AS COMMENT, x.path AS PATH",
     "rounds x JOIN tenants t ON t.tenant_id = x.tenant_id"},
    {"OB_ARCHIVELOG_PIECE_FILES",
     "x.dest_id AS DEST_ID, x.round_id AS ROUND_ID, x.piece_id AS PIECE_ID, x.incarnation AS INCARNATION, "
     "x.dest_no AS DEST_NO, x.create_us AS CREATE_TIMESTAMP, x.status AS STATUS, x.start_scn AS START_SCN, "
     SCN_DISPLAY("x.start_scn") " AS START_SCN_DISPLAY, x.checkpoint_scn AS CHECKPOINT_SCN, "
     SCN_DISPLAY("x.checkpoint_scn") " AS CHECKPOINT_SCN_DISPLAY, x.max_scn AS MAX_SCN, x.end_scn AS END_SCN, "
     SCN_DISPLAY("x.end_scn") " AS END_SCN_DISPLAY, x.compatible AS COMPATIBLE, 1 AS UNIT_SIZE, "
     "'none' AS COMPRESSION, x.input_bytes AS INPUT_BYTES, "
     BYTES_DISPLAY("x.input_bytes") " AS INPUT_BYTES_DISPLAY, x.output_bytes AS OUTPUT_BYTES, "
     BYTES_DISPLAY("x.output_bytes") " AS OUTPUT_BYTES_DISPLAY, 0.00 AS COMPRESSION_RATIO, "
     "x.file_status AS FILE_STATUS, x.path AS PATH",
     "pieces x JOIN tenants t ON t.tenant_id = x.tenant_id"},
    {"OB_LS_LOG_ARCHIVE_PROGRESS",
     "x.dest_id AS DEST_ID, x.ls_id AS LS_ID, x.round_id AS ROUND_ID, x.piece_id AS PIECE_ID, "
     "x.incarnation AS INCARNATION, x.start_scn AS START_SCN, x.checkpoint_scn AS CHECKPOINT_SCN, "
     "x.min_lsn AS MIN_LSN, x.max_lsn AS MAX_LSN, x.status AS STATUS, x.file_id AS FILE_ID, "
     "x.file_offset AS FILE_OFFSET, x.input_bytes AS INPUT_BYTES, x.output_bytes AS OUTPUT_BYTES",
     "ls_progress x JOIN tenants t ON t.tenant_id = x.tenant_id WHERE x.piece_id = (SELECT max(y.piece_id) FROM "
     "ls_progress y WHERE y.tenant_id = x.tenant_id AND y.dest_id = x.dest_id AND y.round_id = x.round_id AND "
     "y.ls_id = x.ls_id)"},
    {"OB_BACKUP_PARAMETER", "'data_backup_dest' AS NAME, x.path AS VALUE",
     "destinations x JOIN tenants t ON t.tenant_id = x.tenant_id WHERE x.kind = 'data' AND x.is_current = 1"},
    {"OB_BACKUP_TASKS",
     "x.task_id AS TASK_ID, x.job_id AS JOB_ID, x.incarnation AS INCARNATION, x.backup_set_id AS BACKUP_SET_ID, "
     US_DISPLAY("x.start_us") " AS START_TIMESTAMP, " US_DISPLAY("x.end_us") " AS END_TIMESTAMP, x.status AS STATUS, "
     "x.start_scn AS START_SCN, x.end_scn AS END_SCN, x.user_ls_start_scn AS USER_LS_START_SCN, "
     "x.encryption_mode AS ENCRYPTION_MODE, x.passwd AS PASSWD, x.input_bytes AS INPUT_BYTES, "
     "x.output_bytes AS OUTPUT_BYTES, CASE WHEN x.end_us > x.start_us THEN "
     "round(x.output_bytes * 1000000.0 / (x.end_us - x.start_us), 4) ELSE 0 END AS OUTPUT_RATE_BYTES, "
     "x.extra_meta_bytes AS EXTRA_META_BYTES, x.tablet_count AS TABLET_COUNT, "
     "x.finish_tablet_count AS FINISH_TABLET_COUNT, x.macro_block_count AS MACRO_BLOCK_COUNT, "
     "x.finish_macro_block_count AS FINISH_MACRO_BLOCK_COUNT, x.file_count AS FILE_COUNT, "
     "x.meta_turn_id AS META_TURN_ID, x.data_turn_id AS DATA_TURN_ID, x.minor_turn_id AS MINOR_TURN_ID, "
     "x.major_turn_id AS MAJOR_TURN_ID, x.result AS RESULT, x.comment AS COMMENT, x.path AS PATH, "
     "CASE WHEN x.macro_block_count > 0 THEN round(100.0 * x.finish_macro_block_count / x.macro_block_count, 2) "
     "ELSE 0 END AS DATA_PROGRESS, x.log_file_count AS LOG_FILE_COUNT, "
     "x.finish_log_file_count AS FINISH_LOG_FILE_COUNT, CASE WHEN x.log_file_count > 0 THEN "
     "round(100.0 * x.finish_log_file_count / x.log_file_count, 2) ELSE 0 END AS LOG_PROGRESS",
     "set_tasks x JOIN tenants t ON t.tenant_id = x.tenant_id "
     "WHERE x.status NOT IN ('COMPLETED', 'FAILED', 'CANCELED')"},
    {"OB_BACKUP_SET_FILES",
     "x.backup_set_id AS BACKUP_SET_ID, x.dest_id AS DEST_ID, x.incarnation AS INCARNATION, "
     "x.backup_type AS BACKUP_TYPE, x.prev_full_backup_set_id AS PREV_FULL_BACKUP_SET_ID, "
     "x.prev_inc_backup_set_id AS PREV_INC_BACKUP_SET_ID, " US_DISPLAY("x.start_us") " AS START_TIMESTAMP, "
     US_DISPLAY("x.end_us") " AS END_TIMESTAMP, x.status AS STATUS, x.file_status AS FILE_STATUS, "
     "CASE WHEN x.end_us > x.start_us THEN (x.end_us - x.start_us) / 1000000 ELSE 0 END AS ELAPSED_SECONDES, "
     "x.plus_archivelog AS PLUS_ARCHIVELOG, x.start_replay_scn AS START_REPLAY_SCN, "
     SCN_DISPLAY("x.start_replay_scn") " AS START_REPLAY_SCN_DISPLAY, x.min_restore_scn AS MIN_RESTORE_SCN, "
     SCN_DISPLAY("x.min_restore_scn") " AS MIN_RESTORE_SCN_DISPLAY, x.input_bytes AS INPUT_BYTES, "
     "x.output_bytes AS OUTPUT_BYTES, CASE WHEN x.end_us > x.start_us THEN "
     "round(x.output_bytes * 1000000.0 / (x.end_us - x.start_us), 4) ELSE 0 END AS OUTPUT_RATE_BYTES, "
     "x.extra_meta_bytes AS EXTRA_META_BYTES, x.tablet_count AS TABLET_COUNT, "
     "x.finish_tablet_count AS FINISH_TABLET_COUNT, x.macro_block_count AS MACRO_BLOCK_COUNT, "
     "x.finish_macro_block_count AS FINISH_MACRO_BLOCK_COUNT, x.file_count AS FILE_COUNT, "
     "x.meta_turn_id AS META_TURN_ID, x.data_turn_id AS DATA_TURN_ID, x.minor_turn_id AS MINOR_TURN_ID, "
     "x.major_turn_id AS MAJOR_TURN_ID, x.result AS RESULT, x.comment AS COMMENT, "
     "x.encryption_mode AS ENCRYPTION_MODE, x.passwd AS PASSWD, x.tenant_compatible AS TENANT_COMPATIBLE, "
     "x.cluster_version AS CLUSTER_VERSION, x.backup_compatible AS BACKUP_COMPATIBLE, "
     "x.consistent_scn AS CONSISTENT_SCN, x.path AS PATH",
     "backup_sets x JOIN tenants t ON t.tenant_id = x.tenant_id"},
    {"OB_RESTORE_PROGRESS",
     "x.job_id AS JOB_ID, x.restore_tenant_name AS RESTORE_TENANT_NAME, x.restore_tenant_id AS RESTORE_TENANT_ID, "
     "x.backup_tenant_name AS BACKUP_TENANT_NAME, x.backup_tenant_id AS BACKUP_TENANT_ID, "
     "x.backup_cluster_name AS BACKUP_CLUSTER_NAME, x.backup_dest AS BACKUP_DEST, "
     "x.restore_option AS RESTORE_OPTION, x.restore_scn AS RESTORE_SCN, "
     "x.restore_scn_display AS RESTORE_SCN_DISPLAY, x.status AS STATUS, "
     "scn_display(x.start_us * 1000, 'mysql', 'UTC') AS START_TIMESTAMP, x.backup_set_list AS BACKUP_SET_LIST, "
     "x.backup_piece_list AS BACKUP_PIECE_LIST, x.tablet_count AS TABLET_COUNT, "
     "x.finish_tablet_count AS FINISH_TABLET_COUNT, x.total_bytes AS TOTAL_BYTES, "
     BYTES_DISPLAY("x.total_bytes") " AS TOTAL_BYTES_DISPLAY, x.finish_bytes AS FINISH_BYTES, "
     BYTES_DISPLAY("x.finish_bytes") " AS FINISH_BYTES_DISPLAY, CASE WHEN x.total_bytes > 0 THEN "
     "round(100.0 * x.finish_bytes / x.total_bytes, 2) ELSE 0 END AS RESTORE_PROGRESS, NULL AS RECOVER_PROGRESS, "
     "x.recover_scn AS RECOVER_SCN, scn_display(x.recover_scn, 'mysql', 'UTC') AS RECOVER_SCN_DISPLAY, "
     "x.description AS DESCRIPTION, x.restore_type AS RESTORE_TYPE",
     "restore_jobs x WHERE x.status NOT IN ('RESTORE_SUCCESS', 'RESTORE_FAIL')"},
    {"OB_RESTORE_HISTORY",
     "x.job_id AS JOB_ID, x.restore_tenant_name AS RESTORE_TENANT_NAME, x.restore_tenant_id AS RESTORE_TENANT_ID, "
     "x.backup_tenant_name AS BACKUP_TENANT_NAME, x.backup_tenant_id AS BACKUP_TENANT_ID, "
     "x.backup_cluster_name AS BACKUP_CLUSTER_NAME, x.backup_dest AS BACKUP_DEST, "
     "x.restore_scn AS RESTORE_SCN, x.restore_scn_display AS RESTORE_SCN_DISPLAY, "
     "x.restore_option AS RESTORE_OPTION, scn_display(x.start_us * 1000, 'mysql', 'UTC') AS START_TIMESTAMP, "
     "scn_display(x.finish_us * 1000, 'mysql', 'UTC') AS FINISH_TIMESTAMP, "
     "CASE x.status WHEN 'RESTORE_SUCCESS' THEN 'SUCCESS' ELSE 'FAILED' END AS STATUS, "
     "x.backup_set_list AS BACKUP_SET_LIST, x.backup_piece_list AS BACKUP_PIECE_LIST, x.ls_count AS LS_COUNT, "
     "x.finish_ls_count AS FINISH_LS_COUNT, x.tablet_count AS TABLET_COUNT, "
     "x.finish_tablet_count AS FINISH_TABLET_COUNT, x.total_bytes AS TOTAL_BYTES, x.finish_bytes AS FINISH_BYTES, "
     "x.description AS DESCRIPTION, x.comment AS COMMENT, x.restore_type AS RESTORE_TYPE",
     "restore_jobs x WHERE x.status IN ('RESTORE_SUCCESS', 'RESTORE_FAIL')"},
};

constexpr char kJobColumns[] =
    "x.job_id AS JOB_ID, x.incarnation AS INCARNATION, x.backup_set_id AS BACKUP_SET_ID, "
    "x.initiator_tenant_id AS INITIATOR_TENANT_ID, x.initiator_job_id AS INITIATOR_JOB_ID, "
    "x.executor_tenant_id AS EXECUTOR_TENANT_ID, x.plus_archivelog AS PLUS_ARCHIVELOG, "
    "x.backup_type AS BACKUP_TYPE, x.job_level AS JOB_LEVEL, x.encryption_mode AS ENCRYPTION_MODE, "
    "x.passwd AS PASSWD, " US_DISPLAY("x.start_us") " AS START_TIMESTAMP, "
    US_DISPLAY("x.end_us") " AS END_TIMESTAMP, x.status AS STATUS, x.result AS RESULT, x.comment AS COMMENT, "
    "x.description AS DESCRIPTION, x.path AS PATH";
constexpr char kJobs[] = "backup_jobs x JOIN tenants t ON t.tenant_id = x.tenant_id WHERE x.status ";

void add_pair(std::vector<ViewSql>& out, const std::string& name, const std::string& columns,
              const std::string& from) {
  out.push_back({"CDB_" + name, "SELECT x.tenant_id AS TENANT_ID, " + columns + " FROM " + from});
  out.push_back({"DBA_" + name, "SELECT " + columns + " FROM " + from});
}

}  // namespace

std::vector<ViewSql> views() {
  std::vector<ViewSql> out;
  for (const ViewText& view : kTexts) add_pair(out, view.name, view.columns, view.from);
  add_pair(out, "OB_BACKUP_JOBS", kJobColumns, std::string(kJobs) + "NOT IN ('COMPLETED', 'FAILED', 'CANCELED')");
  add_pair(out, "OB_BACKUP_JOB_HISTORY", kJobColumns, std::string(kJobs) + "IN ('COMPLETED', 'FAILED', 'CANCELED')");
  return out;
}

}  // namespace seabed::catalog
