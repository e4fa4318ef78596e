#include "core/engine/archive/stream_archiver.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/base/archive_priority.h"
#include "core/base/log.h"
#include "core/base/log_context.h"
#include "core/base/spare_memory.h"

namespace seabed::archive {

namespace {
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// Between two looks: stamps are as narrow as this, and idle or busy it costs no more CPU than so many looks.
constexpr auto kLookEagerly = 10ms, kLookCalmly = 20ms;
constexpr auto kShipEagerly = 100ms;
// Of a rush: what waits longer than this leaves the processor's cache, and takes the application's data out of it.
constexpr uint64_t kShipBytes = 4 << 20;
constexpr auto kIdleWait = 1000ms, kIdleWaitEager = 400ms;
constexpr auto kFirstRetry = 100ms, kLastRetry = 5000ms;
constexpr uint64_t kLeastRead = 256 << 10, kMostRead = 4 << 20;  // of one look: memory of this size is used again

bool ends_stream(Code code) { return code == Code::kGap || code == Code::kFenced; }
}  // namespace

StreamArchiver::StreamArchiver(StreamSource& source, StreamEnvironment environment)
    : source_(source), env_(std::move(environment)) {
  progress_.ls_id = env_.id.ls_id;
}

StreamArchiver::~StreamArchiver() { stop(false); }

void StreamArchiver::start() {
  // Begun by the tenant's archiver: its lines are that tenant's.
  thread_ = std::thread([this, context = log::context()] {
    const log::Scope scope({context.tenant, "archive", "log stream " + std::to_string(env_.id.ls_id)});
    give_way_to_the_application();
    run();
  });
}

void StreamArchiver::stop(bool ship) {
  if (!thread_.joinable()) return;
  ship_at_stop_ = ship;
  cancel_.cancel();
  if (!ship) io_cancel_.cancel();
  thread_.join();
}

void StreamArchiver::run() {
  auto retry = std::chrono::milliseconds(kFirstRetry);
  while (!cancel_.cancelled()) {
    const Status done = attached_ ? archive_loop() : attach();
    if (done) {
      retry = kFirstRetry;
      continue;
    }
    if (cancel_.cancelled()) break;
    note_error(done.error());
    if (std::exchange(medium_lost_, false)) begin_again(done.error());
    else if (ends_stream(done.error().code)) {
      set_condition(done.error().code == Code::kGap ? StreamCondition::kBroken : StreamCondition::kFenced,
                    done.error().message());
      break;
    }
    cancel_.wait_for(retry);
    retry = std::min<std::chrono::milliseconds>(retry * 2, kLastRetry);
  }
  finish(ship_at_stop_);
}

void StreamArchiver::finish(bool ship_buffer) {
  finishing_ = true;
  if (attached_ && ship_buffer && lease_ && lease_->check()) {
    auto done = ship();
    if (done && lease_->check()) done = writer_->seal(io());
    if (!done) note_error(done.error());
  }
  if (lease_) {
    env_.keeper->remove(lease_);
    IoContext ctx;
    ctx.deadline = after(5s);
    lease_->release(ctx);
  }
  {
    std::lock_guard lock(mutex_);
    if (progress_.condition == StreamCondition::kRunning || progress_.condition == StreamCondition::kStarting)
      progress_.condition = StreamCondition::kStopped;
  }
  env_.published();
}

// Returns only with an error of the source or when cancelled. While the medium fails, looking goes on until the buffer
// is full: stamps stay narrow, the checkpoint stands still, and nothing is lost as long as the source keeps its log.
Status StreamArchiver::archive_loop() {
  while (!cancel_.cancelled()) {
    if (lease_->state() == StreamLease::State::kExpired) SEABED_CHECK(reclaim());
    if (lease_->state() == StreamLease::State::kLost) return lease_->check();
    bool more = false;
    if (!gap_ && buffered_bytes_ < env_.buffer_bytes) {
      SEABED_TRY(more, look());
    }
    if (due()) SEABED_CHECK(try_ship());
    if (gap_ && buffer_.empty())
      return fail(Code::kGap, fmt::format("log stream {}", env_.id.ls_id),
                  fmt::format("log is missing behind {}: {}", source_.display(gap_->at), gap_->reason),
                  "start a new round and take a full backup");
    if (!ship_failed_) clear_error();
    pause(more);
  }
  return ok();
}

Status StreamArchiver::try_ship() {
  if (ship_failed_ && Steady::now() < next_ship_) return ok();
  const Status shipped = ship();
  ship_failed_ = !shipped;
  if (shipped) {
    ship_retry_ = kFirstRetry;
    return ok();
  }
  if (medium_lost_ || ends_stream(shipped.error().code)) return shipped;
  note_error(shipped.error());
  ship_retry_ = std::clamp<std::chrono::milliseconds>(ship_retry_ * 2, kFirstRetry, kLastRetry);
  next_ship_ = Steady::now() + ship_retry_;
  return ok();
}

/// True when there is more to read at once.
Result<bool> StreamArchiver::look() {
  if (env_.before_step) env_.before_step();
  last_look_ = Steady::now();
  const uint64_t room = env_.buffer_bytes - std::min(buffered_bytes_, env_.buffer_bytes);
  SEABED_TRY(LogStep step, source_.read_step(std::clamp(room, kLeastRead, kMostRead)));
  const bool more = !step.complete && !step.gap;
  if (step.tablets && env_.saw_tablets) env_.saw_tablets(*step.tablets);
  const auto log = std::find_if(step.groups.begin(), step.groups.end(), [](auto& g) { return carries_log(g.type); });
  if (log != step.groups.end() && env_.saw_log) env_.saw_log(log->scn_hi);
  take(std::move(step));
  Lsn release;
  {
    std::lock_guard lock(mutex_);
    release = release_to_;
  }
  if (release > released_) source_.release(released_ = release);
  return more;
}

void StreamArchiver::take(LogStep step) {
  for (auto& group : step.groups) {
    incarnation_ = group.incarnation;
    last_scn_hi_ = std::max(last_scn_hi_, group.scn_hi);
    piece_id_ = std::max(piece_id_, env_.plan.piece_of(group.scn_hi));
    buffer_.push_back({encode(std::move(group), lease_->epoch()), piece_id_});
    buffered_bytes_ += buffer_.back().group.size();
  }
  for (auto& hole : step.holes) holes_.push_back({std::move(hole), last_scn_hi_, std::max<uint64_t>(piece_id_, 1)});
  gap_ = std::move(step.gap);
  if (step.complete && !gap_) mark_ = Mark{step.clock_before, std::max(last_scn_hi_, step.clock_before)};
}

// At lag target 0 what came is shipped at once, what comes in a rush together: every append ends with a sync.
// Shipping times are the same for all streams of a tenant (multiples of the lag target), so that the tenant's
// checkpoint, the smallest of theirs, moves as soon as the target is due.
bool StreamArchiver::due() const {
  if (buffer_.empty() || buffered_bytes_ >= env_.buffer_bytes || flush_ || gap_) return true;
  const uint64_t lag = static_cast<uint64_t>(std::chrono::nanoseconds(env_.lag_target()).count()) * 9 / 10;
  if (lag == 0) return buffered_bytes_ >= kShipBytes || Steady::now() - shipped_at_ >= kShipEagerly;
  return env_.clock->read().now / lag != last_ship_ / lag;
}

void StreamArchiver::pause(bool more_to_read) {
  const bool full = buffered_bytes_ >= env_.buffer_bytes;
  if (more_to_read && !full) return;
  const bool eager = env_.lag_target() == 0ms;
  const bool hurry = flush_;
  spare_memory::shrink();
  const auto between = eager || hurry ? kLookEagerly : kLookCalmly;
  if (full || gap_) return (void)cancel_.wait_for(kLookEagerly);  // the medium is behind
  const bool soon = hurry || (eager && !buffer_.empty());   // what is buffered is due in a moment
  source_.wait(soon ? kLookEagerly : eager ? kIdleWaitEager : kIdleWait, cancel_);
  const auto since = Steady::now() - last_look_;
  if (since < between) cancel_.wait_for(between - since);
}

void StreamArchiver::note_error(const Error& error) {
  std::lock_guard lock(mutex_);
  if (progress_.error != error.message())
    log::warn("archive of log stream {}: {}", env_.id.ls_id, error.message());
  progress_.error = error.message();
  progress_.pending_bytes = buffered_bytes_;
}

void StreamArchiver::clear_error() {
  std::lock_guard lock(mutex_);
  progress_.error.clear();
  progress_.pending_bytes = buffered_bytes_;
}

void StreamArchiver::set_condition(StreamCondition condition, const std::string& reason) {
  {
    std::lock_guard lock(mutex_);
    progress_.condition = condition;
    progress_.reason = reason;
  }
  env_.published();
}

StreamProgress StreamArchiver::progress() const {
  std::lock_guard lock(mutex_);
  return progress_;
}

std::vector<LogFile> StreamArchiver::files(uint64_t piece_id) const {
  std::lock_guard lock(mutex_);
  const auto part = parts_.find(piece_id);
  return part == parts_.end() ? std::vector<LogFile>() : part->second.files();
}

void StreamArchiver::checkpointed(const Lsn& end) {
  std::lock_guard lock(mutex_);
  release_to_ = std::max(release_to_, end);
}

void StreamArchiver::forget_pieces_below(uint64_t piece_id) {
  std::lock_guard lock(mutex_);
  frozen_below_ = std::max(frozen_below_, piece_id);
}

std::optional<Scn> StreamArchiver::covered(Scn scn) {
  source_.hurry();
  std::lock_guard lock(mutex_);
  const auto now = Steady::now();
  std::erase_if(waiters_, [&](const Waiter& w) { return now - w.asked > 1min; });
  auto waiter = std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter& w) { return w.scn == scn; });
  if (waiter == waiters_.end()) waiter = waiters_.insert(waiter, {scn, std::nullopt, now});
  waiter->asked = now;
  flush_ = true;
  return waiter->stamp;
}

void StreamArchiver::resolve_waiters() {  // mutex_ is held
  bool waiting = false;
  for (auto& w : waiters_) {
    if (!w.stamp && mark_ && mark_->clock_before >= w.scn) w.stamp = mark_->stamp;
    waiting |= Steady::now() - w.asked < 1s;
  }
  flush_ = waiting;
}

}  // namespace seabed::archive
