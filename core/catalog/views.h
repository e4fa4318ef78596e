#pragma once
// OceanBase's views (reference: views): names, columns in order, and what V3 called them.

#include <string>
#include <string_view>
#include <vector>

namespace seabed::catalog {

/// One view of a tenant's rows. A pair is written once: CDB_<name>; DBA_<name> is the same without TENANT_ID.
struct View {
  struct Column {
    std::string name, sql;
  };
  std::string name;                  // as a SELECT says it
  std::vector<Column> columns;       // in OceanBase's order
  std::string from;                  // FROM … WHERE …
};

/// Every view, CDB_ and DBA_ apart; built once.
const std::vector<View>& all_views();
/// By its name in any case; nullptr: there is none.
const View* find_view(std::string_view name);
/// "CDB_OB_ARCHIVELOG" for "CDB_OB_BACKUP_ARCHIVELOG"; nullptr: no V3 view has that name (given in upper case).
const char* v3_view_successor(std::string_view name);

}  // namespace seabed::catalog
