#include "tools/mount/writable_layer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/base/log.h"

namespace seabed::mount {
namespace {

constexpr size_t kCopyBuffer = 2 << 20;

int errno_of(const Error& error) {
  switch (error.code) {
    case Code::kNotFound: return -ENOENT;
    case Code::kAlreadyExists: return -EEXIST;
    case Code::kPermissionDenied: return -EACCES;
    case Code::kNoSpace: return -ENOSPC;
    default: return -EIO;
  }
}

int names_in(int directory, std::vector<std::string>* names) {
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return -errno;
  std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), ::closedir);
  if (!listing) return ::close(copy), -EIO;
  errno = 0;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names->push_back(name);
  }
  return -errno;
}

Result<Fd> own_directory(const std::string& path) {
  SEABED_CHECK(make_directories(path));
  return open_directory(path);
}

}  // namespace

Result<std::unique_ptr<WritableLayer>> WritableLayer::open(const std::string& directory,
                                                           const rocksdb_source::StagedView& lower) {
  std::unique_ptr<WritableLayer> layer(new WritableLayer(lower));
  SEABED_CHECK(layer->take(directory));
  return layer;
}

Status WritableLayer::take(const std::string& directory) {
  SEABED_TRY(lock_, own_directory(directory));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(Code::kConflict, directory, "another mount has this writable layer",
                "unmount it, or give --layer");
  SEABED_TRY(files_, own_directory(directory + "/files"));
  SEABED_TRY(gone_, own_directory(directory + "/gone"));
  SEABED_TRY(work_, own_directory(directory + "/work"));
  SEABED_CHECK(check_base(directory + "/base"));
  std::vector<std::string> gone, left;
  if (const int e = names_in(gone_.get(), &gone); e != 0)
    return fail_errno(directory, "cannot be listed", -e);
  gone_names_ = {gone.begin(), gone.end()};
  if (names_in(work_.get(), &left) == 0)
    for (const std::string& name : left) ::unlinkat(work_.get(), name.c_str(), 0);
  return ok();
}

Status WritableLayer::check_base(const std::string& path) const {
  auto base = read_file(path, 4096);
  if (!base && base.error().code == Code::kNotFound) return write_file_atomic(path, lower_.identity());
  if (!base) return fail(base.error());
  if (*base == lower_.identity()) return ok();
  return fail(Code::kConflict, path, "the writable layer was written over another state of this tenant",
              "remove the layer's directory, or give another one with --layer");
}

bool WritableLayer::in_lower(const std::string& path) const { return lower_.sizes().count(path) != 0; }

WritableLayer::Place WritableLayer::find(const std::string& path, struct stat* st) const {
  *st = {};
  if (::fstatat(files_.get(), path.empty() ? "." : path.c_str(), st, AT_SYMLINK_NOFOLLOW) == 0)
    return Place::kUpper;
  const auto it = lower_.sizes().find(path);
  if (it == lower_.sizes().end()) return Place::kNone;
  std::lock_guard lock(mutex_);
  if (gone_names_.count(path) != 0) return Place::kNone;
  st->st_mode = S_IFREG | 0640;
  st->st_nlink = 1;
  st->st_size = it->second;
  st->st_blksize = 65536;
  st->st_blocks = (it->second + 511) / 512;
  return Place::kLower;
}

int WritableLayer::open_upper(const std::string& path, int flags, mode_t mode) {
  auto fd = open_beneath(files_.get(), path, flags, mode);
  return fd ? fd->release() : errno_of(fd.error());
}

int WritableLayer::open_for_write(const std::string& path, int flags) {
  struct stat st {};
  switch (find(path, &st)) {
    case Place::kNone: return -ENOENT;
    case Place::kUpper: return open_upper(path, O_RDWR | (flags & O_TRUNC));
    case Place::kLower: break;
  }
  if (flags & O_TRUNC) return open_upper(path, O_RDWR | O_CREAT, 0640);
  if (const int e = copy_up(path); e != 0) return e;
  return open_upper(path, O_RDWR);
}

int WritableLayer::copy_up(const std::string& path) {
  std::lock_guard lock(copy_mutex_);
  struct stat st {};
  if (find(path, &st) != Place::kLower) return 0;  // somebody was faster
  if (const int e = write_copy(path, st.st_size); e != 0) {
    ::unlinkat(work_.get(), path.c_str(), 0);
    return e;
  }
  return ::renameat(work_.get(), path.c_str(), files_.get(), path.c_str()) == 0 ? 0 : -errno;
}

int WritableLayer::write_copy(const std::string& path, uint64_t length) {
  auto from = lower_.open_file(path);
  if (!from) return errno_of(from.error());
  auto to = open_beneath(work_.get(), path, O_RDWR | O_CREAT | O_TRUNC, 0640);
  if (!to) return errno_of(to.error());
  std::string buffer(std::min<uint64_t>(kCopyBuffer, length), '\0');
  for (uint64_t at = 0; at < length;) {
    auto got = (*from)->read(at, buffer);
    if (!got || *got == 0) {
      log::error("{}: cannot be copied to the writable layer: {}", path,
                 got ? "it is shorter than it was" : got.error().message());
      return -EIO;
    }
    if (auto s = pwrite_full(to->get(), {buffer.data(), *got}, at, path); !s) return errno_of(s.error());
    at += *got;
  }
  return ::fsync(to->get()) == 0 ? 0 : -errno;
}

/// Before the name goes: a death between leaves the file as it was.
int WritableLayer::mark_gone(const std::string& path) {
  if (!in_lower(path)) return 0;
  auto fd = open_beneath(gone_.get(), path, O_RDWR | O_CREAT, 0600);
  if (!fd) return errno_of(fd.error());
  std::lock_guard lock(mutex_);
  gone_names_.insert(path);
  return 0;
}

int WritableLayer::remove(const std::string& path) {
  struct stat st {};
  const Place place = find(path, &st);
  if (place == Place::kNone) return -ENOENT;
  if (const int e = mark_gone(path); e != 0) return e;
  return place == Place::kLower || ::unlinkat(files_.get(), path.c_str(), 0) == 0 ? 0 : -errno;
}

int WritableLayer::remove_directory(const std::string& path) {
  return ::unlinkat(files_.get(), path.c_str(), AT_REMOVEDIR) == 0 ? 0 : -errno;
}

int WritableLayer::rename(const std::string& from, const std::string& to, bool no_replace) {
  struct stat st {
  }, target{};
  if (find(from, &st) == Place::kNone) return -ENOENT;
  if (no_replace && find(to, &target) != Place::kNone) return -EEXIST;
  if (const int e = copy_up(from); e != 0) return e;
  if (const int e = mark_gone(from); e != 0) return e;
  return ::renameat(files_.get(), from.c_str(), files_.get(), to.c_str()) == 0 ? 0 : -errno;
}

int WritableLayer::link(const std::string& from, const std::string& to) {
  struct stat st {};
  if (find(to, &st) != Place::kNone) return -EEXIST;
  if (find(from, &st) == Place::kNone) return -ENOENT;
  if (const int e = copy_up(from); e != 0) return e;
  return ::linkat(files_.get(), from.c_str(), files_.get(), to.c_str(), 0) == 0 ? 0 : -errno;
}

int WritableLayer::truncate(const std::string& path, off_t size) {
  const int fd = open_for_write(path, size == 0 ? O_TRUNC : 0);
  if (fd < 0) return fd;
  const Fd owned(fd);
  return ::ftruncate(fd, size) == 0 ? 0 : -errno;
}

int WritableLayer::list(const std::string& path, std::vector<std::string>* names) const {
  auto directory = path.empty() ? open_beneath(files_.get(), ".", O_RDONLY | O_DIRECTORY)
                                : open_beneath(files_.get(), path, O_RDONLY | O_DIRECTORY);
  if (!directory) return errno_of(directory.error());
  if (const int e = names_in(directory->get(), names); e != 0) return e;
  if (!path.empty()) return 0;
  const std::set<std::string> upper(names->begin(), names->end());
  std::lock_guard lock(mutex_);
  for (const auto& [name, size] : lower_.sizes())
    if (upper.count(name) == 0 && gone_names_.count(name) == 0) names->push_back(name);
  return 0;
}

int WritableLayer::sync() const {
  return ::fsync(files_.get()) == 0 && ::fsync(gone_.get()) == 0 ? 0 : -errno;
}

}  // namespace seabed::mount
