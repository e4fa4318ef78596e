#pragma once
// The links' directory as the linker's thread uses it: making links fast, counting what they hold, dropping
// some. Not thread-safe (one thread), except where another process works in the same directory.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fd.h"
#include "core/base/status.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/linker.h"

namespace seabed::rocksdb_source {

/// A directory that is linked from.
struct LinkSource {
  std::string path;
  Fd fd;
  bool wals = false, rest = false;  // which kinds of files are taken from here
};

class LinkStore {
 public:
  /// Creates the directory, takes the lock.
  static Result<LinkStore> open(const std::string& path);

  enum class Made { kLinked, kAlready, kReplaced, kGone, kFailed };
  /// No allocation and no logging on the way to linkat. `errno_out` is set for kFailed.
  Made link(int from, const char* name, int* errno_out);
  void unlink(const std::string& name);
  Result<std::vector<ListedFile>> list() const;

  struct Held {
    ListedFile file;
    bool held = false;   // nobody else keeps it: the original is gone
    uint64_t bytes = 0;  // on the disk
    int64_t mtime = 0;
  };
  /// `sources`: where the originals would be.
  Result<std::vector<Held>> look(const std::vector<LinkSource>& sources) const;
  const std::string& path() const { return path_; }
  int fd() const { return directory_.get(); }

 private:
  std::string path_;
  Fd directory_, lock_;
};

/// "linking 000123.log: …" for people, with what to do about it.
Error link_error(const std::string& object, int errno_value);

Status write_linker_status(const std::string& links, const LinkerStats& stats);

}  // namespace seabed::rocksdb_source
