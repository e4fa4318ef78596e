#include "core/source/rocksdb/log_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "core/source/rocksdb/file_owner.h"

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
uint64_t highest(const WatchedDirectory& d) {
  uint64_t out = 0;
  for (const ListedFile& f : d.files())
    if (f.name.kind == DbFileKind::kWal) out = std::max(out, f.name.number);
  return out;
}
}  // namespace

Result<std::optional<WatchedDirectory::Times>> WatchedDirectory::times() const {
  struct stat now {};
  if (::stat(path_.c_str(), &now) == 0)
    return Times{now.st_ino, now.st_dev, nanos(now.st_mtim), nanos(now.st_ctim)};
  if (errno != ENOENT || !optional_) return fail_errno(path_, "cannot be inspected", errno);
  return std::nullopt;
}

Result<bool> WatchedDirectory::changed() {
  if (!listed_) return true;
  SEABED_TRY(const auto now, times());
  return now != last_ || (now && unsettled_);
}

Status WatchedDirectory::list() {
  SEABED_TRY(last_, times());  // before the listing: a change during it is seen next time
  listed_ = true;
  if (!last_) {
    files_.clear();
    return ok();
  }
  SEABED_TRY(const Fd dir, open_directory(path_));
  SEABED_TRY(files_, list_db_files(dir.get(), path_));
  unsettled_ = nanos(CLOCK_REALTIME) - last_->modified < kClockTickNs;
  return ok();
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

LogDirectory::LogDirectory(const std::string& wal_directory, const std::string& pins, std::string database)
    : live_(wal_directory, false),
      pins_(pins, true),
      archive_(wal_directory + "/archive", true),
      database_(std::move(database)),
      has_pins_(!pins.empty()) {}

Result<bool> LogDirectory::changed() {
  SEABED_TRY(const bool live, live_.changed());
  SEABED_TRY(const bool archive, archive_.changed());
  if (live || archive || younger_ || !has_pins_) return live || archive || younger_;
  return pins_.changed();
}

Status LogDirectory::list() {
  uint64_t known = std::max(highest(pins_), highest(archive_));  // of the listing before
  SEABED_CHECK(live_.list());
  if (has_pins_) SEABED_CHECK(pins_.list());
  SEABED_CHECK(archive_.list());
  known = std::max(known, highest(live_));
  younger_ = std::max(highest(pins_), highest(archive_)) > known;
  wals_.clear();
  for (const WatchedDirectory* d : {&live_, &pins_, &archive_})
    for (const ListedFile& f : d->files())
      if (f.name.kind == DbFileKind::kWal && f.name.number <= known) wals_.insert(f.name.number);
  return ok();
}

Result<bool> LogDirectory::refresh_listed(bool force) {
  SEABED_TRY(const bool outdated, changed());
  if (!outdated) return true;
  const int64_t start = nanos(CLOCK_MONOTONIC);
  if (!force && start < next_listing_) return false;
  SEABED_CHECK(list());
  if (younger_ && force) SEABED_CHECK(list());
  const int64_t end = nanos(CLOCK_MONOTONIC);
  next_listing_ = end + (end - start) * kSpacing;
  return !younger_;
}

/// Watches first and lists after: what comes in between is told twice, and nothing is missed.
Status LogDirectory::begin_watch() {
  std::vector<std::string> paths{live_.path(), archive_.path()};
  if (has_pins_) paths.push_back(pins_.path());
  SEABED_CHECK(watch_.begin(paths));
  SEABED_CHECK(list());
  if (younger_) SEABED_CHECK(list());
  places_.clear();
  unsigned bit = 1;
  for (const WatchedDirectory* d : {&live_, &archive_, &pins_}) {
    for (const ListedFile& f : d->files())
      if (f.name.kind == DbFileKind::kWal) places_[f.name.number] |= bit;
    bit <<= 1;
  }
  return ok();
}

Result<bool> LogDirectory::refresh_watched() {
  const auto told = watch_.drain([&](const DirectoryWatch::Change& c) {
    const auto name = parse_db_file_name(c.name);
    if (!name || name->kind != DbFileKind::kWal) return;
    const unsigned bit = 1u << c.directory;
    const unsigned before = places_[name->number], now = c.there ? before | bit : before & ~bit;
    if (now != 0) {
      places_[name->number] = now;
      wals_.insert(name->number);
    } else {
      places_.erase(name->number);
      wals_.erase(name->number);
    }
  });
  if (told == DirectoryWatch::Drain::kAgain) SEABED_CHECK(begin_watch());
  return !younger_;
}

Result<bool> LogDirectory::refresh(bool force) {
  if (watch_.active() && !younger_) return refresh_watched();
  if (const Status begun = begin_watch(); begun || watch_.active()) {
    if (!begun) return fail(begun.error());
    return !younger_;
  }
  return refresh_listed(force);
}

std::optional<uint64_t> LogDirectory::first_at_or_above(uint64_t number) const {
  const auto it = wals_.lower_bound(number);
  if (it == wals_.end()) return std::nullopt;
  return *it;
}

std::optional<uint64_t> LogDirectory::oldest_live() const {
  for (const uint64_t number : wals_)
    if (live_inode(number)) return number;
  return std::nullopt;
}

std::optional<uint64_t> LogDirectory::live_inode(uint64_t number) const {
  struct stat st {};
  if (::lstat((live_.path() + "/" + wal_name(number)).c_str(), &st) != 0) return std::nullopt;
  return st.st_ino;
}

Result<Fd> LogDirectory::open_wal(uint64_t number) const {
  const std::string name = wal_name(number);
  auto fd = live_.open(name);
  if (!fd && fd.error().code == Code::kNotFound && has_pins_) fd = pins_.open(name);
  if (!fd && fd.error().code == Code::kNotFound) fd = archive_.open(name);
  if (fd && !database_.empty()) SEABED_CHECK(check_owner(fd->get(), name, database_owner(database_)));
  return fd;
}

}  // namespace seabed::rocksdb_source
