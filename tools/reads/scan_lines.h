#pragma once
// The child's last line, read by its parent (scan_child.h writes it).

#include <nlohmann/json.hpp>

#include "core/source/stream_scan.h"
#include "tools/cli/error_json.h"

namespace seabed {

/// May throw Json::exception.
Result<TenantScan> scan_of(const Json& json);

}  // namespace seabed
