#pragma once
// A part of a destination as a store of its own: a backup set's complement_log is read and written like an archive.

#include <memory>
#include <string>

#include "core/storage/object_store.h"

namespace seabed {

/// `prefix` ends with '/'; keys of the new store are what follows it. Messages name the whole place.
std::shared_ptr<ObjectStore> subtree(std::shared_ptr<ObjectStore> inner, std::string prefix);

}  // namespace seabed
