#pragma once
// Tables into a database that nobody has open, by RocksDB itself: its own recovery, new column families,
// ingestion.

#include "core/source/table_access.h"

namespace seabed::rocksdb_source {

/// As TableAccess says.
Result<std::vector<Status>> import_families(const std::string& database, bool create,
                                            const std::vector<TableImport>& tables);
Result<std::vector<Status>> undo_families(const std::string& database,
                                          const std::vector<TableImport>& tables);
Result<uint32_t> last_family_id(const std::string& database);
Status check_closed_database(const std::string& database);
Result<std::vector<std::string>> family_names(const std::string& database);

}  // namespace seabed::rocksdb_source
