#pragma once
// RECOVER TABLE's states (reference: state-machines.md section 6; views section 9). Pure: no clock, no I/O.
// The executor does the work of a state, which can be done again after a crash, and then persists the next
// one.

#include <optional>
#include <string_view>
#include <vector>

namespace seabed::table {

// ---- the sys row ----
enum class SysState { kPrepare, kRecovering, kCompleted, kFailed };
enum class SysEvent {
  kChecked,     // lists and names resolved, the target point is known
  kUserDone,    // the target tenant's job completed
  kUserFailed,  // it failed, was cancelled, or the tenant is gone
};
enum class SysAction { kInsertUserJob, kDropAux, kToHistory };
struct SysStep {
  SysState next;
  std::vector<SysAction> actions;
};
std::optional<SysStep> on_event(SysState state, SysEvent event);

// ---- the target tenant's row ----
enum class UserState {
  kPrepare,
  kRestoreAux,
  kActiveAux,
  kPrecheck,
  kGenImport,
  kImporting,
  kCanceling,
  kCompleted,
  kFailed,
};
enum class UserEvent {
  kDone,     // its work is durable
  kFailed,   // an error that no retry helps
  kRetry,    // one that may be gone
  kResumed,  // another process goes on
  kCancelRequested,
  kStopped,  // after a cancel: the import job is gone
};
enum class UserAction {
  kRestoreAux,
  kOpenAux,
  kCheckTarget,
  kInsertImportJob,
  kImport,
  kStopWork,
  kKeepFailure,
  kKeepResult,
};
struct UserStep {
  UserState next;
  std::vector<UserAction> actions;  // the work of `next`
};
/// nullopt: the event means nothing in that state.
std::optional<UserStep> on_event(UserState state, UserEvent event);

// ---- the import job, and a table's task ----
enum class ImportState { kInit, kImportTable, kReconstruct, kCanceling, kFinish };
enum class ImportEvent { kStarted, kTablesDone, kConstraintsDone, kCancelRequested, kStopped };
std::optional<ImportState> on_event(ImportState state, ImportEvent event);

enum class TaskState { kInit, kDoing, kFinish };
enum class TaskEvent { kStarted, kLoaded, kFailed, kResumed };
enum class TaskAction { kLoad, kDropHalfAndLoad, kCount };
struct TaskStep {
  TaskState next;
  std::vector<TaskAction> actions;
};
std::optional<TaskStep> on_event(TaskState state, TaskEvent event);

bool is_final(SysState state);
bool is_final(UserState state);
/// As the views print them.
std::string_view name(SysState state);
std::string_view name(UserState state);
std::string_view name(ImportState state);
std::string_view name(TaskState state);
std::optional<UserState> user_state(std::string_view name);
std::optional<TaskState> task_state(std::string_view name);

}  // namespace seabed::table
