// The linker's housekeeping: what is held, what must be given up, what is told.

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>

#include "core/source/rocksdb/linker_thread.h"

namespace seabed::rocksdb_source {

namespace {
constexpr int64_t kTableRequestSeconds = 60;

bool is_table(DbFileKind kind) { return kind == DbFileKind::kSst || kind == DbFileKind::kBlob; }
}  // namespace

void LinkerThread::keep_house() {
  take_table_requests();
  retry_failed();
  auto files = store_.look(sources_);
  if (files) {
    shrink(&*files);
    count(*files);
  }
  const char* both = link_trouble_.empty() || limit_trouble_.empty() ? "" : "; ";
  counters_.error = link_trouble_ + both + limit_trouble_;
  counters_.written_at = ::time(nullptr);
  {
    std::lock_guard lock(mutex_);
    if (counters_.error.empty()) counters_.error = status_trouble_;
    published_ = counters_;
    ++houses_;
  }
  kept_.notify_one();
}

/// Each housekeeping once, or the newest of those that went by while the disk was slow.
void LinkerThread::tell() {
  std::unique_lock lock(mutex_);
  while (true) {
    kept_.wait(lock, [this] { return stop_ || told_ != houses_; });
    if (stop_) return;
    write_status(&lock);
  }
}

void LinkerThread::write_status(std::unique_lock<std::mutex>* lock) {
  const LinkerStats now = published_;
  const uint64_t house = houses_;
  lock->unlock();
  const Status written = write_linker_status(store_.path(), now);
  lock->lock();
  told_ = house;
  status_trouble_ = written ? std::string() : written.error().message();
}

/// What could not be linked is tried again until it can be; the trouble is told for one look at least.
void LinkerThread::retry_failed() {
  if (last_errno_ != 0)
    link_trouble_ = link_error(config_.database, std::exchange(last_errno_, 0)).message();
  else if (!link_trouble_.empty() && counters_.watching && scan() == 0)
    link_trouble_.clear();
}

void LinkerThread::take_table_requests() {
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

/// Over the limit, what nobody else holds is given up: tables first, then the newest log. The oldest log
/// stays, since the archive goes on from there. With BINDING=Mandatory no log is given up at all.
void LinkerThread::shrink(std::vector<LinkStore::Held>* files) {
  uint64_t held = 0;
  for (const auto& f : *files) held += f.held ? f.bytes : 0;
  counters_.over_limit = held > config_.limit_bytes;
  counters_.keeps_log = ::faccessat(store_.fd(), "keep-log", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  if (!counters_.over_limit) {
    if (held == 0 || counters_.keeps_log) limit_trouble_.clear();  // the archive came by, or begins anew
    return;
  }
  std::sort(files->begin(), files->end(), [](const auto& a, const auto& b) {
    const bool ta = is_table(a.file.name.kind), tb = is_table(b.file.name.kind);
    return ta != tb ? ta : a.file.name.number > b.file.name.number;
  });
  bool log_given_up = false;
  std::erase_if(*files, [&](const auto& f) {
    if (!f.held || held <= config_.limit_bytes) return false;
    if (counters_.keeps_log && !is_table(f.file.name.kind)) return false;
    log_given_up |= !is_table(f.file.name.kind);
    store_.unlink(f.file.text);
    held -= f.bytes;
    ++counters_.dropped;
    return true;
  });
  const std::string limit = "the limit of " + std::to_string(config_.limit_bytes) + " pinned bytes is ";
  if (counters_.keeps_log && held > config_.limit_bytes)
    limit_trouble_ = limit + "exceeded (" + std::to_string(held) + "): BINDING=Mandatory keeps the log until it is archived";
  else if (log_given_up || !counters_.keeps_log)
    limit_trouble_ = limit + "reached: links were given up, and the log will have a gap";
}

void LinkerThread::count(const std::vector<LinkStore::Held>& files) {
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

}  // namespace seabed::rocksdb_source
