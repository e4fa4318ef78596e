#pragma once
// Threads that may be left behind in a system call that never returns.

#include <functional>

namespace seabed_file {

/// Runs `job` on an idle thread, or on a new one. Threads end when they have been idle for a while; none is joined.
/// `job` must not throw.
void run_on_worker(std::function<void()> job);

}  // namespace seabed_file
