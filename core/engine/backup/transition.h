#pragma once
// What may follow what in a data backup (reference: state-machines section 3). Pure: no clock, no I/O. The executor does
// the work of a state, which is idempotent, and then persists the next state in one catalog transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seabed::backup {

// ---- the job: one BACKUP command and tenant ----
enum class JobState { kInit, kDoing, kCompleted, kFailed, kCanceling, kCanceled };
enum class JobEvent {
  kStarted,          // the scheduler took it
  kSetCompleted,     // the end_success placeholder is on the medium
  kSetFailed,        // an error that no retry helps, or the retries are used up
  kCancelRequested,
  kSetStopped,       // after a cancel: no thread works for the set any more
};
enum class JobAction {
  kInsertSetTask, kInsertSet, kRunSet, kStopWork, kMarkSetSuccess, kMarkSetFailed, kWriteEndFailed,
};
struct JobStep {
  JobState next;
  std::vector<JobAction> actions;
};
/// nullopt: the event means nothing in that state.
std::optional<JobStep> on_event(JobState state, JobEvent event);
bool is_final(JobState state);

// ---- the set task: one set being built ----
enum class SetState {
  kInit, kSysMeta, kUserMeta, kMetaFinish, kDataMinor, kDataMajor, kBeforeLog, kLog, kCompleted, kFailed, kCanceled,
};
enum class SetEvent {
  kDone,             // the work of the state is durable
  kContentChanged,   // what must be copied is no longer there: a new turn
  kResumed,          // another process goes on: snapshots died with the one before
  kFailed,
  kStopped,          // after a cancel
};
enum class SetAction {
  kWriteStart, kTakeSnapshots, kStampSnapshots, kWriteStreamMeta, kWaitCovered, kMergeMeta, kCopyMinor, kCopyMajor, kMergeIndex,
  kWriteTableList, kPlanLog, kCopyLog, kWriteDescriptor, kNextTurn,
};
struct SetStep {
  SetState next;
  std::vector<SetAction> actions;   // the work of `next`
};
std::optional<SetStep> on_event(SetState state, SetEvent event, bool plus_archivelog);
bool is_final(SetState state);

// ---- the log stream task: one stream's directory of one kind ----
enum class LsState { kInit, kPending, kDoing, kFinish };
/// Which attempt: the names of directories, and the guard of answers.
struct LsAttempt {
  uint32_t turn = 1, retry = 0;
  uint64_t trace_id = 0;
  bool operator==(const LsAttempt&) const = default;
};
enum class LsEvent {
  kDispatched, kStarted, kFinished,
  kCopierFailed,     // the same content again, in another directory
  kContentChanged,   // other content
};
struct LsStep {
  LsState next;
  LsAttempt attempt;
};
/// `answer` is the attempt that speaks; what an older one says changes nothing (nullopt). `new_trace` is given to the
/// next attempt, if there is one.
std::optional<LsStep> on_event(LsState state, const LsAttempt& current, const LsAttempt& answer, LsEvent event,
                               uint64_t new_trace);

// ---- names as the views show them ----
std::string_view name(JobState state);
std::string_view name(SetState state);
std::string_view name(LsState state);
std::optional<JobState> job_state(std::string_view name);
std::optional<SetState> set_state(std::string_view name);

}  // namespace seabed::backup
