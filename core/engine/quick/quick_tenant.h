#pragma once
// A tenant that was restored quickly, opened for reading: its local directory and the remote files of each stream.

#include <memory>
#include <string>
#include <vector>

#include "core/engine/quick/page_reader.h"
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
  restore::RestoreState state;
  std::vector<QuickStream> streams;
};

/// `uris`: destinations with what the configuration does not say; empty: the one that the restore read, without secrets.
/// kConflict when the directory holds no finished quick restore; kNotFound when its backup sets are gone.
Result<QuickTenant> open_quick_tenant(EngineContext& context, const std::string& directory,
                                      const std::vector<std::string>& uris, PageReaderOptions options);

}  // namespace seabed::quick
