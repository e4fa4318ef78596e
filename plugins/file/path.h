#pragma once
// Keys as paths below the root. Nothing outside the root can be reached: components are checked, and the
// kernel resolves with RESOLVE_BENEATH and without symbolic links.

#include <sys/types.h>

#include <string>
#include <string_view>

#include "fd.h"
#include "file_error.h"

namespace seabed_file {

/// In the root, hidden from list: files that are not published yet.
inline constexpr const char* kTempDir = ".seabed-tmp";
inline constexpr size_t kMaxKey = 2048;
inline constexpr mode_t kDirMode = 0700, kFileMode = 0600;

/// Refuses: empty, too long, empty components, ".", "..", and the name of the temporary directory in the
/// root.
int32_t check_key(std::string_view key, Error& error);

struct SplitKey {
  std::string dir;  // "" for the root
  std::string base;
};
SplitKey split(std::string_view key);

/// openat2 beneath `dir`; -1 with errno. "" opens `dir` itself.
Fd open_beneath(int dir, const std::string& path, int flags, mode_t mode = 0);

/// The root of a store. It is opened for each operation: a mount that comes, goes or is replaced is noticed.
class Root {
 public:
  explicit Root(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }
  /// SEABED_NOT_FOUND when it is not there and `create` is false. Made directories are durable.
  int32_t open(bool create, Fd* out, Error& error) const;

 private:
  std::string path_;
};

/// Opens the directory `dir` below `root` for reading (fsync works on it); makes it, durably, when asked to.
int32_t open_dir(int root, const std::string& dir, bool create, Fd* out, Error& error);

}  // namespace seabed_file
