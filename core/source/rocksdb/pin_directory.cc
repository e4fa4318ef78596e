#include "core/source/rocksdb/pin_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

namespace seabed::rocksdb_source {
namespace {

namespace fs = std::filesystem;
constexpr char kPrefix[] = "snapshot-";
constexpr char kLock[] = ".lock";

bool links_refused(int error) {
  return error == EXDEV || error == EPERM || error == EACCES || error == EMLINK || error == EOPNOTSUPP;
}

/// The lock of a snapshot directory, taken; empty when a living process has it (or it is gone).
Fd take_lock(const std::string& directory, int flags) {
  Fd lock(::open((directory + "/" + kLock).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600));
  if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) lock.reset();
  return lock;
}

/// From the current offset of neither: copies [0, length) by the kernel where it can.
Result<uint64_t> copy_bytes(int from, int to, uint64_t length, const std::string& name) {
  off_t in = 0, out = 0;
  while (static_cast<uint64_t>(in) < length) {
    const ssize_t n = ::copy_file_range(from, &in, to, &out, length - static_cast<uint64_t>(in), 0);
    if (n == 0) break;
    if (n > 0 || errno == EINTR) continue;
    if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
      return fail_errno(name, "cannot be copied", errno);
    std::string chunk(1 << 20, '\0');  // file systems that do not copy between each other
    const uint64_t want = std::min<uint64_t>(chunk.size(), length - static_cast<uint64_t>(in));
    SEABED_TRY(const size_t got,
               pread_full(from, std::span(chunk.data(), want), static_cast<uint64_t>(in), name));
    if (got == 0) break;
    SEABED_CHECK(pwrite_full(to, std::string_view(chunk.data(), got), static_cast<uint64_t>(out), name));
    in += static_cast<off_t>(got);
    out += static_cast<off_t>(got);
  }
  return static_cast<uint64_t>(in);
}

}  // namespace

PinDirectory::PinDirectory(std::string path, Fd directory, Fd lock, uid_t owner)
    : path_(std::move(path)), directory_(std::move(directory)), lock_(std::move(lock)), owner_(owner) {}

Result<std::unique_ptr<PinDirectory>> PinDirectory::create(const std::string& parent, uid_t owner) {
  SEABED_CHECK(make_directories(parent));
  for (uint64_t n = 1; n < 1'000'000; ++n) {
    const std::string path = parent + "/" + kPrefix + std::to_string(n);
    if (::mkdir(path.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return fail_errno(path, "cannot be created", errno);
    }
    Fd lock = take_lock(path, O_CREAT | O_EXCL);
    if (!lock) return fail(Code::kConflict, path, "another process took it away");
    SEABED_TRY(Fd directory, open_directory(path));
    return std::unique_ptr<PinDirectory>(
        new PinDirectory(path, std::move(directory), std::move(lock), owner));
  }
  return fail(Code::kConflict, parent, "holds too many snapshots", "look for processes that never end");
}

Status PinDirectory::remove_leftovers(const std::string& parent) {
  std::error_code ec;
  std::vector<fs::path> dead;
  for (auto it = fs::directory_iterator(parent, ec); !ec && it != fs::directory_iterator();
       it.increment(ec)) {
    if (it->path().filename().string().starts_with(kPrefix)) dead.push_back(it->path());
  }
  if (ec && ec != std::errc::no_such_file_or_directory)
    return fail_errno(parent, "cannot be listed", ec.value());
  for (const fs::path& path : dead) {
    const Fd lock = take_lock(path.string(), 0);
    // Without a lock file the maker died between mkdir and open (or is there now: then rmdir finds it not
    // empty).
    if (!lock && fs::exists(path / kLock, ec)) continue;
    if (lock)
      fs::remove_all(path, ec);
    else
      ::rmdir(path.c_str());
    if (ec) return fail_errno(path.string(), "cannot be removed", ec.value());
  }
  return ok();
}

PinDirectory::~PinDirectory() {
  std::error_code ec;
  fs::remove_all(path_, ec);
}

Result<PinDirectory::Pinned> PinDirectory::pin(int source, const std::string& name, uint64_t copy_limit) {
  Pinned out;
  if (::linkat(source, name.c_str(), directory_.get(), name.c_str(), 0) == 0) {
    out.found = true;
  } else if (errno == ENOENT) {
    return out;
  } else if (errno == ENOSPC || errno == EDQUOT) {
    return fail_errno(path_ + "/" + name, "cannot be linked", errno);
  } else if (!links_refused(errno)) {
    return fail_errno(path_ + "/" + name, "cannot be linked", errno);
  } else {
    SEABED_TRY(out.found, copy(source, name, copy_limit, &out.size));
    out.copied = true;
    if (!out.found) return out;
  }
  if (const Status checked = check_pinned(name, &out.size); !checked) {
    ::unlinkat(directory_.get(), name.c_str(), 0);
    return fail(checked.error());
  }
  std::lock_guard lock(mutex_);
  files_[name] = out.size;
  pinned_bytes_ += out.size;
  return out;
}

/// A link may have caught a symbolic link, a device or someone else's file.
Status PinDirectory::check_pinned(const std::string& name, uint64_t* size) const {
  struct stat st {};
  if (::fstatat(directory_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
    return fail_errno(path_ + "/" + name, "cannot be inspected", errno);
  if (!S_ISREG(st.st_mode)) return fail(Code::kInvalidArgument, name, "is not a regular file");
  if (st.st_uid != owner_ && st.st_uid != ::geteuid())
    return fail(Code::kPermissionDenied, name, "belongs to another user than the database's CURRENT file");
  *size = static_cast<uint64_t>(st.st_size);
  return ok();
}

/// False when the file went away, or was truncated in going (SstFileManager), while it was copied.
Result<bool> PinDirectory::copy(int source, const std::string& name, uint64_t limit, uint64_t* size) {
  auto from = open_beneath(source, name, O_RDONLY);
  if (!from && from.error().code == Code::kNotFound) return false;
  if (!from) return fail(from.error());
  struct stat st {};
  if (::fstat(from->get(), &st) != 0) return fail_errno(name, "cannot be inspected", errno);
  if (!S_ISREG(st.st_mode) || st.st_uid != owner_)
    return fail(Code::kInvalidArgument, name, "is no regular file of the database's owner");
  *size = static_cast<uint64_t>(st.st_size);
  if (*size > limit)
    return fail(Code::kNoSpace, path_,
                "links are refused here and copies would exceed the limit of pinned bytes",
                "put the pin directory on the database's file system or raise the limit");
  SEABED_TRY(const Fd to, open_beneath(directory_.get(), name, O_WRONLY | O_CREAT | O_EXCL));
  const auto copied = copy_bytes(from->get(), to.get(), *size, name);
  struct stat now {};
  const bool whole = copied && *copied == *size && ::fstat(from->get(), &now) == 0 && now.st_nlink > 0 &&
                     static_cast<uint64_t>(now.st_size) == *size;
  if (!whole) ::unlinkat(directory_.get(), name.c_str(), 0);
  if (!copied) return fail(copied.error());
  return whole;
}

Status PinDirectory::add(const std::string& name, int from, uint64_t length, const std::string& path) {
  ::unlinkat(directory_.get(), name.c_str(), 0);
  SEABED_TRY(const Fd to, open_beneath(directory_.get(), name, O_WRONLY | O_CREAT | O_EXCL));
  SEABED_TRY(const uint64_t copied, copy_bytes(from, to.get(), length, path));
  if (copied != length) return fail(Code::kCorruption, path, "is shorter than a moment ago");
  std::lock_guard lock(mutex_);
  pinned_bytes_ += length - files_[name];
  files_[name] = length;
  return ok();
}

Result<Fd> PinDirectory::open(const std::string& name) const {
  return open_beneath(directory_.get(), name, O_RDONLY);
}

void PinDirectory::unpin(const std::string& name) {
  std::lock_guard lock(mutex_);
  const auto it = files_.find(name);
  if (it == files_.end()) return;
  ::unlinkat(directory_.get(), name.c_str(), 0);
  pinned_bytes_ -= it->second;
  files_.erase(it);
}

std::multimap<uint64_t, std::string> PinDirectory::held_files() const {
  std::vector<std::string> names;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [name, size] : files_) names.push_back(name);
  }
  std::multimap<uint64_t, std::string> out;
  for (const std::string& name : names) {
    struct stat st {};
    if (::fstatat(directory_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_nlink == 1)
      out.emplace(static_cast<uint64_t>(st.st_size), name);
  }
  return out;
}

uint64_t PinDirectory::held_bytes() const {
  uint64_t sum = 0;
  for (const auto& [size, name] : held_files()) sum += size;
  return sum;
}

uint64_t PinDirectory::shrink(uint64_t limit) {
  const auto held = held_files();
  uint64_t sum = 0, dropped = 0;
  for (const auto& [size, name] : held) sum += size;
  for (auto it = held.rbegin(); it != held.rend() && sum - dropped > limit; ++it) {
    unpin(it->second);
    dropped += it->first;
  }
  return dropped;
}

size_t PinDirectory::count() const {
  std::lock_guard lock(mutex_);
  return files_.size();
}

}  // namespace seabed::rocksdb_source
