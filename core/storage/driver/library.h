#pragma once
// The one place that loads a shared object (Boost.DLL, library.cc). What is loaded stays until the process
// ends.

#include <string>

#include "core/base/status.h"
#include "seabed/driver.h"

namespace seabed {

/// Loads `path` (absolute; the caller has checked owner and mode), binding every symbol now and keeping them
/// local, and negotiates. The same file is entered once in a process. The table has been checked for its
/// major version and for the operations that no driver may lack. Thread-safe.
Result<const seabed_driver_v1*> load_driver(const std::string& path);

}  // namespace seabed
