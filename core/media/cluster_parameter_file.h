#pragma once
// The tree of BACKUP CLUSTER PARAMETERS: cluster_parameter.<YYYYMMDDTHHMMSS>.obbak, a new file each time
// (reference: layout, section 5).

#include "core/format/cluster_parameters.h"
#include "core/storage/object_store.h"

namespace seabed {

/// Writes a new file named by values.scn in UTC, or by a later second when that one is taken; its key.
Result<std::string> write_cluster_parameters(ObjectStore& store, const ClusterParameters& values,
                                             const IoContext& ctx);
/// Every such file, oldest first.
Result<std::vector<std::string>> list_cluster_parameters(ObjectStore& store, const IoContext& ctx);
Result<ClusterParameters> read_cluster_parameters(ObjectStore& store, const std::string& key,
                                                  const IoContext& ctx);

}  // namespace seabed
