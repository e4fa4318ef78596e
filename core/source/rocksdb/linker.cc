#include "core/source/rocksdb/linker.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>

#include "core/base/log.h"
#include "core/source/rocksdb/link_store.h"

namespace seabed::rocksdb_source {

namespace {
constexpr int kHousekeepingMs = 1000, kReopenMs = 10;
constexpr int64_t kTableRequestSeconds = 60;
constexpr size_t kEventBuffer = 256 << 10;

class LinkerThread final : public Linker {
 public:
  LinkerThread(LinkerConfig config, LinkStore store) : config_(std::move(config)), store_(std::move(store)) {
    if (config_.wal_directory.empty()) config_.wal_directory = config_.database;
    if (config_.limit_bytes == 0) config_.limit_bytes = kDefaultPinnedLimit;
    counters_.limit_bytes = config_.limit_bytes;
    counters_.pid = ::getpid();
  }

  ~LinkerThread() override {
    const uint64_t one = 1;
    stop_ = true;
    if (wake_) (void)!::write(wake_.get(), &one, sizeof one);
    if (thread_.joinable()) thread_.join();
  }

  Status begin() {
    wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake_) return fail_errno(config_.name, "no eventfd", errno);
    SEABED_CHECK(watch());
    if (const int error = scan(); error != 0) return fail(link_error(config_.database, error));
    keep_house();
    thread_ = std::thread([this] { run(); });
    return ok();
  }

  void link_tables(bool on) override {
    tables_asked_ = on;
    const uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
  }

  LinkerStats stats() const override {
    std::lock_guard lock(mutex_);
    return published_;
  }

 private:
  /// Watches first and scans after: nothing created in between is missed.
  Status watch() {
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

  Status add_source(const std::string& path, bool wals, bool rest) {
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

  bool wanted(const LinkSource& source, DbFileKind kind) const {
    switch (kind) {
      case DbFileKind::kWal: return source.wals;
      case DbFileKind::kManifest: return source.rest;
      case DbFileKind::kSst:
      case DbFileKind::kBlob: return source.rest && tables_ && !counters_.over_limit;
      default: return false;
    }
  }

  /// The hot path: from the event to linkat without an allocation.
  int link(const LinkSource& source, const char* name) {
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
  int scan() {
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

  void run() {
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

  void read_events() {
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

  void handle(const inotify_event& e) {
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

  /// The directory was replaced (a restored database): watch the new one as soon as it is there.
  void reopen() {
    watches_.clear();
    if (const Status again = watch(); !again) {
      counters_.watching = false;
      counters_.error = again.error().message();
      return;
    }
    counters_.error.clear();
    scan();
  }

  void keep_house() {
    take_table_requests();
    auto files = store_.look(sources_);
    if (files) {
      shrink(&*files);
      count(*files);
    }
    if (last_errno_ != 0)
      counters_.error = link_error(config_.database, std::exchange(last_errno_, 0)).message();
    counters_.written_at = ::time(nullptr);
    if (const Status written = write_linker_status(store_.path(), counters_);
        !written && counters_.error.empty())
      counters_.error = written.error().message();
    std::lock_guard lock(mutex_);
    published_ = counters_;
  }

  void take_table_requests() {
    struct stat st {};
    const bool asked = ::fstatat(store_.fd(), "link-tables", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                       ::time(nullptr) - st.st_mtim.tv_sec <= kTableRequestSeconds;
    const bool on = asked || tables_asked_;
    if (on == tables_) return;
    tables_ = on;
    if (on) {
      scan();
      return;
    }
    if (const auto files = store_.list())
      for (const ListedFile& f : *files)
        if (is_table(f.name.kind)) store_.unlink(f.text);
  }

  static bool is_table(DbFileKind kind) { return kind == DbFileKind::kSst || kind == DbFileKind::kBlob; }

  /// Over the limit, what nobody else holds is given up: tables first, then the newest log. The oldest log
  /// stays, since the archive goes on from there.
  void shrink(std::vector<LinkStore::Held>* files) {
    uint64_t held = 0;
    for (const auto& f : *files) held += f.held ? f.bytes : 0;
    counters_.over_limit = held > config_.limit_bytes;
    if (!counters_.over_limit) return;
    std::sort(files->begin(), files->end(), [](const auto& a, const auto& b) {
      const bool ta = is_table(a.file.name.kind), tb = is_table(b.file.name.kind);
      return ta != tb ? ta : a.file.name.number > b.file.name.number;
    });
    std::erase_if(*files, [&](const auto& f) {
      if (!f.held || held <= config_.limit_bytes) return false;
      store_.unlink(f.file.text);
      held -= f.bytes;
      ++counters_.dropped;
      return true;
    });
    counters_.error = "the limit of " + std::to_string(config_.limit_bytes) +
                      " pinned bytes is reached: links were given up, and the log will have a gap";
  }

  void count(const std::vector<LinkStore::Held>& files) {
    LinkerStats& c = counters_;
    c.pinned_bytes = c.held_files = c.oldest_wal = c.newest_wal = 0;
    c.linked_files = files.size();
    c.oldest_age_s = 0;
    const int64_t now = ::time(nullptr);
    for (const auto& f : files) {
      if (f.held) {
        c.pinned_bytes += f.bytes;
        ++c.held_files;
        c.oldest_age_s = std::max(c.oldest_age_s, now - f.mtime);
      }
      if (f.file.name.kind != DbFileKind::kWal) continue;
      c.oldest_wal = c.oldest_wal == 0 ? f.file.name.number : std::min(c.oldest_wal, f.file.name.number);
      c.newest_wal = std::max(c.newest_wal, f.file.name.number);
    }
  }

  void drain_wake() {
    uint64_t ignored = 0;
    (void)!::read(wake_.get(), &ignored, sizeof ignored);
  }
  static int64_t now_ms() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000ll + t.tv_nsec / 1'000'000;
  }

  LinkerConfig config_;
  LinkStore store_;
  Fd notify_, wake_;
  std::vector<LinkSource> sources_;
  std::vector<int> watches_;  // watch descriptor -> source
  std::vector<char> events_;
  LinkerStats counters_;  // of the thread
  int last_errno_ = 0;
  bool tables_ = false;
  std::atomic<bool> stop_ = false, tables_asked_ = false;
  mutable std::mutex mutex_;
  LinkerStats published_;
  std::thread thread_;
};
}  // namespace

Result<std::unique_ptr<Linker>> Linker::start(const LinkerConfig& config) {
  SEABED_TRY(LinkStore store, LinkStore::open(config.links));
  auto linker = std::make_unique<LinkerThread>(config, std::move(store));
  SEABED_CHECK(linker->begin());
  return linker;
}

Status run_linker(const std::vector<LinkerConfig>& streams, const CancelToken& stop) {
  if (streams.empty())
    return fail(Code::kInvalidArgument, "linker", "no stream is configured",
                "add a tenant with a log stream");
  std::vector<std::unique_ptr<Linker>> running(streams.size());
  std::vector<std::string> told(streams.size());
  constexpr auto kRetry = std::chrono::seconds(2);
  do {
    for (size_t i = 0; i < streams.size(); ++i) {
      if (running[i]) continue;
      auto started = Linker::start(streams[i]);
      if (started) {
        running[i] = std::move(*started);
        log::info("linker stream={} links={}", streams[i].name, streams[i].links);
      } else if (const std::string why = started.error().message(); why != told[i]) {
        log::error("linker stream={} {}", streams[i].name, why);  // once, not every two seconds
        told[i] = why;
      }
    }
  } while (!stop.wait_for(kRetry));
  return ok();
}

}  // namespace seabed::rocksdb_source
