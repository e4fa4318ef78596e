#include "core/source/rocksdb/link_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace seabed::rocksdb_source {

Error link_error(const std::string& object, int errno_value) {
  Error e = fail_errno(object, "cannot be linked", errno_value).value();
  switch (errno_value) {
    case EXDEV:
      e.code = Code::kUnsupported;
      e.reason = "cannot be linked: the links' directory is on another file system";
      e.next_step = "set pin_directory to a directory on the database's file system";
      break;
    case EPERM:
    case EACCES:
      e.reason =
          "cannot be linked: the kernel refuses links to another user's files (fs.protected_hardlinks)";
      e.next_step = "run the linker as the database's own user";
      break;
    case ENOSPC:
    case EDQUOT: e.next_step = "free space on the database's file system"; break;
    case EMLINK: e.next_step = "the file has too many links; remove other tools' links to it"; break;
    default: break;
  }
  return e;
}

Result<LinkStore> LinkStore::open(const std::string& path) {
  SEABED_CHECK(make_directories(path));
  LinkStore out;
  out.path_ = path;
  SEABED_TRY(out.directory_, open_directory(path));
  SEABED_TRY(out.lock_, open_beneath(out.directory_.get(), "LOCK", O_RDWR | O_CREAT));
  if (::flock(out.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return fail(Code::kConflict, path, "another process keeps the links here",
                  "stop the other linker or agent, or use it");
    return fail_errno(path, "cannot be locked", errno);
  }
  return out;
}

LinkStore::Made LinkStore::link(int from, const char* name, int* errno_out) {
  const int to = directory_.get();
  if (::linkat(from, name, to, name, 0) == 0) return Made::kLinked;
  if (errno == ENOENT) return Made::kGone;
  if (errno != EEXIST) {
    *errno_out = errno;
    return Made::kFailed;
  }
  struct stat ours {
  }, theirs{};
  if (::fstatat(from, name, &theirs, AT_SYMLINK_NOFOLLOW) != 0) return Made::kGone;
  if (::fstatat(to, name, &ours, AT_SYMLINK_NOFOLLOW) == 0 && ours.st_ino == theirs.st_ino)
    return Made::kAlready;
  // A name of an earlier life of the database (restored over, created anew): its log ends here.
  ::unlinkat(to, name, 0);
  if (::linkat(from, name, to, name, 0) == 0) return Made::kReplaced;
  *errno_out = errno;
  return errno == ENOENT ? Made::kGone : Made::kFailed;
}

void LinkStore::unlink(const std::string& name) { ::unlinkat(directory_.get(), name.c_str(), 0); }

Result<std::vector<ListedFile>> LinkStore::list() const { return list_db_files(directory_.get(), path_); }

Result<std::vector<LinkStore::Held>> LinkStore::look(const std::vector<LinkSource>& sources) const {
  SEABED_TRY(auto files, list());
  std::vector<Held> out;
  out.reserve(files.size());
  for (ListedFile& f : files) {
    struct stat st {};
    if (::fstatat(directory_.get(), f.text.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
      continue;  // released meanwhile
    bool original = false;
    for (const LinkSource& s : sources) {
      struct stat there {};
      original |= s.fd && ::fstatat(s.fd.get(), f.text.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                  there.st_ino == st.st_ino;
    }
    out.push_back({std::move(f), !original, static_cast<uint64_t>(st.st_blocks) * 512, st.st_mtim.tv_sec});
  }
  return out;
}

bool linker_runs(const std::string& links) {
  const Fd fd(::open((links + "/LOCK").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return false;
  return ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

Status request_table_links(const std::string& links) {
  const Fd fd(::open((links + "/link-tables").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(links + "/link-tables", "cannot be written", errno);
  if (::futimens(fd.get(), nullptr) != 0)
    return fail_errno(links + "/link-tables", "cannot be touched", errno);
  return ok();
}

Status set_keep_log(const std::string& links, bool on) {
  const std::string path = links + "/keep-log";
  if (!on) return ::unlink(path.c_str()) == 0 || errno == ENOENT ? ok() : fail_errno(path, "cannot be removed", errno);
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(path, "cannot be made", errno);
  const Fd directory(::open(links.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && ::fsync(directory.get()) == 0 ? ok() : fail_errno(links, "cannot be synced", errno);
}

Status release_links(const std::string& links, uint64_t wal, uint64_t manifest) {
  auto dir = open_directory(links);
  if (!dir) return dir.error().code == Code::kNotFound ? ok() : Status(fail(dir.error()));
  SEABED_TRY(const auto files, list_db_files(dir->get(), links));
  for (const ListedFile& f : files) {
    const bool done = (f.name.kind == DbFileKind::kWal && f.name.number < wal) ||
                      (f.name.kind == DbFileKind::kManifest && f.name.number < manifest);
    if (done && ::unlinkat(dir->get(), f.text.c_str(), 0) != 0 && errno != ENOENT)
      return fail_errno(links + "/" + f.text, "cannot be removed", errno);
  }
  return ok();
}

Status drop_stale_links(const std::string& links, const std::string& database,
                        const std::string& wal_directory) {
  auto dir = open_directory(links);
  if (!dir) return dir.error().code == Code::kNotFound ? ok() : Status(fail(dir.error()));
  SEABED_TRY(const auto files, list_db_files(dir->get(), links));
  for (const ListedFile& f : files) {
    const bool wal = f.name.kind == DbFileKind::kWal;
    if (!wal && f.name.kind != DbFileKind::kManifest) continue;
    const std::string original = (wal ? wal_directory : database) + "/" + f.text;
    struct stat ours {
    }, theirs{};
    if (::fstatat(dir->get(), f.text.c_str(), &ours, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (::lstat(original.c_str(), &theirs) == 0 && theirs.st_ino == ours.st_ino) continue;
    if (::unlinkat(dir->get(), f.text.c_str(), 0) != 0 && errno != ENOENT)
      return fail_errno(links + "/" + f.text, "cannot be removed", errno);
  }
  return ok();
}

}  // namespace seabed::rocksdb_source
