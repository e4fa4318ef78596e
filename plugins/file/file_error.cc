#include "file_error.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

namespace seabed_file {

namespace {
int32_t fail_no_space(Error& error, const char* what, int e, int fd) {
  struct statvfs fs {};
  error.os_error(e);
  if (fd < 0 || fstatvfs(fd, &fs) != 0) return error.fail(SEABED_NO_SPACE, "%s: %s", what, strerror(e));
  constexpr unsigned long long kMiB = 1 << 20;
  return error.fail(SEABED_NO_SPACE,
                    "%s: %s; the file system has %llu MiB free of %llu MiB, %llu inodes free", what,
                    strerror(e), fs.f_bavail * fs.f_frsize / kMiB, fs.f_blocks * fs.f_frsize / kMiB,
                    static_cast<unsigned long long>(fs.f_favail));
}

int32_t fail_known(Error& error, const char* what, int e, int fd) {
  switch (e) {
    case ENOENT: return error.fail(SEABED_NOT_FOUND, "%s: there is no such object", what);
    case EEXIST: return error.fail(SEABED_ALREADY_EXISTS, "%s: the object is there already", what);
    case EACCES:
    case EPERM: return error.fail(SEABED_PERMISSION_DENIED, "%s: %s", what, strerror(e));
    case EROFS: return error.fail(SEABED_PERMISSION_DENIED, "%s: the file system is mounted read-only", what);
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return fail_no_space(error, what, e, fd);
    case ENAMETOOLONG:
      return error.fail(SEABED_INVALID_ARGUMENT, "%s: a part of the key is over 255 bytes", what);
    case ENOTDIR:
    case EISDIR:
      return error.fail(SEABED_CONFLICT, "%s: a file cannot be a directory of other keys at the same time",
                        what);
    case ELOOP:
    case EXDEV:
      return error.fail(SEABED_PERMISSION_DENIED, "%s: the path leads through a symbolic link", what);
    case ESTALE:
      return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                        "%s: the handle is stale: the mounted server restarted or the directory was replaced",
                        what);
    case ETIMEDOUT:
    case EHOSTDOWN:
    case ENOTCONN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN: return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s: %s", what, strerror(e));
    default: return error.fail(SEABED_IO, "%s: %s", what, strerror(e));
  }
}
}  // namespace

int32_t fail_errno(Error& error, const char* what, int e, int fd) {
  const int32_t code = fail_known(error, what, e, fd);
  error.os_error(e);
  return code;
}

}  // namespace seabed_file
