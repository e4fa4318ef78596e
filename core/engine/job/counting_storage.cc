#include "core/engine/job/counting_storage.h"

#include "core/storage/metrics.h"

namespace seabed {

Result<std::shared_ptr<ObjectStore>> CountingStorage::open(const Uri& uri) {
  SEABED_TRY(auto store, inner_.open(uri));
  std::lock_guard lock(mutex_);
  opened_.push_back(store);
  return store;
}

uint64_t CountingStorage::read_bytes() const {
  std::lock_guard lock(mutex_);
  uint64_t sum = 0;
  for (const auto& store : opened_)
    if (const StoreMetrics* metrics = store->metrics()) sum += metrics->figures(StoreOp::kRead).bytes;
  return sum;
}

}  // namespace seabed
