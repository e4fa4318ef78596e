#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> schema_v3() {
  return {
      "DROP TABLE leases",  // leases of archives are on their media (core/media/lease.h)
      // Of the files of a restored tenant: REMOTE until a quick one is hydrated.
      "ALTER TABLE log_restore_sources ADD COLUMN data_mode TEXT NOT NULL DEFAULT 'NORMAL'",
  };
}

}  // namespace seabed::catalog
