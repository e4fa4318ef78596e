#pragma once
// errno in the ABI's words.

#include "seabed/call.hpp"

namespace seabed_file {

using seabed::sdk::Context;
using seabed::sdk::Error;

/// Fills `error` and returns its code. `what` says which step failed ("cannot be written"). With ENOSPC the
/// free space of the file system behind `fd` is told (fd < 0: not known).
int32_t fail_errno(Error& error, const char* what, int errno_value, int fd = -1);

}  // namespace seabed_file
