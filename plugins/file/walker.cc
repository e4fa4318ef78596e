#include "walker.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace seabed_file {

namespace {
constexpr size_t kLook = 4096;  // directory entries between two looks at the deadline

/// NFS keeps a removed but open file under such a name.
bool hidden(const std::string& path, const char* name) {
  return (path.empty() && strcmp(name, kTempDir) == 0) || strncmp(name, ".nfs", 4) == 0;
}

/// The entry as it sorts: "name", "name/", or "" for what is neither file nor directory.
std::string sort_name(int dir, const dirent& entry) {
  unsigned char type = entry.d_type;
  struct stat st {};
  if (type == DT_UNKNOWN && fstatat(dir, entry.d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
    type = S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_LNK;
  if (type == DT_DIR) return std::string(entry.d_name) + "/";
  return type == DT_REG ? entry.d_name : "";
}
}  // namespace

int32_t Walker::open(Fd root, std::string prefix, std::string after, Error& error) {
  prefix_ = std::move(prefix);
  after_ = std::move(after);
  root_ = std::move(root);
  // Begin in the directory that the prefix names: what lies beside it cannot match.
  const size_t slash = prefix_.rfind('/');
  const std::string start = slash == std::string::npos ? "" : prefix_.substr(0, slash);
  Error quiet(nullptr);
  if (!start.empty() && check_key(start, quiet) != SEABED_OK) return SEABED_OK;  // no key looks like that
  Fd dir = open_beneath(root_.get(), start, O_RDONLY | O_DIRECTORY);
  if (!dir && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG))
    return SEABED_OK;
  if (!dir) return fail_errno(error, "its directory cannot be opened", errno);
  int32_t code = SEABED_OK;
  push(std::move(dir), start.empty() ? "" : start + "/", Context(nullptr), &code, error);
  return code;
}

/// Could `key` (or, when it ends with '/', anything below it) belong to the answer?
bool Walker::wanted(const std::string& key) const {
  const size_t common = std::min(key.size(), prefix_.size());
  const bool directory = key.back() == '/';
  if (key.compare(0, common, prefix_, 0, common) != 0) return false;
  if (!directory && key.size() < prefix_.size()) return false;
  if (after_.empty()) return true;
  // A directory is of use when its last possible key is behind `after_`: not lower, or a prefix of it.
  return key > after_ || (directory && after_.compare(0, key.size(), key) == 0);
}

bool Walker::push(Fd dir, std::string path, const Context& context, int32_t* code, Error& error) {
  const int copy = fcntl(dir.get(), F_DUPFD_CLOEXEC, 0);
  DIR* stream = copy < 0 ? nullptr : fdopendir(copy);
  if (stream == nullptr) {
    if (copy >= 0) ::close(copy);
    *code = fail_errno(error, "its directory cannot be read", errno);
    return false;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, closedir);
  Level level{std::move(dir), std::move(path), {}};
  for (size_t count = 1;; ++count) {
    errno = 0;
    const dirent* entry = readdir(stream);
    if (entry == nullptr && errno != 0) *code = fail_errno(error, "its directory cannot be read", errno);
    if (*code == SEABED_OK && count % kLook == 0) *code = context.check(error);
    if (*code != SEABED_OK) return false;
    if (entry == nullptr) break;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (hidden(level.path, entry->d_name)) continue;
    std::string name = sort_name(level.dir.get(), *entry);
    if (!name.empty() && wanted(level.path + name)) level.names.push_back(std::move(name));
  }
  std::sort(level.names.begin(), level.names.end(), std::greater<>());
  levels_.push_back(std::move(level));
  return true;
}

/// One name of the deepest level: a file becomes `out`, a directory a new level. True when `out` was filled.
bool Walker::visit(Entry* out, const Context& context, int32_t* code, Error& error) {
  Level& level = levels_.back();
  std::string name = std::move(level.names.back());
  level.names.pop_back();
  if (name.back() == '/') {
    std::string path = level.path + name;
    name.pop_back();
    Fd dir = open_beneath(level.dir.get(), name, O_RDONLY | O_DIRECTORY);
    if (dir)
      push(std::move(dir), std::move(path), context, code, error);
    else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
      *code = fail_errno(error, "a directory cannot be opened", errno);
    return false;
  }
  struct stat st {};
  if (fstatat(level.dir.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) *code = fail_errno(error, "a file cannot be inspected", errno);
    return false;
  }
  if (!S_ISREG(st.st_mode)) return false;
  out->key = level.path + name;
  out->size = static_cast<uint64_t>(st.st_size);
  out->modified_ns =
      static_cast<uint64_t>(st.st_mtim.tv_sec) * 1000000000u + static_cast<uint64_t>(st.st_mtim.tv_nsec);
  return true;
}

bool Walker::next(Entry* out, const Context& context, int32_t* code, Error& error) {
  *code = SEABED_OK;
  while (!levels_.empty()) {
    if (levels_.back().names.empty()) {
      levels_.pop_back();
      continue;
    }
    if ((*code = context.check(error)) != SEABED_OK) return false;
    if (visit(out, context, code, error)) return true;
    if (*code != SEABED_OK) return false;
  }
  return false;
}

}  // namespace seabed_file
