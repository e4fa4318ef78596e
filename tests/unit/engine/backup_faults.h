#pragma once
// A medium that fails on demand, around a real one.

#include "core/storage/destination.h"

namespace seabed::testing_backup {

/// Called before every write with its kind ("put", "begin", "part", "complete") and key; an error is what the caller gets.
using BeforeWrite = std::function<Status(const std::string& kind, const std::string& key)>;

class FaultyStorage : public Storage {
 public:
  /// `min_part_bytes` not 0: the medium claims to want parts of that size, as one behind a network does.
  FaultyStorage(Storage& inner, BeforeWrite before, uint64_t min_part_bytes = 0)
      : inner_(inner), before_(std::move(before)), min_part_bytes_(min_part_bytes) {}
  const std::vector<DriverInfo>& drivers() const override { return inner_.drivers(); }
  Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) override;

 private:
  Storage& inner_;
  BeforeWrite before_;
  const uint64_t min_part_bytes_;
};

}  // namespace seabed::testing_backup
