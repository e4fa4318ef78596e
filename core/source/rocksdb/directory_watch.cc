#include "core/source/rocksdb/directory_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kBuffer = 64 << 10;
constexpr uint32_t kThere = IN_CREATE | IN_MOVED_TO, kGone = IN_DELETE | IN_MOVED_FROM;
constexpr uint32_t kReplaced = IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;
}  // namespace

Status DirectoryWatch::begin(const std::vector<std::string>& directories) {
  queue_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  watches_.clear();
  missing_.clear();
  if (!queue_) return fail_errno("inotify", "gives no queue (fs.inotify.max_user_instances)", errno);
  for (size_t i = 0; i < directories.size(); ++i) {
    const int wd = ::inotify_add_watch(queue_.get(), directories[i].c_str(),
                                       kThere | kGone | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    if (wd < 0 && errno == ENOENT) {
      missing_.push_back(directories[i]);
      continue;
    }
    if (wd < 0) {
      const int error = errno;
      queue_.reset();
      return fail_errno(directories[i], "cannot be watched (fs.inotify.max_user_watches)", error);
    }
    watches_.resize(std::max(watches_.size(), static_cast<size_t>(wd) + 1), -1);
    watches_[static_cast<size_t>(wd)] = static_cast<int>(i);
  }
  buffer_.resize(kBuffer);
  return ok();
}

DirectoryWatch::Drain DirectoryWatch::drain(const std::function<void(const Change&)>& changed) {
  for (const std::string& path : missing_)
    if (struct stat st{}; ::stat(path.c_str(), &st) == 0) return Drain::kAgain;
  for (;;) {
    const ssize_t n = ::read(queue_.get(), buffer_.data(), buffer_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 && errno == EAGAIN ? Drain::kFine : Drain::kAgain;
    for (ssize_t at = 0; at < n;) {
      const auto* e = reinterpret_cast<const inotify_event*>(buffer_.data() + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + e->len);
      if ((e->mask & kReplaced) != 0) return Drain::kAgain;
      const int index =
          static_cast<size_t>(e->wd) < watches_.size() ? watches_[static_cast<size_t>(e->wd)] : -1;
      if (index >= 0 && e->len != 0) changed({static_cast<size_t>(index), (e->mask & kThere) != 0, e->name});
    }
  }
}

}  // namespace seabed::rocksdb_source
