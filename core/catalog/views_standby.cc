// Views of standbys (reference: views, section 8).
#include "core/catalog/view_text.h"

namespace seabed::catalog {
namespace {

std::vector<View> log_restore_status() {
  const Columns columns = {{"TENANT_ID", ""}, {"LS_ID", ""}, {"SYNC_LSN", ""}, {"SYNC_SCN", ""},
                           {"SYNC_STATUS", ""}, {"ERR_CODE", ""}, {"COMMENT", ""}};
  const std::string from = "log_restore_status x WHERE scope_tenant() IN (1, x.tenant_id)";
  return {{"GV$OB_LS_LOG_RESTORE_STATUS", columns, from}, {"V$OB_LS_LOG_RESTORE_STATUS", columns, from}};
}

}  // namespace

std::vector<Pair> standby_pairs() {
  return {{"OB_LOG_RESTORE_SOURCE", {{"ID", ""}, {"TYPE", ""}, {"VALUE", ""}, {"RECOVERY_UNTIL_SCN", ""}},
           "log_restore_sources x WHERE x.tenant_id > 0"},
          // A SQL address of the primary: Seabed attaches from outside and knows none, so it has no rows.
          {"OB_ACCESS_POINT", {{"TENANT_NAME", "x.name"}, {"SVR_IP", "''"}, {"SQL_PORT", "0"}},
           "tenants x WHERE x.tenant_id < 0"}};
}

std::vector<View> standby_views() { return log_restore_status(); }

}  // namespace seabed::catalog
