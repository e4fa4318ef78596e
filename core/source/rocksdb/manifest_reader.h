#pragma once
// A live database's MANIFEST, read to a frozen length of whole records and again from there. Not thread-safe.

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/fd.h"
#include "core/base/status.h"
#include "core/source/rocksdb/manifest.h"

namespace seabed::rocksdb_source {

/// The MANIFEST's number that CURRENT names. kNotFound without CURRENT, kCorruption when it says something
/// else.
Result<uint64_t> read_current(int directory, const std::string& path);

class ManifestReader {
 public:
  /// MANIFEST-<number> of the open `directory`; `path` is for messages.
  static Result<std::unique_ptr<ManifestReader>> open(int directory, uint64_t number,
                                                      const std::string& path);
  /// The same of a copy that is open already.
  static std::unique_ptr<ManifestReader> of(Fd fd, uint64_t number, const std::string& path);

  /// Reads what was added since the last call, up to the last whole record.
  Status read_on();
  /// The state at frozen_length().
  const Version& version() const { return version_; }
  /// Behind the last whole record that is not part of an open atomic group: where a copy may end.
  uint64_t frozen_length() const { return frozen_; }
  uint64_t number() const { return number_; }
  int fd() const { return fd_.get(); }

 private:
  ManifestReader(Fd fd, std::string path, uint64_t number)
      : fd_(std::move(fd)), path_(std::move(path)), number_(number) {}
  Result<bool> fill(std::string& buffer, uint64_t from, size_t more);

  Fd fd_;
  std::string path_;
  uint64_t number_, parsed_ = 0, frozen_ = 0;
  Version version_;
};

}  // namespace seabed::rocksdb_source
