#pragma once
// A loaded driver's table as an ObjectStore. Reads older and smaller tables by their size: what is missing
// answers kUnsupported. No policy here: no retry, no limits (see ../stack.h).

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/storage/object_store.h"
#include "seabed/driver.h"

namespace seabed {

struct DriverPair {
  std::string key, value;
  bool secret = false;
};

/// Opens one destination. `shown` is the URI without secrets, for messages.
Result<std::shared_ptr<ObjectStore>> open_driver_store(const seabed_driver_v1* driver,
                                                       const std::string& scheme, const std::string& location,
                                                       const std::vector<DriverPair>& pairs,
                                                       std::string shown, const IoContext& ctx);

}  // namespace seabed
