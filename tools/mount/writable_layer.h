#pragma once
// What a program writes to a mount: a directory that lies over the staged files. Survives the mount and its
// death.
//   files/  the files that were written, and copies of staged ones from their first change on
//   gone/   an empty file for each staged name that was removed or renamed away
//   work/   copies not yet complete
//   base    which restored state it lies over
// Paths are relative to the mount, without a leading slash, and hold neither ".." nor links (none can be
// made).

#include <sys/stat.h>

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/source/rocksdb/staged_view.h"

namespace seabed::mount {

/// Thread-safe. Functions that return int: 0 or a negative errno, as FUSE wants it.
class WritableLayer {
 public:
  /// Makes the directory (mode 0700), or takes it up again. kConflict while another mount has it.
  static Result<std::unique_ptr<WritableLayer>> open(const std::string& directory,
                                                     const rocksdb_source::StagedView& lower);

  /// Where the path is found.
  enum class Place { kNone, kUpper, kLower };
  Place find(const std::string& path, struct stat* st) const;
  int files() const { return files_.get(); }

  /// Opens the upper file; a lower one is copied up first, or made empty for O_TRUNC. Negative errno, else a
  /// descriptor.
  int open_for_write(const std::string& path, int flags);
  int open_upper(const std::string& path, int flags, mode_t mode = 0);
  int copy_up(const std::string& path);
  int remove(const std::string& path);
  int remove_directory(const std::string& path);
  int rename(const std::string& from, const std::string& to, bool no_replace);
  int link(const std::string& from, const std::string& to);
  int truncate(const std::string& path, off_t size);
  /// Names in a directory of the mount; "" is its top.
  int list(const std::string& path, std::vector<std::string>* names) const;
  int sync() const;

 private:
  explicit WritableLayer(const rocksdb_source::StagedView& lower) : lower_(lower) {}
  Status take(const std::string& directory);
  Status check_base(const std::string& path) const;
  int mark_gone(const std::string& path);
  int write_copy(const std::string& path, uint64_t length);
  bool in_lower(const std::string& path) const;

  const rocksdb_source::StagedView& lower_;
  Fd lock_, files_, gone_, work_;
  mutable std::mutex mutex_;  // of gone names, and one copy at a time
  std::set<std::string> gone_names_;
  std::mutex copy_mutex_;
};

}  // namespace seabed::mount
