#pragma once
// The restore path in one call, as the engine would walk it.

#include <string>
#include <vector>

#include "core/format/log_types.h"
#include "core/source/restore_target.h"
#include "core/source/stream_source.h"

namespace seabed::test {

/// begin, every file, every group up to `until`, finish. The result is staged beside `directory`.
Result<RestoreReport> restore_staged(const Snapshot& base, const std::vector<LogGroup>& groups, Scn until,
                                     const std::string& directory);
Status copy_base(const Snapshot& base, RestoreTarget& target);

}  // namespace seabed::test
