#pragma once
// BACKUP CLUSTER PARAMETERS (reference: statements section 5, layout section 5): what operators decided, in a
// tree of its own. None of it is in a tenant's set; putting it back is the operator's.

#include "core/engine/job/context.h"
#include "core/format/cluster_parameters.h"

namespace seabed {

/// What is not at its default: parameters of the cluster; of each tenant its parameters (without
/// external_kms_info and tde_method), policies and destinations, without secrets.
Result<ClusterParameters> read_decisions(EngineContext& context);

/// Writes a new file; its key. kConflict (9066) for a path that is, holds or lies in a destination of a
/// tenant.
Result<std::string> backup_cluster_parameters(EngineContext& context, const std::string& uri);

}  // namespace seabed
