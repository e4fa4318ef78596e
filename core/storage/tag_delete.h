#pragma once
// delete_mode=tagging: what is deleted gets the tag delete_mode=tagging and stays; a rule of the medium
// removes it.

#include <memory>

#include "core/storage/object_store.h"

namespace seabed {

std::shared_ptr<ObjectStore> with_tag_delete(std::shared_ptr<ObjectStore> inner);

}  // namespace seabed
