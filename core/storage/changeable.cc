#include "core/storage/changeable.h"

namespace seabed {

void ChangeableStore::change(std::shared_ptr<ObjectStore> inner) {
  std::lock_guard lock(mutex_);
  if (inner == inner_) return;
  earlier_.push_back(std::move(inner_));
  inner_ = std::move(inner);
}

std::shared_ptr<ObjectStore> ChangeableStore::inner() const {
  std::lock_guard lock(mutex_);
  return inner_;
}

}  // namespace seabed
