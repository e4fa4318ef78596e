#include "core/source/rocksdb/rocksdb_stream.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/incarnation.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/newest_options.h"
#include "core/source/rocksdb/preflight.h"

namespace seabed::rocksdb_source {
namespace {

constexpr std::chrono::milliseconds kPoll{5};
constexpr std::chrono::seconds kBudgetInterval{1}, kLinkerInterval{3};
constexpr int64_t kSilenceSeconds = 10;  // a linker writes its status every second

const std::string& wal_directory(const StreamConfig& config) {
  return config.wal_directory.empty() ? config.directory : config.wal_directory;
}

TailConfig tail_config(const StreamConfig& config, const std::string& links) {
  return {config.directory, config.wal_directory, links, config.allow_recycled_log};
}

SnapshotSettings snapshot_settings(const StreamConfig& config, uint64_t limit) {
  SnapshotSettings out;
  out.directory = config.directory;
  out.wal_directory = config.wal_directory;
  out.pin_directory = config.pin_directory;
  out.copy_limit_bytes = limit;
  return out;
}

}  // namespace

RocksDbStream::RocksDbStream(StreamConfig config, Clock& clock)
    : config_(std::move(config)),
      links_(link_directory(config_.pin_directory)),
      limit_(config_.pinned_limit_bytes != 0 ? config_.pinned_limit_bytes : kDefaultPinnedLimit),
      clock_(clock),
      snapshotter_(snapshot_settings(config_, limit_)) {}

std::string RocksDbStream::describe() const {
  return "log stream " + std::to_string(config_.ls_id) + " (RocksDB in " + config_.directory + ")";
}

Status RocksDbStream::attach(const std::optional<ArchivedState>& state) {
  SEABED_CHECK(make_directories(config_.pin_directory));
  SEABED_CHECK(PinDirectory::remove_leftovers(config_.pin_directory));
  ensure_linker();
  SEABED_TRY(LifeRecord life, look_at_life(config_.directory));
  life.incarnation =
      state && state->incarnation != 0
          ? state->incarnation
          : next_incarnation(read_life(config_.pin_directory), life, restored_from(config_.directory));
  auto tail = std::make_shared<LogTail>(tail_config(config_, links_), clock_);
  SEABED_CHECK(state ? tail->resume(*state) : tail->begin(life.incarnation));
  SEABED_CHECK(write_life(config_.pin_directory, life));
  std::lock_guard lock(tail_mutex_);
  tail_ = std::move(tail);
  incarnation_ = life.incarnation;
  return ok();
}

/// A linker process is better (it survives us); without one the links are made by a thread of this process.
void RocksDbStream::ensure_linker() {
  std::lock_guard lock(linker_mutex_);
  next_linker_ = std::chrono::steady_clock::now() + kLinkerInterval;
  link_failure_.clear();
  if (linker_ || linker_runs(links_)) return;
  auto started = Linker::start({describe(), config_.directory, config_.wal_directory, links_, limit_});
  if (started)
    linker_ = std::move(*started);
  else if (started.error().code != Code::kConflict)
    link_failure_ = started.error().message();
}

Result<LogStep> RocksDbStream::read_step(uint64_t max_bytes) {
  if (!tail_) return fail(Code::kConflict, describe(), "is not attached");
  if (std::chrono::steady_clock::now() >= next_linker_) ensure_linker();
  seen_ = trace();
  auto step = tail_->step(max_bytes);
  recycles_ = tail_->recycles();
  keep_budget();
  return step;
}

/// The linker keeps its own part; what snapshots hold gives way first, for a copy can be taken again.
void RocksDbStream::keep_budget() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_budget_) return;
  next_budget_ = now + kBudgetInterval;
  const LinkerStats linker = linker_stats();
  tell_link_error(linker);
  const uint64_t linked = linker.pinned_bytes;
  if (const uint64_t dropped = snapshotter_.shrink(limit_ - std::min(limit_, linked)))
    log::warn(
        "{}: {} bytes of deleted files were given up, because the limit of pinned bytes ({}) was reached",
        describe(), dropped, limit_);
}

RocksDbStream::Trace RocksDbStream::trace() const {
  Trace out;
  size_t i = 0;
  const auto add = [&](const std::string& path) {
    struct stat st {};
    if (::stat(path.c_str(), &st) != 0) st = {};
    out.values[i++] = st.st_size;
    out.values[i++] = st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec;
  };
  const auto at = decode_lsn(tail_->position());
  add(wal_directory(config_) + "/" + wal_name(at ? at->wal : 0));
  add(wal_directory(config_));
  add(config_.directory);
  return out;
}

void RocksDbStream::wait(std::chrono::milliseconds timeout, const CancelToken& cancel) {
  const Deadline until = after(timeout);
  while (tail_ && std::chrono::steady_clock::now() < until) {
    if (hurried_.exchange(false) || trace() != seen_) return;
    if (cancel.wait_for(kPoll)) return;
  }
}

void RocksDbStream::release(const Lsn& end) {
  if (!tail_) return;
  if (const Status released = tail_->release(end); !released)
    log::warn("{}: links were not released: {}", describe(), released.error().message());
}

std::string RocksDbStream::resume_state() const { return tail_ ? tail_->resume_state() : std::string(); }
Lsn RocksDbStream::position() const {
  std::lock_guard lock(tail_mutex_);
  return tail_ ? tail_->position() : Lsn();
}
std::string RocksDbStream::display(const Lsn& lsn) const { return display_lsn(lsn); }

/// Replay begins where the tailer stood before the MANIFEST was frozen when that is earlier than the base's
/// first WAL: every later edit then stands in a group that replay reads (log_tail.h).
Result<std::unique_ptr<Snapshot>> RocksDbStream::snapshot(const CancelToken& cancel) {
  std::shared_ptr<LogTail> tail;  // attached again meanwhile, the archiver has another
  uint64_t incarnation = 0;
  {
    std::lock_guard lock(tail_mutex_);
    tail = tail_;
    incarnation = incarnation_;
  }
  if (!tail) return fail(Code::kConflict, describe(), "is not attached", "start its log archiving first");
  const Lsn before = tail->position();
  SEABED_TRY(auto taken, snapshotter_.take(incarnation, clock_, cancel));
  taken->start_replay = std::min(taken->start_replay, before);
  return taken;
}

LinkerStats RocksDbStream::linker_stats() const {
  std::lock_guard lock(linker_mutex_);
  if (linker_) return linker_->stats();
  const auto told = read_linker_status(links_);
  return told ? *told : LinkerStats();
}

std::string RocksDbStream::link_error(const LinkerStats& linker) const {
  std::lock_guard lock(linker_mutex_);
  if (!link_failure_.empty()) return link_failure_;
  if (!linker.error.empty() && !(linker.over_limit && linker.keeps_log)) return linker.error;  // that: pinned_limit
  const int64_t silent = ::time(nullptr) - linker.written_at;
  if (linker.written_at == 0 || silent <= kSilenceSeconds) return {};
  return "the linker has not written " + links_ + "/status.json for " + std::to_string(silent) +
         " s: the disk is full, or it hangs";
}

void RocksDbStream::tell_link_error(const LinkerStats& linker) {
  const std::string now = link_error(linker);
  if (now.empty() == told_link_error_.empty()) return;
  if (now.empty()) log::info("{}: log files are linked again", describe());
  else log::warn("{}: log files are not linked: {}", describe(), now);
  told_link_error_ = now;
}

Status RocksDbStream::keep_log(bool on) { return set_keep_log(links_, on); }

StreamHealth RocksDbStream::health() const {
  StreamHealth out;
  const LinkerStats linker = linker_stats();
  out.pinned_bytes = linker.pinned_bytes + snapshotter_.held_bytes();
  out.pinned_limit = limit_;
  out.keeps_log = linker.keeps_log;
  out.link_error = link_error(linker);
  out.linked_files = linker.linked_files + snapshotter_.pinned_files();
  out.recycles_log = recycles_;
  if (const auto options = newest_options(config_.directory)) {
    const auto version = options->facts.version.find("rocksdb_version");
    if (version != options->facts.version.end()) out.engine_version = version->second;
  }
  return out;
}

std::vector<PreflightFinding> RocksDbStream::preflight() { return preflight_directory(config_); }

}  // namespace seabed::rocksdb_source
