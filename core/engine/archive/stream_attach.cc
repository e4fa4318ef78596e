// Beginning and going on: lease, what is on the medium, the source's position.

#include <spdlog/fmt/fmt.h>

#include "core/base/log.h"
#include "core/engine/archive/stream_archiver.h"

namespace seabed::archive {
namespace {

/// Where the log ends on the medium. When its newest files cannot tell (a damaged header), nobody can: to go on would
/// give one LSN two stamps, so the round is broken there, and says where.
Result<StreamTail> end_on_medium(const StreamEnvironment& env, const IoContext& ctx) {
  constexpr int kLooks = 3;  // a bit that flipped on the way is right at the next look
  auto tail = find_tail(*env.store, env.id, env.first_open_piece, env.newest_piece, ctx);
  for (int look = 1; look < kLooks && !tail && tail.error().code == Code::kCorruption; ++look)
    tail = find_tail(*env.store, env.id, env.first_open_piece, env.newest_piece, ctx);
  if (tail || tail.error().code != Code::kCorruption) return tail;
  return fail(Code::kGap, tail.error().object, tail.error().reason + "; where the log on the medium ends cannot be told",
              "start a new round and take a full backup");
}

/// Where a source cannot give again what the medium lost, the loss is what has broken the round.
Status because_of(const std::string& lost, Status attached) {
  if (attached || lost.empty() || attached.error().code != Code::kGap) return attached;
  Error error = attached.error();
  error.reason += "; it is wanted again because the medium lost what it had confirmed: " + lost;
  return fail(std::move(error));
}

}  // namespace

Status StreamArchiver::claim_lease() {
  SEABED_TRY(auto lease, StreamLease::claim(env_.store, env_.id.ls_id, env_.owner, env_.terms,
                                             env_.lease_clock ? *env_.lease_clock : *env_.clock, io()));
  if (lease_) env_.keeper->remove(lease_);
  lease_ = std::move(lease);
  env_.keeper->add(lease_);
  return ok();
}

Status StreamArchiver::attach_source(const StreamTail& tail) {
  std::optional<ArchivedState> state;
  // Groups that bring their stamps along are known by them, log or not.
  SEABED_TRY(const auto followed, source_.followed());
  if (!tail.end.empty() || (followed && tail.scn_hi != 0)) {
    state = ArchivedState{tail.incarnation, tail.end, tail.scn_hi, {}, tail.scn_lo};
    // State beside a checkpoint further on than the medium would skip log: it is not believed.
    if (env_.resume_lsn <= tail.end) state->resume = env_.resume;
  }
  return because_of(lost_, source_.attach(state));
}

/// What was shown on the medium is there no longer. The source keeps its log up to the checkpoint at least: what is still
/// whole on the medium is gone on from, as after a crash; where the source's log begins behind it, the round is broken.
void StreamArchiver::begin_again(const Error& lost) {
  log::error("log stream {}: the medium lost log that it had confirmed ({}): it is archived again from what is there",
             env_.id.ls_id, lost.message());
  lost_ = lost.message();
  buffer_.clear();
  buffered_bytes_ = 0;
  mark_.reset();
  gap_.reset();
  tail_.reset();
  ship_failed_ = attached_ = false;
}

Status StreamArchiver::attach() {
  if (!lease_ || !lease_->check()) {
    tail_.reset();
    SEABED_CHECK(claim_lease());
  }
  bool begun = false;
  if (!tail_) {  // once an epoch: a source that cannot be attached for long must not leave a file at every try
    SEABED_TRY(StreamTail tail, end_on_medium(env_, io()));
    if (tail.end.empty() && !std::max(end_, env_.resume_lsn).empty())
      return because_of(lost_, fail(Code::kGap, fmt::format("log stream {}", env_.id.ls_id),
                                    fmt::format("the medium has none of its log, which was archived up to {}",
                                                source_.display(std::max(end_, env_.resume_lsn))),
                                    "start a new round and take a full backup"));
    if ((begun = tail.end.empty())) {  // its first file tells where the round begins: what lies there may be without a byte
      SEABED_CHECK(attach_source(tail));
      begin_ = source_.position();
    }
    SEABED_CHECK(take_tail(tail));
    tail_ = std::move(tail);
  }
  if (!begun) SEABED_CHECK(attach_source(*tail_));
  attached_ = true;
  lost_.clear();
  {
    std::lock_guard lock(mutex_);
    progress_.condition = StreamCondition::kRunning;
  }
  log::info("log stream {}: archiving from {} as epoch {}", env_.id.ls_id, source_.display(source_.position()),
            lease_->epoch());
  return ok();
}

// The next file is created at once: from here on, what an older writer appends to the last one is nobody's.
Status StreamArchiver::take_tail(const StreamTail& tail) {
  for (const auto& what : tail.damage) log::error("log stream {}: {}", env_.id.ls_id, what);
  if (!tail.torn.empty())
    log::warn("log stream {}: file {} of piece {} has {} bytes behind its last whole group ({}); they are ignored",
              env_.id.ls_id, tail.last.file_id, tail.last.piece_id, tail.ignored_bytes, tail.torn);
  rebuild_ = true;  // at the next publish: until then what was published stays as it is
  changed_ = tail.files;
  end_ = tail.end;
  max_scn_ = tail.scn_hi;
  incarnation_ = tail.incarnation;
  last_scn_hi_ = std::max(last_scn_hi_, tail.scn_hi);
  ArchiveWriterOptions options{lease_->epoch(), lease_->owner(), env_.file_size};
  options.form = env_.form;
  options.form_turn = env_.form_turn;
  writer_ = std::make_unique<ArchiveWriter>(*env_.store, env_.id, options, tail.last);
  const uint64_t piece = tail.last.file_id == 0 ? env_.first_open_piece : tail.last.piece_id;
  piece_id_ = std::max(piece_id_, piece);
  return open_file(piece);
}

Status StreamArchiver::reclaim() {
  const uint64_t mine = lease_->epoch();
  SEABED_CHECK(lease_->look(io()));
  SEABED_CHECK(claim_lease());
  if (lease_->previous_epoch() != mine)
    return fail(Code::kFenced, fmt::format("log stream {}", env_.id.ls_id),
                fmt::format("epoch {} of {} archived it meanwhile", lease_->previous_epoch(), lease_->previous_owner()),
                "only one archiver may run on a destination: stop one of them");
  SEABED_TRY(const StreamTail tail, end_on_medium(env_, io()));
  drop_archived(tail);
  for (auto& buffered : buffer_) {
    SEABED_TRY(buffered.group, restamp(buffered.group, lease_->epoch()));
  }
  return take_tail(tail);
}

// A request whose answer was lost may have arrived: what is there keeps its stamp and is not written again.
void StreamArchiver::drop_archived(const StreamTail& tail) {
  while (!buffer_.empty() && buffer_.front().group.meta.scn_hi <= tail.scn_hi) {
    buffered_bytes_ -= buffer_.front().group.size();
    buffer_.pop_front();
  }
}

}  // namespace seabed::archive
