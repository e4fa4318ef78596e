#pragma once
// Where the program's log goes and how its lines look. Text:
//   2026-11-23T10:15:00.123Z info  tenant=shop job=7 object="log stream 1001" archiving from …
// JSON: one object a line with the same fields (time, level, tenant, job, object, message).

#include <functional>

#include "core/base/status.h"
#include "tools/config/config.h"

namespace seabed {

/// The first call before other threads log; again at any time: the file is then opened anew (log rotation).
/// When it cannot be opened all stays as it was.
Status set_up_log(const LogConfig& config);
/// The same in two steps: the file is open; the call takes it over.
Result<std::function<void()>> prepare_log(const LogConfig& config);

}  // namespace seabed
