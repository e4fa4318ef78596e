#pragma once
// A staged tenant, opened for reading: its local directory and, of a quick one, the remote files of each stream. A full
// one has no remote files.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/engine/keys/key_access.h"
#include "core/engine/quick/page_reader.h"
#include "core/engine/quick/quick_lease.h"
#include "core/engine/restore/restore_state.h"

namespace seabed::quick {

/// "<directory>/seabed_quick_<stream>": no stream can have such a name.
inline std::string index_path(const std::string& directory, const std::string& stream) {
  return directory + "/seabed_quick_" + stream;
}

struct QuickStream {
  uint64_t ls_id = 0;
  std::string name, staged;  // staged: its directory
  std::shared_ptr<PageReader> files;
};

struct QuickTenant {
  Fd lock;  // shared: nobody restores, recovers or activates here while it is held
  restore::RestoreState state;
  std::vector<QuickStream> streams;
  std::unique_ptr<ServedLease> lease;  // of a quick one
};

/// `keys`: of an encrypted backup, beside those that the catalog has. `uris`: destinations with what the configuration does not say; empty: the one that the restore read, without secrets.
/// kConflict when the restore is not complete or was activated; kNotFound when its backup sets are gone.
Result<QuickTenant> open_quick_tenant(EngineContext& context, const std::string& directory,
                                      const std::vector<std::string>& uris, PageReaderOptions options,
                                      const KeyAccess& keys = {});

/// The shared side of restore::lock_directory; kConflict when another process has the directory for all of `wait`.
Result<Fd> share_directory(const std::string& directory, std::chrono::milliseconds wait);

}  // namespace seabed::quick
