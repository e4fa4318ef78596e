#pragma once
// What dead writers left in the temporary directory.

namespace seabed_file {

/// Removes temporary files whose writer no longer holds its lock, and uploads that were not whole when their
/// process died. Whole uploads stay: they are listed, resumed or aborted.
void sweep(int temp_dir);

}  // namespace seabed_file
