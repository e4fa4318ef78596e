#pragma once
// A staged directory as the program that owned the database expects it: CURRENT and MANIFEST-<n> under their
// names, the log, OPTIONS, SST and blob files, local or remote. Read only; what of Seabed's own lies there is
// not shown.

#include <map>
#include <memory>
#include <string>

#include "core/base/fd.h"
#include "core/source/remote_files.h"

namespace seabed::rocksdb_source {

/// Thread-safe.
class StagedFile {
 public:
  virtual ~StagedFile() = default;
  /// Fills `buffer` from `offset`; fewer bytes only at the end of the file. What cannot be proved is an
  /// error.
  virtual Result<size_t> read(uint64_t offset, std::span<char> buffer) const = 0;
};

/// Thread-safe; the files it opens hold what they need.
class StagedView {
 public:
  /// kConflict: no finished standby. `files`: of a quick tenant; empty sizes() for a full one.
  static Result<std::unique_ptr<StagedView>> open(const std::string& staged,
                                                  std::shared_ptr<RemoteFiles> files);
  /// Name -> length. Does not change.
  const std::map<std::string, uint64_t>& sizes() const { return sizes_; }
  Result<std::unique_ptr<StagedFile>> open_file(const std::string& name) const;
  /// Another text for another restored state: what was written over one does not fit the other.
  const std::string& identity() const { return identity_; }

 private:
  StagedView() = default;

  std::string staged_, manifest_, identity_;
  Fd directory_;
  std::shared_ptr<RemoteFiles> files_;
  std::map<std::string, uint64_t> sizes_;
};

}  // namespace seabed::rocksdb_source
