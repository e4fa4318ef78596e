#include "core/base/fd.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace seabed {

Fd& Fd::operator=(Fd&& o) noexcept {
  if (this != &o) {
    reset();
    fd_ = o.release();
  }
  return *this;
}

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<Fd> open_beneath(int dir, const std::string& name, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC | O_NONBLOCK);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  Fd fd(static_cast<int>(syscall(SYS_openat2, dir, name.c_str(), &how, sizeof how)));
  if (!fd) return fail_errno(name, "cannot be opened", errno);
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return fail_errno(name, "cannot be inspected", errno);
  if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
    return fail(Code::kInvalidArgument, name, "is neither a regular file nor a directory");
  return fd;
}

Result<Fd> open_directory(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno(path, "cannot be opened as a directory", errno);
  return fd;
}

Result<size_t> pread_full(int fd, std::span<char> buffer, uint64_t offset, const std::string& name) {
  size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t n = ::pread(fd, buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(name, "cannot be read", errno);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

Status pwrite_full(int fd, std::string_view bytes, uint64_t offset, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(name, "cannot be written", errno);
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return ok();
}

Result<std::string> read_file(const std::string& path, size_t limit) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno(path, "cannot be opened", errno);
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return fail_errno(path, "cannot be inspected", errno);
  if (!S_ISREG(st.st_mode)) return fail(Code::kInvalidArgument, path, "is not a regular file");
  if (static_cast<uint64_t>(st.st_size) > limit) return fail(Code::kInvalidArgument, path, "is too large");
  // The kernel's own files (/proc) say 0 and have content.
  constexpr size_t kUnknownSize = 64 << 10;
  std::string out(st.st_size == 0 ? std::min(limit, kUnknownSize) : static_cast<size_t>(st.st_size), '\0');
  SEABED_TRY(const size_t n, pread_full(fd.get(), out, 0, path));
  out.resize(n);
  return out;
}

Status fsync_directory(const std::string& path) {
  SEABED_TRY(const Fd dir, open_directory(path));
  if (::fsync(dir.get()) != 0) return fail_errno(path, "cannot be synced", errno);
  return ok();
}

Status write_file_atomic(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string temporary = path + ".tmp." + std::to_string(::getpid());
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return fail_errno(temporary, "cannot be created", errno);
  SEABED_CHECK(pwrite_full(fd.get(), bytes, 0, temporary));
  if (::fsync(fd.get()) != 0) return fail_errno(temporary, "cannot be synced", errno);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail_errno(path, "cannot be replaced", errno);
  const auto parent = std::filesystem::path(path).parent_path();
  return fsync_directory(parent.empty() ? "." : parent.string());
}

Status make_directories(const std::string& path) {
  std::error_code ec;
  std::filesystem::path made;
  for (const auto& part : std::filesystem::path(path)) {
    made /= part;
    if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR)
      return fail_errno(made.string(), "cannot be created", errno);
  }
  if (!std::filesystem::is_directory(path, ec)) return fail(Code::kIo, path, "is not a directory");
  return ok();
}

}  // namespace seabed
