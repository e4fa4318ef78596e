#pragma once
// The WAL files that there are: in the database's WAL directory, among the links in the pin directory, and in RocksDB's
// own "archive" folder (WAL_ttl_seconds). Listing is done again only when a directory changed, and it is told whether
// the list is surely up to date. Not thread-safe.

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/base/status.h"
#include "core/source/rocksdb/db_files.h"

namespace seabed::rocksdb_source {

/// One directory, listed when its times say that it changed.
class WatchedDirectory {
 public:
  /// `optional`: a directory that does not exist is an empty one.
  WatchedDirectory(std::string path, bool optional) : path_(std::move(path)), optional_(optional) {}

  struct Look {
    bool changed = false;  // `files` was read anew
    bool fresh = false;    // nothing created before this call is missing from it
  };
  /// `force`: list even if the last listing was expensive and recent.
  Result<Look> look(bool force);
  const std::vector<ListedFile>& files() const { return files_; }
  const std::string& path() const { return path_; }
  /// Opens a file of it; kNotFound when it is gone.
  Result<Fd> open(const std::string& name) const;

 private:
  std::string path_;
  bool optional_;
  struct stat last_ {};
  bool listed_ = false;
  bool unsettled_ = true;      // it changed within the clock tick of the listing: the times may not tell again
  int64_t next_listing_ = 0;   // CLOCK_MONOTONIC ns: expensive listings are spaced out
  std::vector<ListedFile> files_;
};

/// Facts of an open file.
struct FileLook {
  uint64_t size = 0, inode = 0;
  int64_t mtime_ns = 0;
};
Result<FileLook> look_at(const Fd& fd, const std::string& name);

class LogDirectory {
 public:
  /// `pins` may be empty (no links are kept).
  LogDirectory(const std::string& wal_directory, const std::string& pins);
  /// True when the list is surely up to date.
  Result<bool> refresh(bool force);
  const std::set<uint64_t>& wals() const { return wals_; }
  std::optional<uint64_t> first_at_or_above(uint64_t number) const;
  /// From the WAL directory, else from the pins, else from the archive folder.
  Result<Fd> open_wal(uint64_t number) const;

 private:
  WatchedDirectory live_, pins_, archive_;
  bool has_pins_;
  std::set<uint64_t> wals_;
};

}  // namespace seabed::rocksdb_source
