#pragma once
// Reading a restored tenant in a process of its own (`seabed drill scan`): what RocksDB makes of bad input
// ends that process, and the caller hears of it in words.

#include <string>

#include "core/source/stream_scan.h"

namespace seabed {

/// `config_file`: for the child's drivers; empty: without one. Destinations reach it by standard input.
ScanTenantFn scan_in_child(const std::string& config_file);

/// The child's side: lines of JSON on standard output, the result last.
std::string scan_progress_line(uint64_t rows, uint64_t guess);
std::string scan_result_line(const Result<TenantScan>& result);

}  // namespace seabed
