// From the kernel's event to the link.

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/source/rocksdb/linker_thread.h"

namespace seabed::rocksdb_source {

namespace {
constexpr int kHousekeepingMs = 1000, kReopenMs = 10;
constexpr size_t kEventBuffer = 256 << 10;

int64_t now_ms() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000ll + t.tv_nsec / 1'000'000;
}
}  // namespace

LinkerThread::LinkerThread(LinkerConfig config, LinkStore store)
    : config_(std::move(config)), store_(std::move(store)) {
  if (config_.wal_directory.empty()) config_.wal_directory = config_.database;
  if (config_.limit_bytes == 0) config_.limit_bytes = kDefaultPinnedLimit;
  counters_.limit_bytes = config_.limit_bytes;
  counters_.pid = ::getpid();
}

LinkerThread::~LinkerThread() {
  const uint64_t one = 1;
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  kept_.notify_all();
  if (wake_) (void)!::write(wake_.get(), &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  if (teller_.joinable()) teller_.join();
}

Status LinkerThread::begin() {
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return fail_errno(config_.name, "no eventfd", errno);
  SEABED_CHECK(watch());
  if (const int error = scan(); error != 0) return fail(link_error(config_.database, error));
  keep_house();
  {
    std::unique_lock lock(mutex_);
    write_status(&lock);
  }
  teller_ = std::thread([this] { tell(); });
  thread_ = std::thread([this] { run(); });
  return ok();
}

void LinkerThread::link_tables(bool on) {
  tables_asked_ = on;
  const uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof one);
}

LinkerStats LinkerThread::stats() const {
  std::lock_guard lock(mutex_);
  return published_;
}

/// Watches first and scans after: nothing created in between is missed.
Status LinkerThread::watch() {
  notify_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!notify_)
    return fail_errno(config_.name, "inotify is not to be had (fs.inotify.max_user_instances)", errno);
  sources_.clear();
  const bool one = config_.wal_directory == config_.database;
  SEABED_CHECK(add_source(config_.wal_directory, true, one));
  if (!one) SEABED_CHECK(add_source(config_.database, false, true));
  counters_.watching = true;
  return ok();
}

Status LinkerThread::add_source(const std::string& path, bool wals, bool rest) {
  LinkSource source{path, {}, wals, rest};
  SEABED_TRY(source.fd, open_directory(path));
  // By the descriptor's own path: the very directory that links are made from.
  const std::string self = "/proc/self/fd/" + std::to_string(source.fd.get());
  const int wd = ::inotify_add_watch(notify_.get(), self.c_str(),
                                     IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
  if (wd < 0) return fail_errno(path, "cannot be watched (fs.inotify.max_user_watches)", errno);
  sources_.push_back(std::move(source));
  watches_.resize(std::max(watches_.size(), static_cast<size_t>(wd) + 1), -1);
  watches_[static_cast<size_t>(wd)] = static_cast<int>(sources_.size()) - 1;
  return ok();
}

/// The directory was replaced (a restored database): watch the new one as soon as it is there.
void LinkerThread::reopen() {
  watches_.clear();
  if (const Status again = watch(); !again) {
    counters_.watching = false;
    link_trouble_ = again.error().message();
    return;
  }
  link_trouble_.clear();
  scan();
}

bool LinkerThread::wanted(const LinkSource& source, DbFileKind kind) const {
  switch (kind) {
    case DbFileKind::kWal: return source.wals;
    case DbFileKind::kManifest: return source.rest;
    case DbFileKind::kSst:
    case DbFileKind::kBlob: return source.rest && tables_ && !counters_.over_limit;
    default: return false;
  }
}

/// The hot path: from the event to linkat without an allocation.
int LinkerThread::link(const LinkSource& source, const char* name) {
  const auto parsed = parse_db_file_name(name);
  if (!parsed || !wanted(source, parsed->kind)) return 0;
  int error = 0;
  switch (store_.link(source.fd.get(), name, &error)) {
    case LinkStore::Made::kLinked: ++counters_.links_made; break;
    case LinkStore::Made::kReplaced: ++counters_.replaced; break;
    case LinkStore::Made::kGone: ++counters_.missed; break;
    case LinkStore::Made::kFailed:
      ++counters_.failed;
      last_errno_ = error;
      break;
    case LinkStore::Made::kAlready: break;
  }
  return error;
}

/// Links what is there already. The first errno, or 0.
int LinkerThread::scan() {
  int first = 0;
  for (const LinkSource& source : sources_) {
    const auto files = list_db_files(source.fd.get(), source.path);
    if (!files) continue;
    for (const ListedFile& f : *files) {
      const int error = link(source, f.text.c_str());
      if (first == 0) first = error;
    }
  }
  return first;
}

void LinkerThread::run() {
  // Where the system allows it, ahead of everything that is not real-time: a WAL may live for milliseconds
  // only.
  const sched_param priority{1};
  (void)::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &priority);
  (void)::pthread_setname_np(::pthread_self(), "seabed-linker");
  events_.resize(kEventBuffer);
  int64_t next_house = now_ms() + kHousekeepingMs;
  while (!stop_) {
    pollfd fds[2] = {{notify_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    const int64_t wait = counters_.watching ? std::max<int64_t>(0, next_house - now_ms()) : kReopenMs;
    if (::poll(fds, 2, static_cast<int>(wait)) < 0 && errno != EINTR) break;
    read_events();
    if (!counters_.watching) reopen();
    const bool woken = (fds[1].revents & POLLIN) != 0;
    if (woken) drain_wake();
    if (!woken && now_ms() < next_house) continue;
    keep_house();
    next_house = now_ms() + kHousekeepingMs;
  }
}

void LinkerThread::read_events() {
  for (;;) {
    const ssize_t n = ::read(notify_.get(), events_.data(), events_.size());
    if (n <= 0) return;
    for (ssize_t at = 0; at < n;) {
      const auto* e = reinterpret_cast<const inotify_event*>(events_.data() + at);
      handle(*e);
      at += static_cast<ssize_t>(sizeof(inotify_event) + e->len);
    }
  }
}

void LinkerThread::handle(const inotify_event& e) {
  if ((e.mask & IN_Q_OVERFLOW) != 0) {
    ++counters_.overflows;
    scan();
    return;
  }
  if ((e.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) {
    counters_.watching = false;
    return;
  }
  if (e.len == 0 || e.wd < 0 || static_cast<size_t>(e.wd) >= watches_.size()) return;
  const int source = watches_[static_cast<size_t>(e.wd)];
  if (source >= 0 && static_cast<size_t>(source) < sources_.size())
    link(sources_[static_cast<size_t>(source)], e.name);
}

void LinkerThread::drain_wake() {
  uint64_t ignored = 0;
  (void)!::read(wake_.get(), &ignored, sizeof ignored);
}

}  // namespace seabed::rocksdb_source
