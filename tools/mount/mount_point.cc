#include "tools/mount/mount_point.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/fd.h"

extern char** environ;

namespace seabed::mount {
namespace {

namespace fs = std::filesystem;

constexpr char kType[] = "fuse.seabed";

/// proc(5): space, tab, newline and backslash stand as octal.
std::string unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Users that are not root unmount their own through fusermount3.
int run_fusermount(const std::string& path, bool lazy) {
  std::string program = "fusermount3", flag = lazy ? "-uz" : "-u", quiet = "-q", end = "--", where = path;
  char* argv[] = {program.data(), flag.data(), quiet.data(), end.data(), where.data(), nullptr};
  pid_t pid = 0;
  if (const int e = ::posix_spawnp(&pid, program.c_str(), nullptr, nullptr, argv, environ); e != 0) return e;
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EBUSY;
}

int take_away(const std::string& path, bool lazy) {
  if (::umount2(path.c_str(), UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) == 0) return 0;
  return errno == EPERM ? run_fusermount(path, lazy) : errno;
}

}  // namespace

Result<std::string> absolute_path(const std::string& path) {
  std::error_code ec;
  fs::path whole = fs::absolute(path, ec).lexically_normal();
  if (ec || path.empty()) return fail(Code::kInvalidArgument, path, "is no path");
  if (whole.filename().empty()) whole = whole.parent_path();
  const fs::path parent = fs::weakly_canonical(whole.parent_path(), ec);
  return ec ? whole.string() : (parent / whole.filename()).string();
}

std::optional<std::string> mounted_type(const std::string& path) {
  std::ifstream table("/proc/self/mountinfo");
  std::optional<std::string> found;  // the last one lies on top
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string word, where;
    for (int i = 0; i < 4; ++i) words >> word;
    words >> where;
    while (words >> word && word != "-") {
    }
    words >> word;
    if (unescaped(where) == path) found = word;
  }
  return found;
}

bool is_dead(const std::string& path) {
  if (mounted_type(path) != kType) return false;
  // Its attributes may stand in the kernel's cache: only its process can open it.
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return !fd && (errno == ENOTCONN || errno == ECONNABORTED);
}

Status prepare_mount_point(const std::string& path) {
  if (is_dead(path))
    if (const int e = take_away(path, true); e != 0)
      return fail_errno(path, "a dead mount cannot be cleared away", e);
  if (mounted_type(path))
    return fail(Code::kConflict, path, "is a mount point already", "unmount it, or take another one");
  SEABED_CHECK(make_directories(path));
  std::error_code ec;
  if (!fs::is_empty(path, ec) || ec)
    return fail(Code::kConflict, path, "is not empty", "give an empty or a new directory");
  return ok();
}

Status unmount(const std::string& path, bool force) {
  if (mounted_type(path) != kType)
    return fail(Code::kNotFound, path, "is no mount of Seabed", "look into /proc/self/mountinfo");
  const int e = take_away(path, force || is_dead(path));
  if (e == EBUSY)
    return fail(Code::kConflict, path, "is in use",
                "end the programs that have files open there, or give --force");
  return e == 0 ? ok() : fail_errno(path, "cannot be unmounted", e);
}

}  // namespace seabed::mount
