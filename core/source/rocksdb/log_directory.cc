#include "core/source/rocksdb/log_directory.h"

#include <fcntl.h>
#include <time.h>

#include <cerrno>

namespace seabed::rocksdb_source {

namespace {
constexpr int64_t kClockTickNs = 20'000'000;  // a directory's time may stand still for so long
constexpr int64_t kSpacing = 20;              // listing takes at most 1/20 of the time

int64_t nanos(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return t.tv_sec * 1'000'000'000ll + t.tv_nsec;
}
int64_t nanos(const timespec& t) { return t.tv_sec * 1'000'000'000ll + t.tv_nsec; }
bool same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev && nanos(a.st_mtim) == nanos(b.st_mtim) &&
         nanos(a.st_ctim) == nanos(b.st_ctim);
}
}  // namespace

Result<WatchedDirectory::Look> WatchedDirectory::look(bool force) {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) {
    if (errno != ENOENT || !optional_) return fail_errno(path_, "cannot be inspected", errno);
    const bool had = !files_.empty();
    files_.clear();
    listed_ = false;
    return Look{had, true};
  }
  if (listed_ && !unsettled_ && same(now, last_)) return Look{false, true};
  const int64_t start = nanos(CLOCK_MONOTONIC);
  if (!force && start < next_listing_) return Look{false, false};
  SEABED_TRY(const Fd dir, open_directory(path_));
  SEABED_TRY(files_, list_db_files(dir.get(), path_));
  last_ = now;  // taken before the listing: a change during it is seen next time
  listed_ = true;
  unsettled_ = nanos(CLOCK_REALTIME) - nanos(now.st_mtim) < kClockTickNs;
  const int64_t end = nanos(CLOCK_MONOTONIC);
  next_listing_ = end + (end - start) * kSpacing;
  return Look{true, true};
}

Result<Fd> WatchedDirectory::open(const std::string& name) const {
  SEABED_TRY(const Fd dir, open_directory(path_));
  return open_beneath(dir.get(), name, O_RDONLY);
}

Result<FileLook> look_at(const Fd& fd, const std::string& name) {
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return fail_errno(name, "cannot be inspected", errno);
  return FileLook{static_cast<uint64_t>(st.st_size), st.st_ino, nanos(st.st_mtim)};
}

LogDirectory::LogDirectory(const std::string& wal_directory, const std::string& pins)
    : live_(wal_directory, false), pins_(pins, true), archive_(wal_directory + "/archive", true), has_pins_(!pins.empty()) {}

Result<bool> LogDirectory::refresh(bool force) {
  SEABED_TRY(const auto live, live_.look(force));
  WatchedDirectory::Look pins{false, true};
  if (has_pins_) {
    SEABED_TRY(pins, pins_.look(force));
  }
  SEABED_TRY(const auto archive, archive_.look(force));
  if (live.changed || pins.changed || archive.changed) {
    wals_.clear();
    for (const WatchedDirectory* d : {&live_, &pins_, &archive_})
      for (const ListedFile& f : d->files())
        if (f.name.kind == DbFileKind::kWal) wals_.insert(f.name.number);
  }
  return live.fresh && pins.fresh && archive.fresh;
}

std::optional<uint64_t> LogDirectory::first_at_or_above(uint64_t number) const {
  const auto it = wals_.lower_bound(number);
  if (it == wals_.end()) return std::nullopt;
  return *it;
}

Result<Fd> LogDirectory::open_wal(uint64_t number) const {
  const std::string name = wal_name(number);
  auto fd = live_.open(name);
  if (!fd && fd.error().code == Code::kNotFound && has_pins_) fd = pins_.open(name);
  if (!fd && fd.error().code == Code::kNotFound) fd = archive_.open(name);
  return fd;
}

}  // namespace seabed::rocksdb_source
