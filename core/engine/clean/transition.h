#pragma once
// What may follow what in a cleanup (reference: state-machines section 7). Pure: no clock, no I/O. The
// executor does the work of a state, which is idempotent, and then persists the next state in one catalog
// transaction.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace seabed::clean {

// ---- the job: one cleanup of a tenant ----
enum class JobState { kInit, kDoing, kCompleted, kFailed, kCanceling, kCanceled };
enum class JobEvent {
  kPlanned,    // the candidates are computed
  kTasksDone,  // every task is COMPLETED
  kFailed,     // the media disagree, the clock jumped, an object cannot be deleted
  kCancelRequested,
  kStopped,  // after a cancel: nothing is deleted any more
};
enum class JobAction { kWriteTasks, kDeleteItems, kStopWork, kEndTasks };
struct JobStep {
  JobState next;
  std::vector<JobAction> actions;
};
/// nullopt: the event means nothing in that state.
std::optional<JobStep> on_event(JobState state, JobEvent event);
bool is_final(JobState state);

// ---- the task: one set or piece ----
enum class TaskState { kInit, kDoing, kCompleted, kFailed, kCanceled };
enum class TaskEvent {
  kStarted,
  kResumed,  // another process goes on, or a later job
  kObjectsGone,
  kFailed,   // also: a reader holds it, it goes on when the reader has left
  kStopped,  // after a cancel; what was begun stays DELETING
};
enum class TaskAction { kMarkDeleting, kWriteTombstone, kLookForReaders, kDeleteObjects, kMarkDeleted };
struct TaskStep {
  TaskState next;
  std::vector<TaskAction> actions;
};
std::optional<TaskStep> on_event(TaskState state, TaskEvent event);
bool is_final(TaskState state);

// ---- names as the views show them ----
std::string_view name(JobState state);
std::string_view name(TaskState state);
std::optional<JobState> job_state(std::string_view name);
std::optional<TaskState> task_state(std::string_view name);

}  // namespace seabed::clean
