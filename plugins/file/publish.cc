#include "publish.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace seabed_file {

namespace {
constexpr int kRaces = 100;

/// NFS may answer EEXIST to a link that a lost reply already made: then the file has two names.
bool linked_after_all(int fd) {
  struct stat st {};
  return fstat(fd, &st) == 0 && st.st_nlink == 2;
}

int move_if_absent(int from_dir, const char* name, int fd, int to_dir, const char* base) {
  if (renameat2(from_dir, name, to_dir, base, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) return errno;
  if (linkat(from_dir, name, to_dir, base, 0) != 0) {
    const int e = errno;
    if (e != EEXIST || !linked_after_all(fd)) return e;
  }
  unlinkat(from_dir, name, 0);
  return 0;
}

int move(int from_dir, const char* name, int fd, int to_dir, const char* base, bool if_absent) {
  if (if_absent) return move_if_absent(from_dir, name, fd, to_dir, base);
  return renameat(from_dir, name, to_dir, base) == 0 ? 0 : errno;
}

bool is_directory(int dir, const char* name) {
  struct stat st {};
  return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}
}  // namespace

std::string unique_name(const char* prefix) {
  uint64_t random[2] = {};
  if (getrandom(random, sizeof random, 0) != sizeof random) random[0] = static_cast<uint64_t>(getpid());
  char text[64];
  std::snprintf(text, sizeof text, "%s%016llx%016llx", prefix, static_cast<unsigned long long>(random[0]),
                static_cast<unsigned long long>(random[1]));
  return text;
}

int32_t open_temp_dir(int root, Fd* out, Error& error) { return open_dir(root, kTempDir, true, out, error); }

TempFile::~TempFile() {
  if (file_ && !name_.empty()) unlinkat(dir_, name_.c_str(), 0);
}

int32_t TempFile::create(int temp_dir, Error& error) {
  dir_ = temp_dir;
  for (int race = 0; race < kRaces; ++race) {
    name_ = unique_name("p-");
    file_ =
        Fd(openat(temp_dir, name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!file_) return fail_errno(error, "a temporary file cannot be made", errno, temp_dir);
    struct stat st {};
    const bool locked = flock(file_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    if (locked && fstat(file_.get(), &st) == 0 && st.st_nlink > 0) return SEABED_OK;
    // A sweeper took it for one of a dead process in the moment before the lock.
    unlinkat(temp_dir, name_.c_str(), 0);
  }
  return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                    "temporary files are being removed by someone");
}

int32_t publish(int root, int from_dir, const std::string& name, int fd, const std::string& key,
                bool if_absent, Error& error) {
  const SplitKey to = split(key);
  for (int race = 0; race < kRaces; ++race) {
    Fd dir;
    if (const int32_t code = open_dir(root, to.dir, true, &dir, error)) return code;
    const int e = move(from_dir, name.c_str(), fd, dir.get(), to.base.c_str(), if_absent);
    if (e == ENOENT) continue;  // a deletion pruned the directory meanwhile
    if (e == EEXIST && is_directory(dir.get(), to.base.c_str()))
      return fail_errno(error, "cannot be made", EISDIR);
    if (e != 0) return fail_errno(error, "cannot be published", e, dir.get());
    if (fsync(dir.get()) != 0) return fail_errno(error, "its directory cannot be synced", errno, dir.get());
    return SEABED_OK;
  }
  return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                    "its directory is being removed again and again");
}

}  // namespace seabed_file
