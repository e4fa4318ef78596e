#pragma once
// What a destination with version=4 is told.

#include "options.h"

namespace seabed_nfs {

/// Mounts the server over NFSv4 with the libnfs of this process, writes and reads back. Never SEABED_OK: either the
/// client was seen to damage what it writes, or it is refused for what no libnfs tells (docs/media/nfs.md).
int32_t refuse_version4(const Options& options, const Context& context, Error& error);

}  // namespace seabed_nfs
