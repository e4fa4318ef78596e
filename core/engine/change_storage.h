#pragma once
// ALTER EXTERNAL_STORAGE_DEST: other credentials or limits of a destination of a tenant (reference:
// statements, section 3). dest_id and path stay.

#include <optional>
#include <string>

#include "core/catalog/destinations.h"
#include "core/engine/job/context.h"

namespace seabed {

struct StorageChange {
  std::string path;         // of the destination, with its host; other attributes of it do not matter
  std::string attribute;    // "max_iops=…&max_bandwidth=…"; empty: as it is
  std::string access_info;  // "access_id=…&access_key=…"; empty: as it is
};

/// Proves the new values at the medium, then keeps them; what is open goes on with them at once. ob_error
/// 1235: file and nfs have none of it; 9116: malformed ACCESS_INFO, or the medium refuses it. kNotFound: no
/// such destination.
Result<catalog::DestinationRow> change_storage(EngineContext& context, const std::string& tenant,
                                               const StorageChange& change);

}  // namespace seabed
