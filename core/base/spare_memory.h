#pragma once
// Memory of large strings that were used up, for the next ones: what the system gives anew is zeroed and mapped page by
// page, which costs more than to fill it. One store for the process, bounded; a log archiver reads into it as fast as it
// gives back. Thread-safe.

#include <cstddef>
#include <string>

namespace seabed::spare_memory {

inline constexpr size_t kSmallest = 256 << 10;   // smaller ones are left to malloc
inline constexpr size_t kMost = 16 << 20;        // kept in all

/// An empty string with room for `bytes`.
std::string take(size_t bytes);
void give(std::string used);
/// Called now and then: when nobody took any for seconds, all that is kept goes back to the system.
void shrink();
size_t kept();

}  // namespace seabed::spare_memory
