#pragma once
// The decorators around a driver's store, and their order:
//   capability check (what cannot work is refused before anything is sent)
//   └ numbers (an error of the medium gets OceanBase's number)
//     └ retry (the only place that does something twice)
//       └ throttle (each attempt pays)
//         └ metrics (each attempt is counted, as the medium answered it)
//           └ the driver

#include <memory>

#include "core/storage/destination_keys.h"
#include "core/storage/object_store.h"

namespace seabed {

/// kUnsupported when delete_mode=tagging meets a medium without tags.
Result<std::shared_ptr<ObjectStore>> stack_store(std::shared_ptr<ObjectStore> driver, const HostKeys& keys,
                                                 int max_attempts);

}  // namespace seabed
