#pragma once
// A look at what the medium has confirmed, before anything else is built on it: a medium that says success for what it
// did not do is met here, while the bytes are still at hand.

#include <string>

#include "core/storage/object_store.h"

namespace seabed::meta {
class BackupSetDescriptor;
}

namespace seabed {

/// One request. kUnavailable, so that it is done again, when the object is not there or shorter than `least`.
Status read_back(ObjectStore& store, const std::string& key, uint64_t least, const IoContext& ctx);

/// Every file that the descriptor lists, by one listing of `directory`; what that does not show as it was written is
/// asked for by itself. kCorruption names the first one that is missing or has another size.
Status read_back_set(ObjectStore& store, const std::string& directory, const meta::BackupSetDescriptor& set,
                     const IoContext& ctx);

}  // namespace seabed
