#pragma once
// The agent's state as Prometheus metrics (text format 0.0.4, prometheus-cpp). Labels are bounded: tenants
// and log streams of the configuration, schemes of the loaded drivers, closed sets of operations, classes and
// kinds; no job ids, no addresses, no paths. docs/metrics.md has every name.

#include <string>

#include "core/engine/engine.h"
#include "tools/agent/background_record.h"
#include "tools/agent/reload.h"

namespace seabed {

/// What a tenant that cannot be read leaves out is told by seabed_scrape_errors.
std::string metrics_page(Engine& engine, const LiveConfig& live, const BackgroundRecord& record);

}  // namespace seabed
