// Version 2 of the catalog: master keys of tenants, and what is kept of the keys of backup sets. Never edited once
// released. Secrets are sealed under the host key (secret_box.h).
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> key_tables_v2() {
  return {
      "CREATE TABLE master_keys (identity TEXT NOT NULL, cluster_id BIGINT NOT NULL DEFAULT 0, tenant_id BIGINT NOT "
      "NULL DEFAULT 0, key_id BIGINT NOT NULL DEFAULT 0, secret TEXT NOT NULL DEFAULT '', created_us BIGINT NOT NULL "
      "DEFAULT 0, backed_up_us BIGINT NOT NULL DEFAULT 0, backup_path TEXT NOT NULL DEFAULT '', PRIMARY KEY (identity))",
      "CREATE TABLE set_keys (tenant_id BIGINT NOT NULL DEFAULT 0, backup_set_id BIGINT NOT NULL DEFAULT 0, wrap TEXT "
      "NOT NULL DEFAULT '', data_key TEXT NOT NULL DEFAULT '', hash_key TEXT NOT NULL DEFAULT '', PRIMARY KEY "
      "(tenant_id, backup_set_id))",
  };
}

}  // namespace seabed::catalog
