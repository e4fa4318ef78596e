// All views from their parts, and their SQL. A DBA_ view reads its CDB_ view for the tenant of the SELECT's scope.
#include "core/catalog/views.h"

#include <algorithm>

#include "core/catalog/schema.h"
#include "core/catalog/view_text.h"

namespace seabed::catalog {
namespace {

std::string mapped(std::string_view text, char from, char to) {
  std::string out(text);
  for (char& c : out)
    if (c >= from && c <= from + 25) c = static_cast<char>(c - from + to);
  return out;
}

void add_pair(std::vector<View>& out, const Pair& pair) {
  View cdb{"CDB_" + pair.name, {{"TENANT_ID", "x.tenant_id"}}, pair.from};
  View dba{"DBA_" + pair.name, {}, "CDB_" + pair.name + " WHERE TENANT_ID = scope_tenant()"};
  for (const View::Column& column : pair.columns) {
    cdb.columns.push_back(column);
    dba.columns.push_back({column.name, column.name});
  }
  out.push_back(std::move(cdb));
  out.push_back(std::move(dba));
}

std::vector<View> make_views() {
  std::vector<View> out;
  for (const auto& part : {archive_pairs(), backup_pairs(), clean_pairs(), restore_pairs(), table_pairs(), standby_pairs()})
    for (const Pair& pair : part) add_pair(out, pair);
  for (auto part : {archive_views(), standby_views(), cluster_views()}) out.insert(out.end(), part.begin(), part.end());
  for (View& view : out)
    for (View::Column& column : view.columns)
      if (column.sql.empty()) column.sql = "x." + mapped(column.name, 'A', 'a');
  return out;
}

struct Renamed {
  const char *v3, *v4;
};
constexpr Renamed kV3[] = {{"CDB_OB_BACKUP_ARCHIVELOG", "CDB_OB_ARCHIVELOG"},
                           {"CDB_OB_BACKUP_ARCHIVELOG_SUMMARY", "CDB_OB_ARCHIVELOG_SUMMARY"},
                           {"CDB_OB_BACKUP_PIECE_FILES", "CDB_OB_ARCHIVELOG_PIECE_FILES"},
                           {"CDB_OB_BACKUP_JOB_DETAILS", "CDB_OB_BACKUP_JOB_HISTORY"},
                           {"CDB_OB_BACKUP_SET_DETAILS", "CDB_OB_BACKUP_SET_FILES"},
                           {"CDB_OB_BACKUP_SET_EXPIRED", "CDB_OB_BACKUP_SET_FILES"},
                           {"CDB_OB_BACKUP_PROGRESS", "CDB_OB_BACKUP_TASKS"}};

}  // namespace

View::Column scn_text(const std::string& name, const std::string& scn) {
  return {name, "scn_display(" + scn + ", coalesce(t.mode, 'mysql'), " SQL_ZONE ")"};
}

View::Column us_text(const std::string& name, const std::string& us) {
  return {name, "scn_display(" + us + " * 1000, 'mysql', " SQL_ZONE ")"};
}

View::Column bytes_text(const std::string& name, const std::string& bytes) {
  std::string sql = "CASE";
  const std::pair<const char*, const char*> units[] = {
      {"1125899906842624", "PB"}, {"1099511627776", "TB"}, {"1073741824", "GB"}};
  for (auto [size, unit] : units)
    sql += " WHEN " + bytes + " >= " + size + " THEN round(" + bytes + " / " + size + ".0, 2) || '" + unit + "'";
  return {name, sql + " ELSE round(" + bytes + " / 1048576.0, 2) || 'MB' END"};
}

View::Column percent(const std::string& name, const std::string& part, const std::string& whole) {
  return {name, "CASE WHEN " + whole + " > 0 THEN round(100.0 * " + part + " / " + whole + ", 2) ELSE 0.0 END"};
}

Columns joined(std::initializer_list<Columns> parts) {
  Columns out;
  for (const Columns& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

const std::vector<View>& all_views() {
  static const std::vector<View> all = make_views();
  return all;
}

const View* find_view(std::string_view name) {
  const std::string wanted = mapped(name, 'a', 'A');
  for (const View& view : all_views())
    if (view.name == wanted) return &view;
  return nullptr;
}

const char* v3_view_successor(std::string_view name) {
  for (const Renamed& view : kV3)
    if (name == view.v3) return view.v4;
  return nullptr;
}

std::vector<ViewSql> views() {
  std::vector<ViewSql> out;
  for (const View& view : all_views()) {
    std::string sql = "SELECT ";
    for (const View::Column& column : view.columns)
      sql += (&column == &view.columns.front() ? "" : ", ") + column.sql + " AS \"" + column.name + '"';
    out.push_back({view.name, sql + (view.from.empty() ? "" : " FROM " + view.from)});
  }
  return out;
}

}  // namespace seabed::catalog
