#pragma once
// A long append goes past the page cache: a log archive is not read again soon, the page cache stays the database's, and
// the bytes cost a sixth of the CPU (docs/performance.md). What does not fill whole blocks at its two ends is written as
// usual; no page holds both, so the two ways never meet.

#include "transfer.h"

namespace seabed_file {

/// All of it at `offset`, the end of the file behind `fd`, which nobody else uses. Not durable before the sync.
int32_t write_append(int fd, uint64_t offset, Buffers bytes, const Context& context, Error& error);

}  // namespace seabed_file
