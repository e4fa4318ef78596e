#pragma once
// Data keys of the encrypted sets that a quick tenant reads, kept with its local files in a file of mode 0600: whoever may
// read the tenant opens it without a catalog and without a password. They open those sets and nothing else.

#include <memory>

#include "core/engine/restore/plan.h"
#include "core/format/key_ring.h"

namespace seabed::quick {

/// Adds the keys of the stream's holders to `<directory>/seabed_quick_keys`; no file when nothing is encrypted.
Status keep_quick_keys(const BackupReader& reader, const restore::StreamPlan& stream, const std::string& directory);
/// The ring and what the file holds; there need not be one.
Result<std::shared_ptr<const KeyRing>> add_quick_keys(const KeyRing& ring, const std::string& directory);

}  // namespace seabed::quick
