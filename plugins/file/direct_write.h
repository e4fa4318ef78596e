#pragma once
// Large parts go past the page cache: a backup is not read again soon, the database's own pages stay cached, and writing
// 1 GB takes half of the time (docs/performance.md).

#include "transfer.h"
#include "upload_dir.h"

namespace seabed_file {

/// Writes as much of the front as can go directly (aligned memory and place, a file system that takes it); *written tells
/// how much, 0 where none can. What is left is the caller's. Not durable before the sync at the end, as any write.
int32_t write_direct(const UploadDir& upload, const char* name, uint64_t offset, Buffers bytes, const Context& context,
                     uint64_t* written, Error& error);

}  // namespace seabed_file
