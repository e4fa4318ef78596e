#pragma once
// The keys that a restore, a verify or a standby may use.

#include <memory>

#include "core/engine/job/context.h"
#include "core/engine/keys/key_access.h"
#include "core/format/key_ring.h"

namespace seabed {

/// Every master key that the catalog has (of this cluster, and of others as restores brought them), those of the key
/// backup of the named tenant, and the passwords. A restore on the source's own cluster so finds its keys by itself.
/// 9047 when the key backup's password is wrong; kNotFound and kCorruption as read_key_backup has them.
Result<std::shared_ptr<const KeyRing>> reading_keys(EngineContext& context, const KeyAccess& access, uint64_t cluster_id,
                                                    uint64_t tenant_id, const CancelToken& cancel);
/// What the key backup gave is kept (sealed) in the catalog, so that a standby can follow and a restore go on without its
/// password. Nothing without a catalog or a key backup.
Status keep_restored_keys(EngineContext& context, const KeyAccess& access, uint64_t cluster_id, uint64_t tenant_id,
                          const CancelToken& cancel);

}  // namespace seabed
