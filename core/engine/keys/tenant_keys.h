#pragma once
// The operator's side: BACKUP KEY, rotation, status (docs/keys.md).

#include <string>
#include <vector>

#include "core/catalog/keys.h"
#include "core/catalog/tenants.h"
#include "core/engine/job/context.h"

namespace seabed {

/// All master keys of the tenant to a path of its own, under the password. Returns the file's name on the medium, without
/// secrets. kConflict: the path is, or lies inside, or holds a data or archive destination; kNotFound: the tenant has no key.
Result<std::string> backup_keys(EngineContext& context, const catalog::TenantRow& tenant, const std::string& uri,
                                const std::string& password, const CancelToken& cancel);
/// A new master key for what is written from now on; the old ones stay and open what they wrapped. Returns its number.
Result<uint64_t> rotate_keys(EngineContext& context, const catalog::TenantRow& tenant);

struct KeyStatus {
  bool encrypt = false;                       // from now on, as is
  std::string compression;                    // backup_compression
  std::vector<catalog::MasterKeyRow> keys;    // the tenant's own; never show a secret
};
Result<KeyStatus> key_status(EngineContext& context, const catalog::TenantRow& tenant);

}  // namespace seabed
