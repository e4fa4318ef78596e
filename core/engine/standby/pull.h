#pragma once
// One step of a standby: what the archive has behind its cut is applied up to a new one, over all streams at
// once.
//   1. log is appended and staged, stream by stream; the old cut still counts
//   2. seabed_tenant.json names the new cut: from here on it counts
//   3. every stream is settled (settle_staged)
// A crash before 2 throws the step away, one behind it finishes it: at the next step, or at activation.

#include "core/engine/restore/request_text.h"
#include "core/engine/restore/restore_state.h"

namespace seabed::standby {

struct PullResult {
  Scn from = 0, synced = 0;
  Scn source_end = 0;  // how far the archive leads
  uint64_t log_bytes = 0;
  std::optional<Error> stopped;          // why nothing behind `synced` can ever be applied (kGap)
  std::vector<std::string> directories;  // of the pieces that the next step begins with, for the reader lease
  std::vector<restore::StreamResult> streams;
  std::vector<uint64_t> newer_streams;   // of the source, that the standby lacks (restore/newer_streams.h)
};

/// Applies at most up to `until` (inclusive). kConflict: the directory holds no standby, another process
/// works in it, or `until` lies behind what is applied. kNotFound, kUnavailable …: the source cannot be read.
Result<PullResult> pull(EngineContext& context, const std::string& directory,
                        const restore::LogSource& source, Scn until, const CancelToken& cancel,
                        const ProgressFn& progress = {});
/// kConflict when the URI is no log archive of the tenant that the standby was restored from.
Status check_source(EngineContext& context, const restore::RestoreState& state,
                    const restore::LogSource& source, const CancelToken& cancel);

}  // namespace seabed::standby
