#pragma once
// What a benchmark found, in the words of the reference.

#include "core/engine/admin/benchmark.h"
#include "tools/cli/error_json.h"

namespace seabed {

Json report_json(const BenchOptions& options, const BenchReport& report);
std::string report_text(const BenchOptions& options, const BenchReport& report);

}  // namespace seabed
