#pragma once
// Memory of large strings that were used up, for the next ones: what the system gives anew is zeroed and mapped page by
// page, which costs more than to fill it. One store for the process, bounded; a log archiver reads into it as fast as it
// gives back. Thread-safe.

#include <cstddef>
#include <string>

namespace seabed::spare_memory {

inline constexpr size_t kSmallest = 256 << 10;   // smaller ones are left to malloc
inline constexpr size_t kMost = 24 << 20;        // kept in all: a stream's full buffer, a look, and some blocks of a copy

/// A string of `bytes` characters, whatever they are: what was given before is neither freed nor cleared.
std::string take(size_t bytes);
void give(std::string used);
/// Called now and then: when nobody took any for seconds, all that is kept goes back to the system.
void shrink();
/// For a program that takes much: memory of this size and more comes from the system and goes back to it at once, however
/// large what was given back before. Otherwise malloc learns to keep it in its heaps, where something small soon stands
/// behind it: what a rush of log took would stay. Called once, before there are threads.
void return_large_blocks();
size_t kept();

}  // namespace seabed::spare_memory
