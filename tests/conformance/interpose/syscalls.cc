#include "tests/conformance/interpose/syscalls.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <condition_variable>
#include <mutex>

namespace seabed::test {

std::function<int(const std::string&)> fail_with;
size_t longest_write = 0;

std::atomic<bool> all_is_nfs = false;

std::vector<std::string>& events() {
  static std::vector<std::string> all;
  return all;
}

namespace {
std::mutex gate;
std::condition_variable opened;
std::string closed_for;
int asleep = 0;

void pass_gate(const std::string& name) {
  std::unique_lock lock(gate);
  ++asleep;
  opened.wait(lock, [&] { return closed_for.empty() || closed_for != name; });
  --asleep;
}
}  // namespace

void hang_on(const std::string& text) {
  std::lock_guard lock(gate);
  closed_for = text;
  opened.notify_all();
}

int hanging() {
  std::lock_guard lock(gate);
  return asleep;
}

namespace {
std::string path_of(int fd) {
  char path[4096];
  const ssize_t n = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
  return n < 0 ? "?" : std::string(path, static_cast<size_t>(n));
}

template <class Call>
int intercept(const std::string& event, Call&& call) {
  pass_gate(event.substr(0, event.find(' ')));
  {
    std::lock_guard lock(gate);
    events().push_back(event);
  }
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
int open(const char* path, int flags, ...) {
  seabed::test::pass_gate("open");
  va_list more;
  va_start(more, flags);
  const int mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(more, int) : 0;
  va_end(more);
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
ssize_t pread(int fd, void* to, size_t size, off_t offset) {
  seabed::test::pass_gate("pread");
  return syscall(SYS_pread64, fd, to, size, offset);
}
int statfs(const char* path, struct statfs* out) noexcept {
  seabed::test::pass_gate("statfs");
  const int result = static_cast<int>(syscall(SYS_statfs, path, out));
  if (result == 0 && seabed::test::all_is_nfs) out->f_type = 0x6969;
  return result;
}
ssize_t pwritev(int fd, const iovec* vectors, int count, off_t offset) {
  seabed::test::pass_gate("pwritev");
  if (seabed::test::longest_write == 0) return syscall(SYS_pwritev, fd, vectors, count, offset, 0);
  return pwrite(fd, vectors[0].iov_base, std::min(vectors[0].iov_len, seabed::test::longest_write), offset);
}
}
