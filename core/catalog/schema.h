#pragma once
// Internal: the tables by version. A released version's statements never change; a change is a new version.

#include "core/catalog/catalog.h"

namespace seabed::catalog {

inline constexpr uint64_t kSchemaVersion = 1;

/// Brings an empty or older catalog to kSchemaVersion and makes the views anew. kUnsupported when it is newer,
/// kCorruption when the file is a database of something else.
Status migrate(Transaction& tx, const std::string& path);
/// CREATE TABLE … of version 1.
const std::vector<std::string>& schema_v1();
/// The OceanBase views: CREATE VIEW …, dropped and made at each open (views.cc).
struct ViewSql { std::string name, sql; };
std::vector<ViewSql> views();

}  // namespace seabed::catalog
