#include "core/engine/backup/transition.h"

#include <algorithm>
#include <array>

namespace seabed::backup {
namespace {

using enum SetAction;

/// What a state has to do, in order.
std::vector<SetAction> work_of(SetState state) {
  switch (state) {
    case SetState::kInit: return {kWriteStart};
    // Stream 1 first, so that its names are never newer than the data. The log behind the snapshots is awaited once, for all
    // of them; the archive's checkpoint moves there while data is copied.
    case SetState::kSysMeta: return {kTakeSnapshots};
    case SetState::kUserMeta: return {kTakeSnapshots, kStampSnapshots, kWriteStreamMeta};
    case SetState::kMetaFinish: return {kMergeMeta};
    case SetState::kDataMinor: return {kCopyMinor, kMergeIndex};
    case SetState::kDataMajor: return {kCopyMajor, kMergeIndex, kWriteTableList, kWaitCovered};
    case SetState::kBeforeLog: return {kPlanLog};
    case SetState::kLog: return {kCopyLog};
    case SetState::kCompleted: return {kWriteDescriptor};
    default: return {};
  }
}

std::optional<SetState> after(SetState state, bool plus_archivelog) {
  switch (state) {
    case SetState::kInit: return SetState::kSysMeta;
    case SetState::kSysMeta: return SetState::kUserMeta;
    case SetState::kUserMeta: return SetState::kMetaFinish;
    case SetState::kMetaFinish: return SetState::kDataMinor;
    case SetState::kDataMinor: return SetState::kDataMajor;
    case SetState::kDataMajor: return plus_archivelog ? SetState::kBeforeLog : SetState::kCompleted;
    case SetState::kBeforeLog: return SetState::kLog;
    case SetState::kLog: return SetState::kCompleted;
    default: return std::nullopt;
  }
}

SetStep step(SetState next) { return {next, work_of(next)}; }

/// A new turn: everything from the snapshots on, for the streams that need it.
SetStep next_turn(SetState next) {
  SetStep out = step(next);
  out.actions.insert(out.actions.begin(), kNextTurn);
  return out;
}

bool holds_snapshots(SetState state) {
  return state == SetState::kUserMeta || state == SetState::kMetaFinish || state == SetState::kDataMinor ||
         state == SetState::kDataMajor;
}

template <class State, size_t N>
std::string_view find_name(const std::array<std::pair<State, std::string_view>, N>& names, State state) {
  for (const auto& [value, name] : names)
    if (value == state) return name;
  return "";
}
template <class State, size_t N>
std::optional<State> find_state(const std::array<std::pair<State, std::string_view>, N>& names, std::string_view text) {
  for (const auto& [value, name] : names)
    if (name == text) return value;
  return std::nullopt;
}

constexpr std::array<std::pair<JobState, std::string_view>, 6> kJobNames{{
    {JobState::kInit, "INIT"}, {JobState::kDoing, "DOING"}, {JobState::kCompleted, "COMPLETED"},
    {JobState::kFailed, "FAILED"}, {JobState::kCanceling, "CANCELING"}, {JobState::kCanceled, "CANCELED"}}};
constexpr std::array<std::pair<SetState, std::string_view>, 11> kSetNames{{
    {SetState::kInit, "INIT"}, {SetState::kSysMeta, "BACKUP_SYS_META"}, {SetState::kUserMeta, "BACKUP_USER_META"},
    {SetState::kMetaFinish, "BACKUP_META_FINISH"}, {SetState::kDataMinor, "BACKUP_DATA_MINOR"},
    {SetState::kDataMajor, "BACKUP_DATA_MAJOR"}, {SetState::kBeforeLog, "BEFORE_BACKUP_LOG"},
    {SetState::kLog, "BACKUP_LOG"}, {SetState::kCompleted, "COMPLETED"}, {SetState::kFailed, "FAILED"},
    {SetState::kCanceled, "CANCELED"}}};
constexpr std::array<std::pair<LsState, std::string_view>, 4> kLsNames{{
    {LsState::kInit, "INIT"}, {LsState::kPending, "PENDING"}, {LsState::kDoing, "DOING"}, {LsState::kFinish, "FINISH"}}};

}  // namespace

std::optional<JobStep> on_event(JobState state, JobEvent event) {
  using enum JobAction;
  if (state == JobState::kInit && event == JobEvent::kStarted)
    return JobStep{JobState::kDoing, {kInsertSetTask, kInsertSet, kRunSet}};
  // Nothing of a set exists before DOING.
  if (state == JobState::kInit && event == JobEvent::kSetFailed) return JobStep{JobState::kFailed, {}};
  if (state == JobState::kDoing && event == JobEvent::kSetCompleted)
    return JobStep{JobState::kCompleted, {kMarkSetSuccess}};
  if (state == JobState::kDoing && event == JobEvent::kSetFailed)
    return JobStep{JobState::kFailed, {kWriteEndFailed, kMarkSetFailed}};
  if ((state == JobState::kInit || state == JobState::kDoing) && event == JobEvent::kCancelRequested)
    return JobStep{JobState::kCanceling, {kStopWork}};
  if (state == JobState::kCanceling && (event == JobEvent::kSetStopped || event == JobEvent::kSetFailed))
    return JobStep{JobState::kCanceled, {kWriteEndFailed, kMarkSetFailed}};
  // The cancel came too late: who lists the medium already sees a good set.
  if (state == JobState::kCanceling && event == JobEvent::kSetCompleted)
    return JobStep{JobState::kCompleted, {kMarkSetSuccess}};
  return std::nullopt;
}

bool is_final(JobState state) {
  return state == JobState::kCompleted || state == JobState::kFailed || state == JobState::kCanceled;
}

bool is_final(SetState state) { return state == SetState::kFailed || state == SetState::kCanceled; }

std::optional<SetStep> on_event(SetState state, SetEvent event, bool plus_archivelog) {
  if (is_final(state)) return std::nullopt;
  if (event == SetEvent::kFailed) return SetStep{SetState::kFailed, {}};
  if (event == SetEvent::kStopped) return SetStep{SetState::kCanceled, {}};
  if (event == SetEvent::kDone) {
    const auto next = after(state, plus_archivelog);
    return next ? std::optional(step(*next)) : std::nullopt;
  }
  if (event == SetEvent::kContentChanged)
    return holds_snapshots(state) ? std::optional(next_turn(SetState::kUserMeta)) : std::nullopt;
  // kResumed: a state without snapshots repeats its own work; the others begin a turn.
  if (state == SetState::kSysMeta) return next_turn(SetState::kSysMeta);
  if (holds_snapshots(state)) return next_turn(SetState::kUserMeta);
  return step(state);
}

std::optional<LsStep> on_event(LsState state, const LsAttempt& current, const LsAttempt& answer, LsEvent event,
                               uint64_t new_trace) {
  if (answer != current) return std::nullopt;   // a stale executor
  if (event == LsEvent::kContentChanged) return LsStep{LsState::kInit, {current.turn + 1, 0, new_trace}};
  if (state == LsState::kInit && event == LsEvent::kDispatched) return LsStep{LsState::kPending, current};
  if (state == LsState::kPending && event == LsEvent::kStarted) return LsStep{LsState::kDoing, current};
  if (state == LsState::kDoing && event == LsEvent::kFinished) return LsStep{LsState::kFinish, current};
  if ((state == LsState::kDoing || state == LsState::kPending) && event == LsEvent::kCopierFailed)
    return LsStep{LsState::kInit, {current.turn, current.retry + 1, new_trace}};
  return std::nullopt;
}

std::string_view name(JobState state) { return find_name(kJobNames, state); }
std::string_view name(SetState state) { return find_name(kSetNames, state); }
std::string_view name(LsState state) { return find_name(kLsNames, state); }
std::optional<JobState> job_state(std::string_view name) { return find_state(kJobNames, name); }
std::optional<SetState> set_state(std::string_view name) { return find_state(kSetNames, name); }

}  // namespace seabed::backup
