#pragma once
// A store that asks for nothing twice: what was read of small objects and chosen listings is kept for as long as the store
// lives (one restore). For objects that are written once.

#include <functional>

#include "core/storage/object_store.h"

namespace seabed {

struct RememberOptions {
  std::function<bool(const std::string& key)> keep;  // true: the object never changes; null: all of them
  uint64_t largest = 1 << 20;                        // of one read
  uint64_t limit = 32 << 20;                         // of all that is kept; behind it nothing more is
};

/// Reads that begin at 0 are kept, failed ones not; parallel readers of one object wait for one request. A stat, or a
/// write through this store, forgets the object: who doubts what was read asks stat first.
class RememberingStore : public ObjectStore {
 public:
  /// Listings of prefixes below `prefix` are answered from `entries`, all that there was, from now on.
  virtual void remember_listing(const std::string& prefix, std::vector<ListEntry> entries) = 0;
};

std::shared_ptr<RememberingStore> with_memory(std::shared_ptr<ObjectStore> inner, RememberOptions options = {});

}  // namespace seabed
