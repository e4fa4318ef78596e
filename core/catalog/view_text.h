#pragma once
// Internal: how the views_*.cc files write their views. `x` is the row's table, `t` its tenant (none for sys).

#include "core/catalog/views.h"

namespace seabed::catalog {

/// A pair: columns after TENANT_ID. An empty sql is "x.<the name in lower case>".
struct Pair {
  std::string name;                       // without CDB_ / DBA_
  std::vector<View::Column> columns;
  // WITH_TENANT("rounds") … Each table's columns must matter there (a JOIN, a WHERE): what a SELECT wants no column of
  // is asked for in its own name, which the authorizer refuses (select_guard.cc).
  std::string from;
};

#define WITH_TENANT(table) table " x LEFT JOIN tenants t ON t.tenant_id = x.tenant_id"
#define SQL_ZONE "coalesce(t.time_zone, 'UTC')"
/// Local time of the tenant; NULL for 0. In the form of the tenant's mode.
#define SQL_SCN_TEXT(scn) "scn_display(" scn ", coalesce(t.mode, 'mysql'), " SQL_ZONE ")"
#define SQL_US_TEXT(us) "scn_display(" us " * 1000, 'mysql', " SQL_ZONE ")"

View::Column scn_text(const std::string& name, const std::string& scn);
View::Column us_text(const std::string& name, const std::string& us);
/// "1.50GB".
View::Column bytes_text(const std::string& name, const std::string& bytes);
View::Column percent(const std::string& name, const std::string& part, const std::string& whole);
using Columns = std::vector<View::Column>;
Columns joined(std::initializer_list<Columns> parts);

std::vector<Pair> archive_pairs();
std::vector<Pair> backup_pairs();
std::vector<Pair> clean_pairs();
std::vector<Pair> restore_pairs();
std::vector<Pair> table_pairs();
std::vector<Pair> standby_pairs();
/// Views that are no pair, with their TENANT_ID; they filter by scope_tenant() themselves.
std::vector<View> archive_views();
std::vector<View> standby_views();
std::vector<View> cluster_views();

}  // namespace seabed::catalog
