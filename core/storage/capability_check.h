#pragma once
// Refuses what the medium cannot do before anything is sent, and keeps to its limits.

#include <memory>

#include "core/storage/object_store.h"

namespace seabed {

/// Keys are relative paths: no NUL, no empty, "." or ".." component; kInvalidArgument otherwise.
Status check_object_key(const std::string& key);

/// kUnsupported for what the capabilities do not claim, kInvalidArgument for what is beyond a limit. remove()
/// is cut into batches of the medium's size, a list page to its longest.
std::shared_ptr<ObjectStore> with_capability_check(std::shared_ptr<ObjectStore> inner);

}  // namespace seabed
