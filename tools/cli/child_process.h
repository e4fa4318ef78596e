#pragma once
// A body that may be aborted by a library (Debian's RocksDB has its asserts on) runs in a process of its own:
// what it prints is printed, its error is the caller's, and its death becomes an error in words.

#include <functional>
#include <string>

#include "core/base/status.h"

namespace seabed {

/// Forks: to be called before this process has threads. `object` names what is read, for the error of a death
/// by signal (kCorruption: the library found what it does not expect; kIo: somebody killed it).
Result<int> run_in_child(const std::string& object, const std::function<Result<int>()>& body);

}  // namespace seabed
