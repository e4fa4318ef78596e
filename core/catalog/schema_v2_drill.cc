// Version 2 of the catalog: drills. Never edited once released.
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> drill_tables_v2() {
  return {
      "CREATE TABLE drills (tenant_id BIGINT NOT NULL DEFAULT 0, drill_id BIGINT NOT NULL DEFAULT 0, status "
      "TEXT NOT NULL DEFAULT '', moment TEXT NOT NULL DEFAULT '', method TEXT NOT NULL DEFAULT '', scheduled "
      "BIGINT NOT NULL DEFAULT 0, start_us BIGINT NOT NULL DEFAULT 0, end_us BIGINT NOT NULL DEFAULT 0, "
      "target_scn BIGINT NOT NULL DEFAULT 0, done BIGINT NOT NULL DEFAULT 0, total BIGINT NOT NULL DEFAULT 0, "
      "phase_us BIGINT NOT NULL DEFAULT 0, row_count BIGINT NOT NULL DEFAULT 0, result BIGINT NOT NULL DEFAULT 0, "
      "report TEXT NOT NULL DEFAULT '', comment TEXT NOT NULL DEFAULT '', PRIMARY KEY (drill_id))",
  };
}

}  // namespace seabed::catalog
