#pragma once
// The WAL files that there are: in the database's WAL directory, among the links in the pin directory, and in
// RocksDB's own "archive" folder (WAL_ttl_seconds). Kept up to date by inotify; where the system gives none,
// by listing again when a directory changed, and then it is told whether the list is surely up to date. Not
// thread-safe.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/base/status.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/directory_watch.h"

namespace seabed::rocksdb_source {

/// One directory, listed when its times say that it changed.
class WatchedDirectory {
 public:
  /// `optional`: a directory that does not exist is an empty one.
  WatchedDirectory(std::string path, bool optional) : path_(std::move(path)), optional_(optional) {}

  /// True when files() may be out of date (one stat; true for certain before the first listing).
  Result<bool> changed();
  Status list();
  const std::vector<ListedFile>& files() const { return files_; }
  const std::string& path() const { return path_; }
  /// Opens a file of it; kNotFound when it is gone.
  Result<Fd> open(const std::string& name) const;

 private:
  struct Times {
    uint64_t inode = 0, device = 0;
    int64_t modified = 0, status = 0;
    bool operator==(const Times&) const = default;
  };
  Result<std::optional<Times>> times() const;

  std::string path_;
  bool optional_;
  std::optional<Times> last_;  // of the last listing; nullopt inside: the directory was not there
  bool listed_ = false;
  bool unsettled_ = true;  // it changed within the clock tick of the listing: the times may not tell again
  std::vector<ListedFile> files_;
};

/// Facts of an open file.
struct FileLook {
  uint64_t size = 0, inode = 0;
  int64_t mtime_ns = 0;
};
Result<FileLook> look_at(const Fd& fd, const std::string& name);

/// A file leaves the WAL directory only for one of the other two. So the WAL directory is listed first, and
/// nothing younger than what that listing could know is taken from the others: no file can be missing between
/// two that are told.
class LogDirectory {
 public:
  /// `pins` may be empty (no links are kept). Files are those of the owner of `database`; empty: whose is not asked.
  LogDirectory(const std::string& wal_directory, const std::string& pins, std::string database = {});
  /// True when the list is surely up to date. `force`: list now, however expensive the last listing was.
  Result<bool> refresh(bool force);
  const std::set<uint64_t>& wals() const { return wals_; }
  std::optional<uint64_t> first_at_or_above(uint64_t number) const;
  /// Of those in the WAL directory itself.
  std::optional<uint64_t> oldest_live() const;
  /// The inode behind the name in the WAL directory; nullopt when there is no such file now.
  std::optional<uint64_t> live_inode(uint64_t number) const;
  /// From the WAL directory, else from the pins, else from the archive folder.
  Result<Fd> open_wal(uint64_t number) const;

 private:
  Result<bool> changed();
  Status list();
  Status begin_watch();
  Result<bool> refresh_watched();
  Result<bool> refresh_listed(bool force);

  WatchedDirectory live_, pins_, archive_;
  const std::string database_;
  bool has_pins_;
  bool younger_ = false;      // the others hold a file that waits for the next listing
  int64_t next_listing_ = 0;  // CLOCK_MONOTONIC ns: expensive listings are spaced out
  DirectoryWatch watch_;
  std::map<uint64_t, unsigned> places_;  // while watched: number -> bit for each directory it is in
  std::set<uint64_t> wals_;
};

}  // namespace seabed::rocksdb_source
