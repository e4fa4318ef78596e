#if SEABED_FUSE
#define FUSE_USE_VERSION 312
#include "tools/mount/fuse_directory.h"

#include <fcntl.h>
#include <fuse3/fuse.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>

#include "core/base/log.h"

namespace seabed::mount {
namespace {

using Place = WritableLayer::Place;

/// An open file: of the layer (a descriptor), or of the staged directory.
struct Handle {
  std::string path;
  Fd upper;
  std::unique_ptr<rocksdb_source::StagedFile> lower;
};

FuseDirectory& self() { return *static_cast<FuseDirectory*>(fuse_get_context()->private_data); }
std::string relative(const char* path) { return path[0] == '/' ? path + 1 : path; }
Handle* handle(fuse_file_info* fi) { return fi ? reinterpret_cast<Handle*>(fi->fh) : nullptr; }
int result(int status) { return status == 0 ? 0 : -errno; }

void give(fuse_file_info* fi, std::unique_ptr<Handle> opened) {
  fi->fh = reinterpret_cast<uint64_t>(opened.release());
  fi->keep_cache = 1;  // every change comes through this mount
}

void own(struct stat* st) {
  st->st_uid = self().uid;
  st->st_gid = self().gid;
}

int get_attributes(const char* path, struct stat* st, fuse_file_info* fi) {
  Handle* h = handle(fi);
  if (h && h->upper) {
    if (::fstat(h->upper.get(), st) != 0) return -errno;
  } else if (!path) {
    return -ENOENT;  // a staged file that was removed while it is open
  } else if (self().layer.find(relative(path), st) == Place::kNone) {
    return -ENOENT;
  }
  own(st);
  return 0;
}

int open_file(const char* path, fuse_file_info* fi) {
  auto h = std::make_unique<Handle>();
  h->path = relative(path);
  WritableLayer& layer = self().layer;
  if ((fi->flags & O_ACCMODE) != O_RDONLY || (fi->flags & O_TRUNC)) {
    const int fd = layer.open_for_write(h->path, fi->flags);
    if (fd < 0) return fd;
    h->upper = Fd(fd);
    return give(fi, std::move(h)), 0;
  }
  struct stat st {};
  switch (layer.find(h->path, &st)) {
    case Place::kNone: return -ENOENT;
    case Place::kUpper: {
      const int fd = layer.open_upper(h->path, O_RDONLY);
      if (fd < 0) return fd;
      h->upper = Fd(fd);
      break;
    }
    case Place::kLower: {
      auto lower = self().lower.open_file(h->path);
      if (!lower) {
        log::error("{}: {}", h->path, lower.error().message());
        return -EIO;
      }
      h->lower = std::move(*lower);
    }
  }
  return give(fi, std::move(h)), 0;
}

int create_file(const char* path, mode_t mode, fuse_file_info* fi) {
  auto h = std::make_unique<Handle>();
  h->path = relative(path);
  const int fd =
      self().layer.open_upper(h->path, O_RDWR | O_CREAT | (fi->flags & (O_TRUNC | O_EXCL)), mode & 07777);
  if (fd < 0) return fd;
  h->upper = Fd(fd);
  return give(fi, std::move(h)), 0;
}

/// Not a wrong byte, ever: what could not be proved is an error here, and its object stands in the log.
int read_file(const char*, char* buffer, size_t size, off_t offset, fuse_file_info* fi) {
  Handle* h = handle(fi);
  Result<size_t> got = h->lower ? h->lower->read(offset, {buffer, size})
                                : pread_full(h->upper.get(), {buffer, size}, offset, h->path);
  if (got) return static_cast<int>(*got);
  log::error("{}: {} bytes at {} cannot be read: {}", h->path, size, offset, got.error().message());
  return -EIO;
}

int write_file(const char*, const char* buffer, size_t size, off_t offset, fuse_file_info* fi) {
  Handle* h = handle(fi);
  if (!h->upper) return -EBADF;
  const ssize_t n = ::pwrite(h->upper.get(), buffer, size, offset);
  return n < 0 ? -errno : static_cast<int>(n);
}

int release_file(const char*, fuse_file_info* fi) {
  delete handle(fi);
  return 0;
}

int sync_file(const char*, int data_only, fuse_file_info* fi) {
  Handle* h = handle(fi);
  if (!h->upper) return 0;
  if (const int e = result(data_only ? ::fdatasync(h->upper.get()) : ::fsync(h->upper.get())); e != 0)
    return e;
  return self().layer.sync();  // names too: ext4 would have them
}

int sync_directory(const char*, int, fuse_file_info*) { return self().layer.sync(); }

int truncate_file(const char* path, off_t size, fuse_file_info* fi) {
  Handle* h = handle(fi);
  if (h && h->upper) return result(::ftruncate(h->upper.get(), size));
  return path ? self().layer.truncate(relative(path), size) : -EBADF;
}

int allocate(const char*, int mode, off_t offset, off_t length, fuse_file_info* fi) {
  Handle* h = handle(fi);
  return h->upper ? result(::fallocate(h->upper.get(), mode, offset, length)) : -EBADF;
}

int open_listing(const char* path, fuse_file_info* fi) {
  auto h = std::make_unique<Handle>();
  h->path = relative(path);
  struct stat st {};
  if (self().layer.find(h->path, &st) == Place::kNone) return -ENOENT;
  fi->fh = reinterpret_cast<uint64_t>(h.release());
  return 0;
}

/// Without a path (nullpath_ok): the handle has it.
int list_directory(const char*, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info* fi,
                   fuse_readdir_flags) {
  std::vector<std::string> names{".", ".."};
  if (const int e = self().layer.list(handle(fi)->path, &names); e != 0) return e;
  for (const std::string& name : names)
    if (fill(buffer, name.c_str(), nullptr, 0, fuse_fill_dir_flags{}) != 0) return -ENOMEM;
  return 0;
}

int make_directory(const char* path, mode_t mode) {
  return result(::mkdirat(self().layer.files(), relative(path).c_str(), mode & 07777));
}
int remove_directory(const char* path) { return self().layer.remove_directory(relative(path)); }
int remove_file(const char* path) { return self().layer.remove(relative(path)); }

int rename_file(const char* from, const char* to, unsigned flags) {
  if (flags & ~1u) return -EINVAL;  // 1: RENAME_NOREPLACE
  return self().layer.rename(relative(from), relative(to), flags == 1);
}

int link_file(const char* from, const char* to) { return self().layer.link(relative(from), relative(to)); }
/// A link made here could lead this process out of its layer.
int no_links(const char*, const char*) { return -EPERM; }

int change_mode(const char* path, mode_t mode, fuse_file_info*) {
  struct stat st {};
  const std::string name = relative(path);
  const Place place = self().layer.find(name, &st);
  if (place == Place::kNone) return -ENOENT;
  if (place == Place::kLower || name.empty()) return 0;  // staged files keep theirs
  return result(::fchmodat(self().layer.files(), name.c_str(), mode & 07777, 0));
}

int change_owner(const char*, uid_t uid, gid_t gid, fuse_file_info*) {
  const bool same_user = uid == static_cast<uid_t>(-1) || uid == self().uid;
  const bool same_group = gid == static_cast<gid_t>(-1) || gid == self().gid;
  return same_user && same_group ? 0 : -EPERM;
}

int change_times(const char* path, const timespec times[2], fuse_file_info* fi) {
  Handle* h = handle(fi);
  if (h && h->upper) return result(::futimens(h->upper.get(), times));
  struct stat st {};
  if (!path || self().layer.find(relative(path), &st) == Place::kNone) return -ENOENT;
  const std::string name = relative(path).empty() ? "." : relative(path);
  const int done = ::utimensat(self().layer.files(), name.c_str(), times, AT_SYMLINK_NOFOLLOW);
  return done == 0 || errno == ENOENT ? 0 : -errno;
}

int file_system_status(const char*, struct statvfs* st) {
  return result(::fstatvfs(self().layer.files(), st));
}

void* begin(fuse_conn_info*, fuse_config* config) {
  config->kernel_cache = 1;
  config->hard_remove = 1;  // open files stay readable through their handles
  config->nullpath_ok = 1;
  config->entry_timeout = config->attr_timeout = 60;
  return fuse_get_context()->private_data;
}

fuse_operations operations() {
  fuse_operations ops{};
  ops.init = begin;
  ops.getattr = get_attributes;
  ops.open = open_file;
  ops.create = create_file;
  ops.read = read_file;
  ops.write = write_file;
  ops.release = release_file;
  ops.fsync = sync_file;
  ops.fsyncdir = sync_directory;
  ops.truncate = truncate_file;
  ops.fallocate = allocate;
  ops.opendir = open_listing;
  ops.readdir = list_directory;
  ops.releasedir = release_file;
  ops.mkdir = make_directory;
  ops.rmdir = remove_directory;
  ops.unlink = remove_file;
  ops.rename = rename_file;
  ops.link = link_file;
  ops.symlink = no_links;
  ops.chmod = change_mode;
  ops.chown = change_owner;
  ops.utimens = change_times;
  ops.statfs = file_system_status;
  return ops;
}

/// Owns libfuse's argument list.
struct Arguments {
  explicit Arguments(const std::vector<std::string>& words) {
    for (const std::string& word : words) fuse_opt_add_arg(&args, word.c_str());
  }
  ~Arguments() { fuse_opt_free_args(&args); }
  fuse_args args = FUSE_ARGS_INIT(0, nullptr);
};

Status run_loop(fuse* fs, const std::string& mountpoint, const std::function<void()>& ready) {
  fuse_session* session = fuse_get_session(fs);
  if (fuse_set_signal_handlers(session) != 0)
    return fail(Code::kInternal, mountpoint, "signals cannot be taken");
  fuse_loop_config* config = fuse_loop_cfg_create();
  fuse_loop_cfg_set_max_threads(config, 32);
  ready();
  const int ended = fuse_loop_mt(fs, config);
  fuse_loop_cfg_destroy(config);
  fuse_remove_signal_handlers(session);
  if (ended < 0) return fail_errno(mountpoint, "serving it ended", -ended);
  return ok();
}

}  // namespace

Status serve_fuse(const std::string& mountpoint, FuseDirectory directory,
                  const std::function<void()>& ready) {
  std::string options = "fsname=seabed,subtype=seabed,default_permissions";
  if (directory.allow_other) options += ",allow_other";
  Arguments arguments({"seabed", "-o", options});
  const fuse_operations ops = operations();
  fuse* fs = fuse_new(&arguments.args, &ops, sizeof ops, &directory);
  if (!fs) return fail(Code::kInternal, mountpoint, "libfuse refused its options");
  Status s = ok();
  if (fuse_mount(fs, mountpoint.c_str()) != 0) {
    s = fail(Code::kPermissionDenied, mountpoint,
             "the machine does not let this user mount here (libfuse's words stand above)",
             "run it as root or install fuse3; or read the tenant with `seabed tenant get|scan|count` or "
             "seabed::open_quick");
  } else {
    s = run_loop(fs, mountpoint, ready);
    fuse_unmount(fs);
  }
  fuse_destroy(fs);
  return s;
}

}  // namespace seabed::mount
#endif
