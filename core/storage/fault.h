#pragma once
// A store that fails on demand, for tests of everything above.

#include <functional>
#include <memory>
#include <optional>

#include "core/storage/store_call.h"

namespace seabed {

struct Fault {
  enum class When {
    kBefore,  // nothing is done, the error is returned
    kAfter,   // it is done, and the error is returned all the same
    kSkip,    // nothing is done, and success is returned: the lying medium (writes only)
    kShortRead  // the read gives half of what it could
  };
  When when = When::kBefore;
  Error error{Code::kUnavailable, "", "injected", "", 0, 0};
};

/// Asked at each call; nullopt lets it pass. Called from any thread.
using FaultPlan = std::function<std::optional<Fault>(const StoreCall&)>;

std::shared_ptr<ObjectStore> with_faults(std::shared_ptr<ObjectStore> inner, FaultPlan plan);

}  // namespace seabed
