#pragma once
// A Storage that remembers what it opened, so that a job can say what it read.

#include <mutex>
#include <vector>

#include "core/storage/destination.h"

namespace seabed {

/// Thread-safe. `inner` outlives it.
class CountingStorage final : public Storage {
 public:
  explicit CountingStorage(Storage& inner) : inner_(inner) {}
  const std::vector<DriverInfo>& drivers() const override { return inner_.drivers(); }
  Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) override;
  /// Of successful reads so far.
  uint64_t read_bytes() const;

 private:
  Storage& inner_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<ObjectStore>> opened_;
};

}  // namespace seabed
