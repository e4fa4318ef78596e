#include "core/source/rocksdb/staged_stream.h"

#include <sys/stat.h>

#include <algorithm>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/follow_state.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/payload.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed::rocksdb_source {
namespace {

constexpr std::chrono::milliseconds kPoll{10};

}  // namespace

StagedStream::StagedStream(StreamConfig config)
    : config_(std::move(config)), staged_(staged_path(config_.directory)) {}

std::string StagedStream::describe() const {
  return "log stream " + std::to_string(config_.ls_id) + " (standby staged in " + staged_ + ")";
}

Result<rocksdb::FollowState> StagedStream::read_state() const {
  const auto phase = rocksdb_source::read_state(staged_);
  if (!phase || phase->phase != StagedPhase::kStandby)
    return fail(Code::kConflict, staged_, "holds no standby any more", "look at the tenant's role");
  SEABED_TRY(rocksdb::FollowState state, read_follow(staged_));
  if (!state.journaled())
    return fail(Code::kUnsupported, staged_,
                "was restored by a version that kept no journal of its log groups",
                "restore it again to archive it");
  return state;
}

StagedStream::Mark StagedStream::mark() const {
  struct stat st {};
  if (::stat((staged_ + "/" + kFollowFile).c_str(), &st) != 0) return {};
  return {st.st_ino, st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec};
}

/// Renamed over at each step: what its name stands for tells whether there is something new.
Status StagedStream::refresh() {
  const Mark now = mark();
  if (now == seen_ && now.inode != 0) return ok();
  SEABED_TRY(const rocksdb::FollowState state, read_state());
  settled_ = {state.journal_length(), state.whole_scn(), state.end_scn()};
  seen_ = now;
  return ok();
}

Result<std::unique_ptr<JournalReader>> StagedStream::open_journal() const {
  SEABED_TRY(Fd directory, open_directory(staged_));
  return std::make_unique<JournalReader>(std::move(directory), staged_);
}

Status StagedStream::attach(const std::optional<ArchivedState>& state) {
  SEABED_CHECK(PinDirectory::remove_leftovers(config_.pin_directory));
  seen_ = {};
  SEABED_CHECK(refresh());
  if (state && state->scn_hi > settled_.end_scn)
    return fail(Code::kGap, describe(),
                "was archived up to SCN " + std::to_string(state->scn_hi) +
                    ", the standby holds log up to SCN " + std::to_string(settled_.end_scn) +
                    " only: it was restored anew",
                "start a new round and take a full backup");
  SEABED_TRY(journal_, open_journal());
  next_.reset();
  position_ = state ? state->end : Lsn();
  bool known = !state || state->end.empty();
  for (LogGroup group;;) {
    SEABED_TRY(const bool more, journal_->next(settled_.length, &group));
    if (!more) break;
    if (state && group.scn_hi <= state->scn_hi) {
      known |= group.type == GroupType::kLog && group.end == state->end;
      continue;
    }
    if (position_.empty()) position_ = group.begin;
    next_ = std::move(group);
    break;
  }
  if (known) return ok();
  return fail(Code::kGap, describe(),
              "the archive ends at " + display(state->end) + ", which is no position of this log",
              "start a new round and take a full backup");
}

Result<LogStep> StagedStream::read_step(uint64_t max_bytes) {
  if (!journal_) return fail(Code::kConflict, describe(), "is not attached");
  SEABED_CHECK(refresh());
  LogStep step;
  while (step.log_bytes < max_bytes) {
    LogGroup group;
    if (next_) {
      group = std::move(*next_);
      next_.reset();
    } else {
      SEABED_TRY(const bool more, journal_->next(settled_.length, &group));
      if (!more) break;
    }
    SEABED_CHECK(journal_->fill(&group));
    if (group.type == GroupType::kHole) {
      SEABED_TRY(LogHole hole, parse_hole_detail(group.payload));
      step.holes.push_back(std::move(hole));
    }
    step.log_bytes += group.payload.size();
    position_ = group.end;
    step.groups.push_back(std::move(group));
  }
  step.complete = journal_->offset() == settled_.length && !next_;
  step.clock_before = settled_.whole;
  return step;
}

void StagedStream::wait(std::chrono::milliseconds timeout, const CancelToken& cancel) {
  const Deadline until = after(timeout);
  while (std::chrono::steady_clock::now() < until) {
    if (hurried_.exchange(false) || mark() != seen_) return;
    if (cancel.wait_for(kPoll)) return;
  }
}

Result<std::optional<LogGroup>> StagedStream::first_entry(uint64_t length, bool log_only) const {
  SEABED_TRY(const auto journal, open_journal());
  for (LogGroup group;;) {
    SEABED_TRY(const bool more, journal->next(length, &group));
    if (!more) return std::nullopt;
    if (!log_only || group.type == GroupType::kLog) return group;
  }
}

Result<std::optional<StreamSource::Followed>> StagedStream::followed() {
  SEABED_TRY(const rocksdb::FollowState state, read_state());
  SEABED_TRY(const auto first, first_entry(state.journal_length(), false));
  return Followed{first ? std::min(first->scn_hi, state.whole_scn()) : state.whole_scn(), state.whole_scn()};
}

std::string StagedStream::display(const Lsn& lsn) const { return display_lsn(lsn); }

}  // namespace seabed::rocksdb_source
