// Version 2 of the catalog: cluster parameters, events and destinations ever used. Never edited once released.
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> cluster_tables_v2() {
  return {
      "CREATE TABLE cluster_events (event_us BIGINT NOT NULL DEFAULT 0, module TEXT NOT NULL DEFAULT '', "
      "event TEXT NOT NULL DEFAULT '', name1 TEXT NOT NULL DEFAULT '', value1 TEXT NOT NULL DEFAULT '', "
      "name2 TEXT NOT NULL DEFAULT '', value2 TEXT NOT NULL DEFAULT '', name3 TEXT NOT NULL DEFAULT '', "
      "value3 TEXT NOT NULL DEFAULT '', name4 TEXT NOT NULL DEFAULT '', value4 TEXT NOT NULL DEFAULT '', "
      "name5 TEXT NOT NULL DEFAULT '', value5 TEXT NOT NULL DEFAULT '', name6 TEXT NOT NULL DEFAULT '', "
      "value6 TEXT NOT NULL DEFAULT '', extra_info TEXT NOT NULL DEFAULT '')",
  };
}

}  // namespace seabed::catalog
