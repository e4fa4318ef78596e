#pragma once
// Reader leases of a restore at its sources (core/media/reader_lease.h).

#include "core/engine/restore/plan.h"
#include "core/media/reader_lease.h"

namespace seabed::restore {

/// The same for the same directory on the same cluster: a reader that is started again goes on with its
/// lease.
std::string reader_id(const EngineContext& context, const std::string& purpose, const std::string& directory);
/// Null without a clock. kConflict: something of the plan is being deleted.
Result<std::unique_ptr<ReaderLeaseKeeper>> hold_sources(EngineContext& context, const RestoreRequest& request,
                                                        const Media& media, const Plan& plan,
                                                        const CancelToken& cancel);

}  // namespace seabed::restore
