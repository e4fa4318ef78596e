#pragma once
// Reading all of a restored stream: what a drill counts and proves.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/checksum.h"
#include "core/base/status.h"
#include "core/source/remote_files.h"

namespace seabed {

/// A table of the engine (RocksDB: column family).
struct FamilyScan {
  std::string name;
  uint64_t rows = 0, bytes = 0;  // bytes of keys and values
  Hash128 digest{};              // of all rows in their order: keys and values with their lengths
};

struct StreamScan {
  std::vector<FamilyScan> families;
};

struct ScanOptions {
  std::string staged;                  // the standby's directory
  std::shared_ptr<RemoteFiles> files;  // data files that are not in it; null: all are
  const CancelToken* cancel = nullptr;
  std::function<void(uint64_t rows, uint64_t guess)> progress;  // so far, and what the engine guesses; may be empty
};

/// A restored tenant, quick or full, by its directory.
struct TenantScanRequest {
  std::string directory;
  std::vector<std::string> uris;  // what a quick one reads; with secrets
};
struct TenantScan {
  struct Stream {
    uint64_t ls_id = 0;
    std::string name;
    StreamScan scan;
  };
  std::vector<Stream> streams;
  uint64_t medium_bytes = 0;  // asked of the medium while it was read
};
using ScanProgressFn = std::function<void(uint64_t rows, uint64_t guess)>;
using ScanTenantFn = std::function<Result<TenantScan>(const TenantScanRequest&, const ScanProgressFn&, const CancelToken&)>;

}  // namespace seabed
