#pragma once
// Databases that the source got after the base: the archive has their log, nothing that is restored from the base has them.

#include <set>

#include "core/base/scn.h"
#include "core/format/log_types.h"
#include "core/media/archive_reader.h"

namespace seabed::restore {

/// Log streams that the archive has at `target` and `known` does not, rising. Log stream 1 is no database. `pieces`: rising,
/// of one destination. One whose log cannot be read counts: better told than lost.
std::vector<uint64_t> newer_streams(const Medium& medium, const std::vector<PieceFacts>& pieces,
                                    const std::set<uint64_t>& known, Scn target);
/// Why they are not there and what brings them; empty for none.
std::string newer_streams_text(const std::vector<uint64_t>& streams);

}  // namespace seabed::restore
