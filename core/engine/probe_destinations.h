#pragma once
// The periodic probe (reference: parameters.md section 4): is each destination still ours, can it be written and read.

#include "core/engine/job/background.h"
#include "core/engine/job/context.h"

namespace seabed {

/// Each current destination of every tenant: format file, new check file, and only then the catalog's CHECK_FILE_NAME and
/// LAST_CHECK_TIMESTAMP. All are tried; the error names those that failed. No job is stopped by it.
Status probe_destinations(EngineContext& context, const CancelToken& cancel);
/// Every 10 minutes in the background. SEABED_TEST_PROBE_SECONDS shortens it for tests.
Status start_probes(EngineContext& context, Background& background);

}  // namespace seabed
