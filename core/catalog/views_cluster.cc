// Tenants, parameters and events (reference: views, section 8; statements, "RUN UPGRADE JOB").
#include "core/catalog/cluster_parameters.h"
#include "core/catalog/parameter_facts.h"
#include "core/catalog/view_text.h"

namespace seabed::catalog {
namespace {

/// The version of OceanBase whose statements and views these are; there is no other that a tenant could be of.
constexpr char kCompatible[] = "4.3.3.0";

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

const char* type_name(ParameterSpec::Type type) {
  switch (type) {
    case ParameterSpec::Type::kTime: return "TIME";
    case ParameterSpec::Type::kSize: return "CAPACITY";
    case ParameterSpec::Type::kInteger: return "INT";
    default: return "STRING";
  }
}

/// (name, type, default, help, section) of every known parameter.
std::string values_of(const std::vector<ParameterSpec>& all) {
  std::string out = "(VALUES ('compatible', 'VERSION', '" + std::string(kCompatible) +
                    "', 'data version of the tenant', 'ROOT_SERVICE')";
  for (const ParameterSpec& spec : all) {
    const ParameterFacts* facts = parameter_facts(spec.name);
    const char* type = spec.choices && std::string(spec.choices) == "True|False" ? "BOOL" : type_name(spec.type);
    out += ", (" + quoted(spec.name) + ", " + quoted(type) + ", " +
           quoted(spec.default_text) + ", " + quoted(spec.help) + ", " + quoted(facts ? facts->section : "") + ")";
  }
  return out + ")";
}

/// Tenants' parameters for each tenant, the cluster's for sys.
std::string specs() {
  const std::string columns = "s.column1 AS name, s.column2 AS type, s.column3 AS default_value, s.column4 AS help, "
                              "s.column5 AS section";
  return "(SELECT t.tenant_id AS tenant_id, 'TENANT' AS scope, " + columns + " FROM tenants t JOIN " +
         values_of(known_parameters()) + " s WHERE t.tenant_id > 1 UNION ALL SELECT 1, 'CLUSTER', " + columns + " FROM " +
         values_of(known_cluster_parameters()) + " s)";
}

constexpr char kValue[] = "CASE WHEN x.name = 'external_kms_info' AND coalesce(p.value, '') <> '' THEN '***' "
                          "ELSE coalesce(p.value, x.default_value) END";

std::vector<View> parameter_views() {
  const Columns columns = {{"SVR_IP", "'127.0.0.1'"}, {"SVR_PORT", "0"}, {"ZONE", "'zone1'"}, {"SCOPE", ""},
                           {"TENANT_ID", ""}, {"NAME", ""}, {"DATA_TYPE", "x.type"}, {"VALUE", kValue},
                           {"INFO", "x.help"}, {"SECTION", ""}, {"EDIT_LEVEL", "'DYNAMIC_EFFECTIVE'"},
                           {"DEFAULT_VALUE", ""},
                           {"ISDEFAULT", std::string("CASE WHEN ") + kValue + " = x.default_value THEN 'YES' ELSE 'NO' END"}};
  const std::string from = specs() + " x LEFT JOIN parameters p ON p.tenant_id = x.tenant_id AND p.name = x.name "
                           "WHERE scope_tenant() IN (1, x.tenant_id)";
  return {{"GV$OB_PARAMETERS", columns, from}, {"V$OB_PARAMETERS", columns, from}};
}

/// The newest round's checkpoint: how far the tenant's log is known outside.
constexpr char kSyncScn[] =
    "(SELECT r.checkpoint_scn FROM rounds r WHERE r.tenant_id = x.tenant_id ORDER BY r.round_id DESC, r.dest_id DESC "
    "LIMIT 1)";

/// A standby's own cut, else the checkpoint.
std::string standby_scn() {
  return std::string("coalesce((SELECT min(s.sync_scn) FROM log_restore_status s WHERE s.tenant_id = x.tenant_id), ") +
         kSyncScn + ")";
}
constexpr char kUntilScn[] =
    "coalesce((SELECT min(l.recovery_until_scn) FROM log_restore_sources l WHERE l.tenant_id = x.tenant_id), "
    "9223372036854775807)";
/// A standby's own; while it is being restored, what it is to be. A primary's files are here.
constexpr char kDataMode[] =
    "coalesce((SELECT max(l.data_mode) FROM log_restore_sources l WHERE l.tenant_id = x.tenant_id), "
    "(SELECT CASE j.restore_type WHEN 'QUICK' THEN 'REMOTE' ELSE 'NORMAL' END FROM restore_jobs j "
    "WHERE x.role = 'RESTORE' AND j.restore_tenant_id = x.tenant_id AND j.tenant_id = 1 ORDER BY j.job_id DESC LIMIT 1), "
    "'NORMAL')";

View tenants_view() {
  return {"DBA_OB_TENANTS",
          {{"TENANT_ID", ""}, {"TENANT_NAME", "x.name"},
           {"TENANT_TYPE", "CASE x.tenant_id WHEN 1 THEN 'SYS' ELSE 'USER' END"},
           {"CREATE_TIME", "scn_display(x.created_us * 1000, 'mysql', x.time_zone)"},
           {"MODIFY_TIME", "scn_display(x.created_us * 1000, 'mysql', x.time_zone)"}, {"PRIMARY_ZONE", "'RANDOM'"},
           {"LOCALITY", "'FULL{1}@zone1'"}, {"PREVIOUS_LOCALITY", "NULL"}, {"COMPATIBILITY_MODE", "upper(x.mode)"},
           {"STATUS", ""}, {"IN_RECYCLEBIN", "'NO'"}, {"LOCKED", "'NO'"}, {"TENANT_ROLE", "x.role"},
           {"SWITCHOVER_STATUS", "'NORMAL'"}, {"SWITCHOVER_EPOCH", "0"}, {"SYNC_SCN", standby_scn()},
           {"REPLAYABLE_SCN", standby_scn()}, {"READABLE_SCN", standby_scn()}, {"RECOVERY_UNTIL_SCN", kUntilScn},
           {"LOG_MODE", ""}, {"ARBITRATION_SERVICE_STATUS", "'DISABLED'"}, {"UNIT_NUM", "1"},
           {"COMPATIBLE", quoted(kCompatible)},
           {"MAX_LS_ID", "(SELECT max(l.ls_id) FROM log_streams l WHERE l.tenant_id = x.tenant_id)"},
           {"RESTORE_DATA_MODE", kDataMode}},
          "(SELECT tenant_id, name, mode, time_zone, role, log_mode, status, created_us FROM tenants UNION ALL "
          "SELECT 1, 'sys', 'mysql', 'UTC', 'PRIMARY', 'NOARCHIVELOG', 'NORMAL', 0) x "
          "WHERE scope_tenant() IN (1, x.tenant_id)"};
}

View events_view() {
  View view{"DBA_OB_CLUSTER_EVENT_HISTORY",
            {{"TIMESTAMP", "scn_display(x.event_us * 1000, 'mysql', 'UTC')"}, {"MODULE", ""}, {"EVENT", ""}},
            "cluster_events x WHERE x.event_us >= 0 AND scope_tenant() = 1"};
  for (char n = '1'; n <= '6'; ++n) {
    view.columns.push_back({std::string("NAME") + n, ""});
    view.columns.push_back({std::string("VALUE") + n, ""});
  }
  view.columns.push_back({"EXTRA_INFO", ""});
  return view;
}

}  // namespace

std::vector<View> cluster_views() {
  std::vector<View> out = parameter_views();
  out.push_back(tenants_view());
  out.push_back(events_view());
  return out;
}

}  // namespace seabed::catalog
