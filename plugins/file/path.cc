#include "path.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

namespace seabed_file {

namespace {
constexpr int kDirFlags = O_RDONLY | O_DIRECTORY;
constexpr int kRaces = 100;  // with deletions that prune what we just made

/// One component below `parent`, made if absent; the parent is synced when something was made.
int32_t enter(int parent, const std::string& name, Fd* out, Error& error) {
  if (mkdirat(parent, name.c_str(), kDirMode) == 0) {
    if (fsync(parent) != 0) return fail_errno(error, "its directory cannot be synced", errno, parent);
  } else if (errno != EEXIST) {
    return fail_errno(error, "its directory cannot be made", errno, parent);
  }
  *out = open_beneath(parent, name, kDirFlags);
  return *out ? int32_t{SEABED_OK} : fail_errno(error, "its directory cannot be opened", errno);
}

int32_t make_chain(Fd at, std::string_view path, Fd* out, Error& error) {
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    Fd next;
    if (slash > 0)
      if (const int32_t code = enter(at.get(), std::string(path.substr(0, slash)), &next, error)) return code;
    if (next) at = std::move(next);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  *out = std::move(at);
  return SEABED_OK;
}
}  // namespace

int32_t check_key(std::string_view key, Error& error) {
  if (key.empty()) return error.fail(SEABED_INVALID_ARGUMENT, "the key is empty");
  if (key.size() > kMaxKey) return error.fail(SEABED_INVALID_ARGUMENT, "the key is over %zu bytes", kMaxKey);
  for (size_t begin = 0; begin <= key.size();) {
    const size_t end = std::min(key.find('/', begin), key.size());
    const auto part = key.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..")
      return error.fail(SEABED_INVALID_ARGUMENT, "the key has an empty, '.' or '..' component");
    if (begin == 0 && part == kTempDir)
      return error.fail(SEABED_INVALID_ARGUMENT, "the name %s is reserved", kTempDir);
    begin = end + 1;
  }
  return SEABED_OK;
}

SplitKey split(std::string_view key) {
  const size_t slash = key.rfind('/');
  if (slash == std::string_view::npos) return {"", std::string(key)};
  return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

Fd open_beneath(int dir, const std::string& path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const char* name = path.empty() ? "." : path.c_str();
  while (true) {
    const long fd = syscall(SYS_openat2, dir, name, &how, sizeof how);
    if (fd >= 0 || errno != EINTR) return Fd(static_cast<int>(fd));
  }
}

int32_t Root::open(bool create, Fd* out, Error& error) const {
  *out = Fd(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (*out) return SEABED_OK;
  if (errno != ENOENT || !create)
    return fail_errno(error, "the destination's directory cannot be opened", errno);
  Fd top(::open("/", kDirFlags | O_CLOEXEC));
  // The operator's path may lead through symbolic links: follow what is there, make the rest.
  size_t known = path_.size();
  while (known > 0) {
    known = path_.rfind('/', known - 1);
    if (known == std::string::npos || known == 0) break;
    Fd part(::open(path_.substr(0, known).c_str(), kDirFlags | O_CLOEXEC));
    if (!part && errno != ENOENT)
      return fail_errno(error, "the destination's directory cannot be opened", errno);
    if (!part) continue;
    top = std::move(part);
    break;
  }
  if (known == std::string::npos) known = 0;
  return make_chain(std::move(top), std::string_view(path_).substr(known), out, error);
}

int32_t open_dir(int root, const std::string& dir, bool create, Fd* out, Error& error) {
  for (int race = 0; race < kRaces; ++race) {
    *out = open_beneath(root, dir, kDirFlags);
    if (*out) return SEABED_OK;
    if (errno != ENOENT || !create) return fail_errno(error, "its directory cannot be opened", errno);
    Fd top = open_beneath(root, "", kDirFlags);
    if (!top) return fail_errno(error, "the destination's directory cannot be opened", errno);
    const int32_t code = make_chain(std::move(top), dir, out, error);
    if (code != SEABED_NOT_FOUND) return code;  // pruned under us: once more
  }
  return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                    "its directory is being removed again and again");
}

}  // namespace seabed_file
