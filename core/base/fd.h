#pragma once
// Owned file descriptors and careful opening of paths that another user may shape.

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/status.h"

namespace seabed {

/// Owns one descriptor; closes it at the end. Movable.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(o.release()) {}
  Fd& operator=(Fd&& o) noexcept;
  ~Fd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

/// Opens `name` (relative, may hold '/') below the directory `dir` with openat2 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
/// regular files and directories only. `flags` as in open(2), O_CLOEXEC is added.
Result<Fd> open_beneath(int dir, const std::string& name, int flags, mode_t mode = 0600);
Result<Fd> open_directory(const std::string& path);
/// Reads exactly up to `buffer.size()` bytes at `offset`; fewer only at the end of the file.
Result<size_t> pread_full(int fd, std::span<char> buffer, uint64_t offset, const std::string& name);
Status pwrite_full(int fd, std::string_view bytes, uint64_t offset, const std::string& name);
/// The whole file; refused when longer than `limit` bytes.
Result<std::string> read_file(const std::string& path, size_t limit = 64 << 20);
/// Writes a temporary file beside it, fsyncs, renames over and fsyncs the directory.
Status write_file_atomic(const std::string& path, std::string_view bytes, mode_t mode = 0600);
Status fsync_directory(const std::string& path);
/// mkdir -p with mode 0700 for what is new.
Status make_directories(const std::string& path);

}  // namespace seabed
