#pragma once
// Files of a database that are not here: read by range from wherever they lie. What an adapter is given to serve a
// quick tenant (docs/quick-restore.md).

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "core/base/status.h"

namespace seabed {

/// Thread-safe. Bytes that are given out were proved; what cannot be proved is an error, never a wrong byte.
class RemoteFiles {
 public:
  virtual ~RemoteFiles() = default;
  /// Name in the database's directory -> length in bytes. Does not change.
  virtual const std::map<std::string, uint64_t>& sizes() const = 0;
  /// Fills `buffer` from `offset`; fewer bytes only at the end of the file. kNotFound: no such file.
  virtual Result<size_t> read(const std::string& name, uint64_t offset, std::span<char> buffer) = 0;
};

}  // namespace seabed
