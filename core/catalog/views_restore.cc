// Views of tenant restores (reference: views, section 6).
#include "core/catalog/view_text.h"

namespace seabed::catalog {
namespace {

Columns names() {
  return {{"JOB_ID", ""}, {"RESTORE_TENANT_NAME", ""}, {"RESTORE_TENANT_ID", ""}, {"BACKUP_TENANT_NAME", ""},
          {"BACKUP_TENANT_ID", ""}, {"BACKUP_CLUSTER_NAME", ""}, {"BACKUP_DEST", ""}};
}

Columns bytes() {
  return {{"TOTAL_BYTES", ""}, bytes_text("TOTAL_BYTES_DISPLAY", "x.total_bytes"), {"FINISH_BYTES", ""},
          bytes_text("FINISH_BYTES_DISPLAY", "x.finish_bytes")};
}

/// The restore's target as the job's own text: the zone is the source's.
const View::Column kTarget{"RESTORE_SCN_DISPLAY", ""};

Columns progress_columns() {
  return joined({names(),
                 {{"RESTORE_OPTION", ""}, {"RESTORE_SCN", ""}, kTarget, {"STATUS", ""},
                  us_text("START_TIMESTAMP", "x.start_us"), {"BACKUP_SET_LIST", ""}, {"BACKUP_PIECE_LIST", ""},
                  {"TABLET_COUNT", ""}, {"FINISH_TABLET_COUNT", ""}},
                 bytes(),
                 {percent("RESTORE_PROGRESS", "x.finish_bytes", "x.total_bytes"), percent("RECOVER_PROGRESS", "(x.recover_scn - min(x.recover_scn, x.recover_start_scn))", "(x.restore_scn - x.recover_start_scn)"),
                  {"RECOVER_SCN", ""}, scn_text("RECOVER_SCN_DISPLAY", "x.recover_scn"), {"DESCRIPTION", ""},
                  {"RESTORE_TYPE", ""}}});
}

Columns history_columns() {
  return joined({names(),
                 {{"RESTORE_SCN", ""}, kTarget, {"RESTORE_OPTION", ""}, {"RESTORE_TYPE", ""},
                  us_text("START_TIMESTAMP", "x.start_us"), us_text("FINISH_TIMESTAMP", "x.finish_us"),
                  {"STATUS", "CASE x.status WHEN 'RESTORE_SUCCESS' THEN 'SUCCESS' ELSE 'FAILED' END"},
                  {"BACKUP_PIECE_LIST", ""}, {"BACKUP_SET_LIST", ""}, {"BACKUP_CLUSTER_VERSION", "NULL"},
                  {"LS_COUNT", ""}, {"FINISH_LS_COUNT", ""}, {"TABLET_COUNT", ""}, {"FINISH_TABLET_COUNT", ""}},
                 bytes(),
                 {{"DESCRIPTION", ""}, {"COMMENT", ""}}});
}

}  // namespace

std::vector<Pair> restore_pairs() {
  const std::string from = WITH_TENANT("restore_jobs") " WHERE x.status ";
  return {{"OB_RESTORE_PROGRESS", progress_columns(), from + "NOT IN ('RESTORE_SUCCESS', 'RESTORE_FAIL')"},
          {"OB_RESTORE_HISTORY", history_columns(), from + "IN ('RESTORE_SUCCESS', 'RESTORE_FAIL')"}};
}

}  // namespace seabed::catalog
