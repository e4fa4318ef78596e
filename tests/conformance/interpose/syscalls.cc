#include "tests/conformance/interpose/syscalls.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace seabed::test {

std::function<int(const std::string&)> fail_with;
size_t longest_write = 0;

std::vector<std::string>& events() {
  static std::vector<std::string> all;
  return all;
}

namespace {
std::string path_of(int fd) {
  char path[4096];
  const ssize_t n = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
  return n < 0 ? "?" : std::string(path, static_cast<size_t>(n));
}

template <class Call>
int intercept(const std::string& event, Call&& call) {
  events().push_back(event);
  const int e = fail_with ? fail_with(event) : 0;
  if (e > 0) {
    errno = e;
    return -1;
  }
  const int result = static_cast<int>(call());
  if (e != kDoneThenExists) return result;
  errno = EEXIST;
  return -1;
}
}  // namespace
}  // namespace seabed::test

using seabed::test::intercept;
using seabed::test::path_of;

extern "C" {
int fsync(int fd) {
  return intercept("fsync " + path_of(fd), [&] { return syscall(SYS_fsync, fd); });
}
int fdatasync(int fd) {
  return intercept("fdatasync " + path_of(fd), [&] { return syscall(SYS_fdatasync, fd); });
}
int renameat(int from, const char* old, int to, const char* name) noexcept {
  return intercept("renameat " + path_of(to) + "/" + name,
                   [&] { return syscall(SYS_renameat, from, old, to, name); });
}
int renameat2(int from, const char* old, int to, const char* name, unsigned flags) noexcept {
  return intercept("renameat2 " + path_of(to) + "/" + name,
                   [&] { return syscall(SYS_renameat2, from, old, to, name, flags); });
}
int linkat(int from, const char* old, int to, const char* name, int flags) noexcept {
  return intercept("linkat " + path_of(to) + "/" + name,
                   [&] { return syscall(SYS_linkat, from, old, to, name, flags); });
}
ssize_t pwritev(int fd, const iovec* vectors, int count, off_t offset) {
  if (seabed::test::longest_write == 0) return syscall(SYS_pwritev, fd, vectors, count, offset, 0);
  return pwrite(fd, vectors[0].iov_base, std::min(vectors[0].iov_len, seabed::test::longest_write), offset);
}
}
