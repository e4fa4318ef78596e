#pragma once
// How far long work is, as JSON: of the calls that tell of jobs, and back for who waits for one.

#include <optional>

#include "core/engine/job/progress_meter.h"
#include "tools/cli/error_json.h"

namespace seabed {

/// null: it does not run in this process. bytes_per_second and left_seconds are null until they are known; log_… of
/// log that is applied up to a point.
Json progress_json(const std::optional<ProgressView>& view);
/// Of what progress_json wrote; nothing of null.
Progress progress_of(const Json& json);

}  // namespace seabed
