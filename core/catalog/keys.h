#pragma once
// Keys of encrypted backups (docs/keys.md): master keys of tenants, this cluster's and those that came with a restore, and
// what is kept of the keys of backup sets. Secrets are sealed under the host key in the file, and are never in a view.

#include <cstdint>

#include "core/catalog/catalog.h"
#include "core/format/key_ring.h"

namespace seabed::catalog {

struct MasterKeyRow {
  uint64_t cluster_id = 0, tenant_id = 0;
  MasterKey key;
  uint64_t created_us = 0;
  uint64_t backed_up_us = 0;       // 0: never by BACKUP KEY
  std::string backup_path;         // of the last one, without secrets
};

/// Rising by cluster, tenant and key id; tenant_id 0: all.
Result<std::vector<MasterKeyRow>> list_master_keys(Transaction& tx, uint64_t tenant_id = 0);
/// What new data keys are wrapped under: the tenant's newest. The first one is made here.
Result<MasterKey> current_master_key(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id);
/// nullopt: none was ever made.
Result<std::optional<MasterKey>> newest_master_key(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id);
/// A new newest one; the old stay.
Result<MasterKey> rotate_master_key(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id);
/// From a key backup; one that is known already stays as it is.
Status keep_master_key(Transaction& tx, const MasterKeyRow& row);
Status set_keys_backed_up(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id, uint64_t up_to_key_id, const std::string& path);

/// Of an encrypted set. The data key is there while the set is being written; the hash key, which proves that a file is
/// the same and opens nothing, stays for later incrementals.
struct SetKeyRow {
  uint64_t tenant_id = 0, backup_set_id = 0;
  std::string wrap;                // serialized KeyWrap
  Secret data_key, hash_key;
};
Status insert_set_key(Transaction& tx, const SetKeyRow& row);
Result<std::optional<SetKeyRow>> find_set_key(Transaction& tx, uint64_t tenant_id, uint64_t backup_set_id);
/// The set is written: its data key is no longer kept here.
Status forget_data_key(Transaction& tx, uint64_t tenant_id, uint64_t backup_set_id);

}  // namespace seabed::catalog
