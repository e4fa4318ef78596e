#pragma once
// Destinations that lie on demand, around real ones.

#include "core/storage/destination.h"
#include "core/storage/fault.h"

namespace seabed::test {

class LyingStorage final : public Storage {
 public:
  LyingStorage(Storage& inner, FaultPlan plan) : inner_(inner), plan_(std::move(plan)) {}
  const std::vector<DriverInfo>& drivers() const override { return inner_.drivers(); }
  Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) override {
    SEABED_TRY(auto store, inner_.open(uri));
    return with_faults(std::move(store), plan_);
  }

 private:
  Storage& inner_;
  const FaultPlan plan_;
};

/// Of those who are asked: nothing is done, and success is said.
inline std::optional<Fault> lie() { return Fault{Fault::When::kSkip, {}}; }

}  // namespace seabed::test
