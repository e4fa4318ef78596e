#pragma once
// Internal: the tables by version. A released version's statements never change; a change is a new version.

#include "core/catalog/catalog.h"

namespace seabed::catalog {

inline constexpr uint64_t kSchemaVersion = 3;

/// Brings an empty or older catalog to kSchemaVersion and makes the views anew. kUnsupported when it is newer,
/// kCorruption when the file is a database of something else.
Status migrate(Transaction& tx, const std::string& path);
/// CREATE TABLE … of version 1.
const std::vector<std::string>& schema_v1();
/// What version 2 adds, by subject, a file each (schema_v2_clean.cc …).
std::vector<std::string> schema_v2();
std::vector<std::string> clean_tables_v2();
std::vector<std::string> key_tables_v2();
std::vector<std::string> restore_tables_v2();
std::vector<std::string> cluster_tables_v2();
std::vector<std::string> drill_tables_v2();
std::vector<std::string> schema_v3();
/// The OceanBase views: CREATE VIEW …, dropped and made at each open (views.cc).
struct ViewSql { std::string name, sql; };
std::vector<ViewSql> views();

}  // namespace seabed::catalog
