#pragma once
// A set under a password with PLUS ARCHIVELOG restores alone: what opens the log in its complement_log, which
// lies there as the archive has it (under the tenant's keys), is in its descriptor, sealed under the set's
// own data key (docs/format/encryption.md).

#include <memory>
#include <string>
#include <vector>

#include "core/format/cipher.h"
#include "core/format/meta.pb.h"
#include "core/media/medium.h"

namespace seabed {

/// The keys that the log files below `complement` (the set's complement_log as a medium, whose ring has the
/// tenant's master keys) ask for. `keys`: of the files in it. 9047 when the ring lacks one.
Result<meta::SetLogKeys> collect_log_keys(const Medium& complement, const std::vector<std::string>& keys);

/// For BackupSetDescriptor.log_keys.
Result<std::string> seal_log_keys(const meta::SetLogKeys& keys, const Secret& set_data_key,
                                  uint64_t tenant_id, uint64_t set_id);

/// `ring`, which also opens what the set's log_keys hold, as soon as it is asked for and by the set's own
/// key, which `ring` must have. `ring` itself where the descriptor has none.
std::shared_ptr<const KeyRing> with_log_keys(std::shared_ptr<const KeyRing> ring,
                                             const meta::BackupSetDescriptor& set, const std::string& what);

}  // namespace seabed
