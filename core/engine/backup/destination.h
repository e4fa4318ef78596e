#pragma once
// The data destination of a tenant, found in the catalog and checked on the medium.

#include <memory>

#include "core/catalog/destinations.h"
#include "core/catalog/tenants.h"
#include "core/engine/job/context.h"

namespace seabed::backup {

struct DataDestination {
  catalog::TenantRow tenant;
  catalog::DestinationRow row;
  std::shared_ptr<ObjectStore> store;   // after open_data_destination
};

/// The current one; ob_error 9040 when none is set. `dest_id` not 0: that one, current or not.
Result<DataDestination> find_data_destination(EngineContext& context, uint64_t tenant_id, uint64_t dest_id = 0);
/// Opens the store and checks its format file (9080, 9081).
Status open_data_destination(EngineContext& context, DataDestination* dest);

}  // namespace seabed::backup
