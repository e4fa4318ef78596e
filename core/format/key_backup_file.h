#pragma once
// The file of BACKUP KEY (docs/format/key-backup.md): a tenant's master keys under a password. Pure but for
// randomness.

#include <string>
#include <string_view>
#include <vector>

#include "core/format/key_ring.h"

namespace seabed {

struct KeyBackupFacts {
  uint64_t cluster_id = 0;
  std::string cluster_name;
  uint64_t tenant_id = 0;
  std::string tenant_name;
  uint64_t scn = 0;
};
struct BackedUpKey {
  MasterKey key;
  uint64_t created_us = 0;
};

Result<std::string> encode_key_backup(const KeyBackupFacts& facts, const std::vector<BackedUpKey>& keys,
                                      const Secret& password, const ScryptCost& cost = {});
/// `place`: cluster, tenant and scn that its name says. kCorruption: damaged, cut, or of another place;
/// kPermissionDenied with ob_error 9047: another password.
Result<std::vector<BackedUpKey>> decode_key_backup(std::string_view file, const KeyBackupFacts& place,
                                                   const Secret& password, const std::string& what);
/// What is sealed in it.
Result<std::vector<BackedUpKey>> parse_master_keys(std::string_view plain, const std::string& what);

}  // namespace seabed
