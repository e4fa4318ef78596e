#pragma once
// What nobody will finish any more on a destination: interrupted uploads, leases that ran out long ago.

#include "core/engine/clean/clean_look.h"

namespace seabed::clean {

/// Aborts uploads that began more than `age` ago, but for those of sets that are being written. Returns how
/// many.
Result<uint64_t> abort_stale_uploads(ObjectStore& store, const Stock& stock, Scn now,
                                     std::chrono::milliseconds age, const IoContext& io);
/// Both, at every place that was opened. Failures are logged: the next run tries again.
void tidy_up(EngineContext& context, const CleanLook& look, const CleanTools& tools,
             const CancelToken& cancel);

}  // namespace seabed::clean
