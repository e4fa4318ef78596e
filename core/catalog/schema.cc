#include "core/catalog/schema.h"

#include "core/catalog/parameters.h"
#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

Result<bool> has_table(Transaction& tx, const std::string& name) {
  SEABED_TRY(
      uint64_t n,
      query_number(tx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", {name}));
  return n != 0;
}

/// 0: an empty database.
Result<uint64_t> stored_version(Transaction& tx, const std::string& path) {
  SEABED_TRY(bool ours, has_table(tx, "catalog_info"));
  if (ours) return query_number(tx, "SELECT value FROM catalog_info WHERE name = 'schema_version'", {});
  SEABED_TRY(uint64_t others, query_number(tx, "SELECT count(*) FROM sqlite_master", {}));
  if (others)
    return fail(Code::kCorruption, path, "is a database, but no Seabed catalog", "give another catalog path");
  return 0;
}

Status run_all(Transaction& tx, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) SEABED_CHECK(execute(tx, sql));
  return ok();
}

/// Those of an earlier program too.
Status make_views(Transaction& tx) {
  SEABED_TRY(auto earlier, query(tx, "SELECT name FROM sqlite_master WHERE type = 'view'", {}, {std::string()}));
  for (const RawRow& row : earlier) SEABED_CHECK(execute(tx, "DROP VIEW \"" + std::get<std::string>(row[0]) + '"'));
  for (const ViewSql& view : views()) {
    SEABED_CHECK(execute(tx, "CREATE VIEW \"" + view.name + "\" AS " + view.sql));
  }
  return ok();
}

}  // namespace

Status migrate(Transaction& tx, const std::string& path) {
  SEABED_TRY(uint64_t version, stored_version(tx, path));
  if (version > kSchemaVersion)
    return fail(Code::kUnsupported, path,
                "was written by a newer Seabed (catalog version " + std::to_string(version) + ", known is " +
                    std::to_string(kSchemaVersion) + ")",
                "upgrade this program, or give another catalog path");
  if (version == 0) {
    SEABED_CHECK(
        execute(tx, "CREATE TABLE catalog_info (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)"));
    SEABED_CHECK(execute(tx, "INSERT INTO catalog_info (name, value) VALUES ('schema_version', 0)"));
    SEABED_CHECK(run_all(tx, schema_v1()));
  }
  if (version < 2) SEABED_CHECK(run_all(tx, schema_v2()));
  if (version < 3) SEABED_CHECK(run_all(tx, schema_v3()));
  if (version != kSchemaVersion)
    SEABED_CHECK(execute(tx, "UPDATE catalog_info SET value = ? WHERE name = 'schema_version'",
                         {num(kSchemaVersion)}));
  SEABED_CHECK(seal_parameters(tx));
  return make_views(tx);
}

}  // namespace seabed::catalog
