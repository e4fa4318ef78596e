#pragma once
// BACKUP KEY: the master keys of a tenant in a file of their own, under a password (docs/format/key-backup.md). Each backup
// writes a new file that holds all keys that the catalog has; of a catalog that was lost since, older files have what the
// newest has not.

#include <string>
#include <vector>

#include "core/format/key_backup_file.h"
#include "core/media/medium.h"

namespace seabed {

/// Writes the file and proves it by reading it back. `keys` is not empty. Returns its key on the medium. kConflict with
/// ob_error 9081 when the medium is a data or archive destination: keys never lie beside what they open.
Result<std::string> write_key_backup(const Medium& medium, const KeyBackupFacts& facts, const std::vector<BackedUpKey>& keys,
                                     const Secret& password, const ScryptCost& cost = {});
/// The keys of every file of the tenant that opens with the password, those of the newest first, each once. kNotFound: there
/// is no file; kCorruption: the newest is damaged or cut (an older one is left out, with a warning in the log);
/// kPermissionDenied with ob_error 9047: none opens with it.
Result<std::vector<BackedUpKey>> read_key_backup(const Medium& medium, uint64_t cluster_id, uint64_t tenant_id,
                                                 const Secret& password);

}  // namespace seabed
