#pragma once
// Reads of one column family of a staged directory, full or quick, at its restored moment. Nothing there is
// changed: the log is replayed into memory. RocksDB may abort the process on odd input (Debian's library has
// asserts on): callers do this in a child process.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/source/remote_files.h"

namespace seabed::rocksdb_source {

struct StagedReadOptions {
  std::string staged;                  // the directory
  std::shared_ptr<RemoteFiles> files;  // of a quick tenant; empty sizes() for a full one
  std::string family = "default";
  std::string order;  // "bytewise", "reverse": of a comparator that is not known; empty: refuse it
};

/// Keys in the family's own order; nullopt: no bound. `prefix` needs a bytewise order or its reverse.
struct KeyRange {
  std::optional<std::string> from;  // inclusive
  std::optional<std::string> to;    // exclusive
  std::optional<std::string> prefix;
  uint64_t read_ahead = 0;           // bytes, from the first read on; 0: grows by itself as rows are read
};

class StagedReader {
 public:
  /// kConflict: no finished standby; kNotFound names the families that there are; kUnsupported: unknown
  /// comparator.
  static Result<std::unique_ptr<StagedReader>> open(const StagedReadOptions& options);
  virtual ~StagedReader() = default;
  /// nullopt: the key is not there.
  virtual Result<std::optional<std::string>> get(const std::string& key) = 0;
  /// Until `visit` returns false; an error of the medium ends it.
  virtual Status scan(const KeyRange& range,
                      const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
};

}  // namespace seabed::rocksdb_source
