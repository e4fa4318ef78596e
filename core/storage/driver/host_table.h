#pragma once
// What drivers get from us: log and clock.

#include "seabed/host.h"

namespace seabed {

/// Lives as long as the process.
const seabed_host* host_table();

}  // namespace seabed
