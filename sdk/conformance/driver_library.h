#pragma once
// The driver as a host sees it: the loaded library, its table, and the host table that it is given.

#include <string>
#include <vector>

#include "seabed/seabed.h"

namespace seabed::check {

/// Loads once, for the life of the process (a driver is never unloaded). Throws std::runtime_error in words.
const seabed_driver_v1* load_driver(const std::string& path, const seabed_host* host);
seabed_driver_entry_function entry_of(const std::string& path);

/// The host table of this ABI; what the driver logs is kept.
const seabed_host* host_table();
std::vector<std::string> logged();

}  // namespace seabed::check
