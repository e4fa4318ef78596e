#pragma once
// What can be known before a database is attached: is it one, can it be linked, will its log be whole.
// Nothing is changed but one link, made and removed again, in the pin directory.

#include <vector>

#include "core/source/restore_target.h"
#include "core/source/stream_source.h"

namespace seabed::rocksdb_source {

/// In the order in which a person would want to read them; never empty.
std::vector<PreflightFinding> preflight_directory(const StreamConfig& config);

}  // namespace seabed::rocksdb_source
